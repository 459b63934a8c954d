"""Whether engage is well, for machines: `/health` for anyone, `/metrics` for whoever holds the token."""

import hmac
from datetime import timedelta

from flask import Blueprint, abort, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from engage.domain import schedule
from engage.queries import delivery_health, pen, queue_health
from engage.queries.delivery_health import Health
from engage.settings import settings
from engage.unit_of_work import release

bp = Blueprint("health", __name__)

LATE_SECONDS = 900  # ours: a notice owed for longer than many sweeps


@bp.get("/health")
def show_health() -> ResponseReturnValue:
    """Answer 200 while the database answers, and say in words what is late; 503 when it does not."""
    try:
        found = delivery_health.health()
    except SQLAlchemyError:
        release()
        return jsonify(database="down"), 503
    oldest = round(found.oldest_owed.total_seconds())
    ages = schedule.of_schedule(found.heartbeats, delivery_health.expected())
    return jsonify(
        database="up",
        notices={
            "owed": found.owed,
            "oldest_seconds": oldest,
            "dead": found.dead,
            "is_late": oldest > LATE_SECONDS,
            "held_by_ceiling": found.held_by_ceiling,
            "roads_down": sorted(found.roads_down),
        },
        schedule={
            "seconds_since": {entry: round(age.total_seconds()) for entry, age in ages.items()},
            "silent": found.silent,
        },
        worker={"is_away": found.is_worker_away},
        alarms={
            one.fault.value: {"since": one.since.isoformat(timespec="seconds"), "count": one.count}
            for one in found.alarms
            if not one.is_over
        },
    )


@bp.get("/health/worker")
def show_worker() -> ResponseReturnValue:
    """Answer 503 when no worker was seen, or the database does not answer: for whoever starts dead services again."""
    try:
        found = delivery_health.health()
    except SQLAlchemyError:
        release()
        return jsonify(database="down"), 503
    return jsonify(worker={"is_away": found.is_worker_away}), 503 if found.is_worker_away else 200


@bp.get("/metrics")
def show_metrics() -> ResponseReturnValue:
    """Answer in the text format of Prometheus; to anyone without the token there is no such page."""
    token = settings().METRICS_TOKEN
    given = request.headers.get("Authorization", "").encode()
    if token is None or not hmac.compare_digest(given, f"Bearer {token.get_secret_value()}".encode()):
        abort(404)
    registry = registry_of(delivery_health.health(), queue_health.waiting(), pen.oldest_undecided())
    return generate_latest(registry), {"Content-Type": CONTENT_TYPE_LATEST}


def registry_of(found: Health, queued: int | None, undecided: timedelta) -> CollectorRegistry:
    """Return the figures as Prometheus reads them. No label names a case, a person or an address."""
    made = CollectorRegistry()

    def gauge(name: str, words: str, *labels: str) -> Gauge:
        return Gauge(f"engage_{name}", words, labels, registry=made)

    gauge("notices_owed", "Notices that are due.").set(found.owed)
    by_road = gauge("notices_owed_by_road", "Notices that are due, by the road they have to take.", "road")
    for road, count in found.owed_by_road.items():
        by_road.labels(road).set(count)
    gauge("notices_held_up", "Notices that are due, whose last try met a road that was down.").set(found.held_up)
    gauge("notices_dead", "Notices that were given up.").set(found.dead)
    gauge("notices_dead_last_day", "Notices that were given up in the last 24 hours.").set(found.dead_lately)
    gauge("notices_bounced", "Notices that were sent and came back.").set(found.bounced)
    oldest = gauge("notices_oldest_seconds", "Age of the oldest notice that is due.")
    oldest.set(found.oldest_owed.total_seconds())
    waits = gauge("mail_undecided_oldest_seconds", "Age of the oldest mail or text that nobody has sorted.")
    waits.set(undecided.total_seconds())
    tried = gauge("delivery_attempts_last_day", "Tries of the last 24 hours, by what they came to.", "road", "outcome")
    for (road, outcome), count in found.tried_lately.items():
        tried.labels(road, outcome.value).set(count)
    ages = gauge("schedule_age_seconds", "Time since an entry last finished.", "entry")
    every = gauge("schedule_interval_seconds", "Time from one run of an entry to its next.", "entry")
    expected = delivery_health.expected()
    for entry, length in expected.items():
        every.labels(entry).set(length.total_seconds())
    for entry, age in schedule.of_schedule(found.heartbeats, expected).items():
        ages.labels(entry).set(age.total_seconds())
    gauge("queue_up", "1 while the broker answers.").set(queued is not None)
    if queued is not None:
        gauge("queue_waiting", "Nudges that wait for a worker.").set(queued)
    gauge("worker_away", "1 when no worker was seen for longer than a long task explains.").set(found.is_worker_away)
    alarms = gauge("alarm_seconds", "How long a fault has kept notices from people.", "fault")
    for one in found.alarms:
        if not one.is_over:
            alarms.labels(one.fault.value).set(one.lasted.total_seconds())
    return made
