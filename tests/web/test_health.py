"""What machines ask: is it well, and in figures."""

from datetime import timedelta

import pytest
from celery import Celery
from flask import request
from pydantic import SecretStr
from sqlalchemy.exc import OperationalError

from engage import create_app
from engage.domain.schedule import OFTEN, PACES, WORKER
from engage.queries import delivery_health, queue_health
from engage.services import alarms, delivery, heartbeats
from engage.unit_of_work import unit_of_work
from tests.mail_peer import Manner, free_port
from tests.notify.letters import a_notice, row_of
from tests.statements import statements
from tests.states import a_case, a_site


@pytest.fixture
def reference(clock, session, sent_tasks):
    made = a_case(a_site())
    delivery.drain()
    return made


NOTHING_HELD_UP = {"held_by_ceiling": False, "roads_down": []}


def beat(*entries):
    for entry in entries:
        with unit_of_work():
            heartbeats.beat(entry, 0)


def test_all_is_well_where_nothing_is_owed_and_the_schedule_runs(client, reference):
    beat(*PACES, WORKER)
    answer = client.get("/health")
    assert answer.status_code == 200
    assert answer.json == {
        "database": "up",
        "notices": {"owed": 0, "oldest_seconds": 0, "dead": 0, "is_late": False, **NOTHING_HELD_UP},
        "schedule": {"seconds_since": dict.fromkeys(PACES, 0), "silent": []},
        "worker": {"is_away": False},
        "alarms": {},
    }


def test_a_notice_that_does_not_leave_and_a_schedule_that_stands_still_are_seen(client, reference, clock):
    beat("sweep-outbox")
    a_notice(reference)
    clock.advance(timedelta(minutes=20))
    found = client.get("/health").json
    assert found["notices"] == {"owed": 1, "oldest_seconds": 1200, "dead": 0, "is_late": True, **NOTHING_HELD_UP}
    often = sorted(entry for entry, pace in PACES.items() if pace in OFTEN)
    assert found["schedule"]["silent"] == often


def test_an_entry_that_comes_once_a_day_is_missed_after_three(client, reference, clock):
    beat(*PACES)
    clock.advance(timedelta(days=3, seconds=1))
    beat(*(entry for entry in PACES if entry != "apply-retention"))
    assert client.get("/health").json["schedule"]["silent"] == ["apply-retention"]


def test_a_worker_that_is_not_seen_is_said_to_whoever_starts_it_again(client, reference, clock):
    assert client.get("/health/worker").status_code == 503
    beat(WORKER)
    answer = client.get("/health/worker")
    assert (answer.status_code, answer.json) == (200, {"worker": {"is_away": False}})
    clock.advance(timedelta(minutes=12))
    answer = client.get("/health/worker")
    assert (answer.status_code, answer.json) == (503, {"worker": {"is_away": True}})
    assert client.get("/health").status_code == 200


def test_what_keeps_notices_from_people_stands_on_the_page_while_it_lasts(client, reference, clock):
    beat(*PACES, WORKER)
    key = a_notice(reference)
    clock.advance(timedelta(hours=2))
    beat(*PACES, WORKER)
    alarms.watch()
    told = {"owed_too_long": {"since": "2026-03-02T11:00:00+00:00", "count": 1}}
    assert client.get("/health").json["alarms"] == told
    delivery.drain()
    assert row_of(key).sent_at is not None
    alarms.watch()
    assert client.get("/health").json["alarms"] == {}


def test_a_notice_that_is_for_later_is_not_owed_yet(client, reference, clock):
    a_notice(reference, not_before=clock.now + timedelta(days=1))
    assert client.get("/health").json["notices"]["owed"] == 0


def test_a_dead_notice_is_counted_until_it_is_tried_again(client, reference, mail_peer, change_settings):
    key = a_notice(template="case_news")
    delivery.drain()
    assert row_of(key).dead_at is not None
    assert client.get("/health").json["notices"]["dead"] == 1
    assert mail_peer.manner is Manner.ACCEPT


def test_a_database_that_is_gone_is_said_and_nothing_else_breaks(client, monkeypatch):
    def gone():
        raise OperationalError("SELECT", {}, ConnectionRefusedError())

    monkeypatch.setattr(delivery_health, "health", gone)
    for page in ("/health", "/health/worker"):
        answer = client.get(page)
        assert (answer.status_code, answer.json) == (503, {"database": "down"})


@pytest.mark.parametrize("token", [None, "a long token"])
@pytest.mark.parametrize("given", [None, "Bearer wrong", "Bearer ", "Bearer é"])
def test_figures_are_closed_to_whoever_has_no_token(client, change_settings, token, given):
    change_settings(METRICS_TOKEN=SecretStr(token) if token else None)
    answer = client.get("/metrics", headers={"Authorization": given} if given else {})
    assert answer.status_code == 404


