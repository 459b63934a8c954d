"""Each task calls its function and leaves a sign of life; the schedule can be run twice."""

import json
import os
import subprocess
import sys

import pytest

import config
from engage.domain.schedule import PACES, intervals
from engage.services import delivery
from tests.architecture.sources import ROOT

RUN = """
import json
from datetime import timedelta
from flask_migrate import upgrade
from sqlalchemy import select
from engage.extensions import celery, db
from engage.models import Heartbeat
from engage.services import sites
from engage.unit_of_work import unit_of_work
from worker import tasks
from worker.app import flask_app

with flask_app.app_context():
    upgrade()
    with unit_of_work():
        sites.ensure_group_intake()
for _ in range(2):
    often = (tasks.sweep_outbox, tasks.climb_ladder, tasks.chase_explanations, tasks.end_pauses, tasks.ask_for_news)
    seldom = (tasks.watch_repetition, tasks.make_checkpoint, tasks.apply_retention)
    more = (tasks.remind_tasks, tasks.scan_files, tasks.watch_lane, tasks.watch_readings)
    more += (tasks.watch_delivery, tasks.send_digests, tasks.sweep_mail, tasks.fetch_mail, tasks.read_texts)
    accounts = (tasks.answer_resets, tasks.review_accounts)
    for task in (tasks.drain_outbox, *often, *more, *accounts, *seldom):
        task()
with flask_app.app_context():
    beats = {row.entry: row.count for row in db.session.scalars(select(Heartbeat))}
    db.session.remove()
    held = db.engine.pool.checkedout()
    db.engine.dispose()
schedule = {name: entry["task"] for name, entry in celery.conf.beat_schedule.items()}
lengths = {name: entry["options"]["expires"] for name, entry in celery.conf.beat_schedule.items()}
options = celery.conf.broker_transport_options
print(json.dumps([beats, held, schedule, options, celery.conf.task_time_limit, lengths]))
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """What the tasks did, in a process of its own, since the worker makes an application of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ENGAGE_")}
    environment |= {"ENGAGE_VAR": str(tmp_path_factory.mktemp("worker")), "ENGAGE_MODE": "run"}
    environment |= {"ENGAGE_BROKER_URL": "redis://127.0.0.1:1/0", "PYTHONPATH": str(ROOT)}
    asked = subprocess.run(
        [sys.executable, "-W", "error::ResourceWarning", "-c", RUN],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert asked.returncode == 0, asked.stderr
    return json.loads(asked.stdout.splitlines()[-1])


@pytest.mark.slow
def test_each_entry_of_the_schedule_runs_twice_and_leaves_a_sign_of_life(ran):
    beats, held, schedule, *_ = ran
    every = {"sweep-outbox", "climb-ladder", "chase-explanations", "end-pauses", "watch-repetition", "apply-retention"}
    more = {"ask-for-news", "remind-tasks", "make-checkpoint", "scan-files", "watch-lane", "watch-readings"}
    often = {"answer-resets", "review-accounts", "watch-delivery", "send-digests"}
    inbound = {"sweep-mail", "fetch-mail", "read-texts"}
    assert beats == dict.fromkeys(every | more | often | inbound | {"worker"}, 0)
    assert set(schedule) == set(beats) - {"worker"}
    assert held == 0


@pytest.mark.slow
def test_the_health_page_knows_how_often_each_entry_comes(ran):
    _, _, schedule, _, _, lengths = ran
    assert set(PACES) == set(schedule)
    for entry, length in intervals(sweep_seconds=60, escalate_seconds=300, fetch_seconds=60).items():
        assert lengths[entry] == length.total_seconds()


@pytest.mark.slow
def test_a_worker_waits_for_its_broker_longer_than_a_page_does(ran):
    *_, options, limit, _ = ran
    assert options == {}
    assert limit > 0


KEPT = """
import gc
from celery.signals import worker_process_init
import worker.app
worker_process_init.send(sender=None)
print(gc.get_freeze_count() > 100_000, gc.isenabled(), worker.app.celery.conf.task_soft_time_limit)
"""


def test_a_worker_does_not_look_for_rubbish_in_what_stays_and_has_time_for_its_last_batch(tmp_path):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ENGAGE_")}
    environment = kept | {"ENGAGE_VAR": str(tmp_path), "ENGAGE_MODE": "run"}
    done = subprocess.run(
        [sys.executable, "-c", KEPT], cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=120
    )
    *rubbish, seconds = done.stdout.splitlines()[-1].split()
    assert rubbish == ["True", "True"]
    assert delivery.SECONDS + config.LEASE_MAX_SECONDS <= int(seconds)