def test_figures_are_shown_to_whoever_has_the_token(client, reference, change_settings):
    change_settings(METRICS_TOKEN=SecretStr("a long token"))
    beat("sweep-outbox")
    answer = client.get("/metrics", headers={"Authorization": "Bearer a long token"})
    assert answer.status_code == 200
    assert "engage_notices_owed 0.0" in answer.text
    assert 'engage_schedule_age_seconds{entry="sweep-outbox"} 0.0' in answer.text
    assert 'engage_schedule_interval_seconds{entry="apply-retention"} 86400.0' in answer.text
    assert "engage_worker_away 1.0" in answer.text


def test_figures_tell_roads_outcomes_and_faults_apart(client, reference, change_settings, clock):
    change_settings(METRICS_TOKEN=SecretStr("a long token"), ALARM_OWED_MINUTES=1)
    a_notice(template="case_news")
    delivery.drain()
    a_notice(reference)
    a_notice(reference, not_before=clock.now + timedelta(days=1))
    clock.advance(timedelta(minutes=5))
    alarms.watch()
    clock.advance(timedelta(minutes=5))
    text = client.get("/metrics", headers={"Authorization": "Bearer a long token"}).text
    for line in (
        'engage_notices_owed_by_road{road="first"} 1.0',
        "engage_notices_held_up 0.0",
        "engage_notices_dead 1.0",
        "engage_notices_dead_last_day 1.0",
        "engage_notices_bounced 0.0",
        'engage_delivery_attempts_last_day{outcome="refused",road="unknown"} 1.0',
        'engage_alarm_seconds{fault="owed_too_long"} 300.0',
    ):
        assert line in text
    assert reference not in text


def figures(client):
    return client.get("/metrics", headers={"Authorization": "Bearer a long token"}).text


def test_nudges_that_wait_in_a_folder_are_counted(client, reference, change_settings, monkeypatch, tmp_path):
    change_settings(METRICS_TOKEN=SecretStr("a long token"))
    folders = dict.fromkeys(("data_folder_in", "data_folder_out"), str(tmp_path)) | {
        "control_folder": str(tmp_path / "c")
    }
    with Celery(broker="filesystem://", set_as_current=False) as other:
        other.conf.broker_transport_options = folders
        monkeypatch.setattr(queue_health, "celery", other)
        assert "engage_queue_waiting 0.0" in figures(client)
        other.send_task("engage.drain_outbox")
        assert "engage_queue_up 1.0" in (text := figures(client))
        assert "engage_queue_waiting 1.0" in text


@pytest.mark.redis
def test_nudges_that_wait_in_redis_are_counted(client, reference, change_settings, redis_url, monkeypatch):
    change_settings(METRICS_TOKEN=SecretStr("a long token"))
    with Celery(broker=redis_url, set_as_current=False) as other:
        monkeypatch.setattr(queue_health, "celery", other)
        assert "engage_queue_waiting 0.0" in figures(client)
        other.send_task("engage.drain_outbox")
        assert "engage_queue_waiting 1.0" in figures(client)


def test_a_broker_that_is_gone_is_said(client, reference, change_settings, monkeypatch):
    change_settings(METRICS_TOKEN=SecretStr("a long token"))
    with Celery(broker=f"redis://127.0.0.1:{free_port()}/0", set_as_current=False) as gone:
        monkeypatch.setattr(queue_health, "celery", gone)
        text = figures(client)
    assert "engage_queue_up 0.0" in text
    assert "engage_queue_waiting" not in text


def test_no_page_for_machines_asks_more_of_the_database_the_more_there_is(client, reference):
    with statements(("SELECT",)) as before:
        client.get("/health")
    for _ in range(5):
        a_notice(reference)
        a_notice(template="case_news")
    beat(*PACES)
    delivery.drain()
    with statements(("SELECT",)) as after:
        client.get("/health")
    assert len(after) == len(before) == 8


def test_behind_a_proxy_people_keep_their_own_addresses_and_a_secure_page(settings):
    made = create_app(settings.model_copy(update={"TRUSTED_PROXIES": 1}))
    made.add_url_rule("/who", "who", lambda: f"{request.remote_addr} {request.url}")
    told = {"X-Forwarded-For": "1.1.1.1, 2.2.2.2", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "engage.test"}
    answer = made.test_client().get("/who", headers=told)
    assert answer.text == "2.2.2.2 https://engage.test/who"
    assert answer.headers["Strict-Transport-Security"]


def test_a_service_reached_over_https_says_so_even_behind_a_proxy_that_tells_nothing(client):
    assert "Strict-Transport-Security" in client.get("/health", base_url="http://localhost").headers
