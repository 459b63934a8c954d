"""Whether engage is well, for machines: `/health` for anyone, `/metrics` for whoever holds the token."""

import hmac

from flask import Blueprint, abort, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from engage.queries import notices
from engage.settings import settings
from engage.unit_of_work import release

bp = Blueprint("health", __name__)

BY_DEADLINES = (
    "climb-ladder",
    "chase-explanations",
    "end-pauses",
    "ask-for-news",
)  # they look at what is due, equally often
LATE_SECONDS = 900  # ours: a notice owed for longer than many sweeps
MISSED = 3  # ours: an entry of the schedule that stayed away this many times in a row
SILENT_SECONDS = 60  # ours: and at least so long, however short the interval


@bp.get("/health")
def show_health() -> ResponseReturnValue:
    """Answer 200 while the database answers, and say in words what is late; 503 when it does not."""
    try:
        found = notices.health()
    except SQLAlchemyError:
        release()
        return jsonify(database="down"), 503
    allowed = {
        "sweep-outbox": MISSED * settings().SWEEP_SECONDS,
        **dict.fromkeys(BY_DEADLINES, MISSED * settings().ESCALATE_SECONDS),
    }
    silent = sorted(
        entry
        for entry, seconds in allowed.items()
        if entry not in found.heartbeats or found.heartbeats[entry].total_seconds() > max(seconds, SILENT_SECONDS)
    )
    oldest = round(found.oldest_owed.total_seconds())
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
            "seconds_since": {name: round(age.total_seconds()) for name, age in sorted(found.heartbeats.items())},
            "silent": silent,
        },
    )


@bp.get("/metrics")
def show_metrics() -> ResponseReturnValue:
    """Answer in the text format of Prometheus; to anyone without the token there is no such page."""
    token = settings().METRICS_TOKEN
    given = request.headers.get("Authorization", "").encode()
    if token is None or not hmac.compare_digest(given, f"Bearer {token.get_secret_value()}".encode()):
        abort(404)
    found = notices.health()
    registry = CollectorRegistry()
    Gauge("engage_notices_owed", "Notices that are due.", registry=registry).set(found.owed)
    Gauge("engage_notices_dead", "Notices that were given up.", registry=registry).set(found.dead)
    oldest = Gauge("engage_notices_oldest_seconds", "Age of the oldest notice that is due.", registry=registry)
    oldest.set(found.oldest_owed.total_seconds())
    beats = Gauge("engage_schedule_age_seconds", "Time since an entry last finished.", ["entry"], registry=registry)
    for entry, age in found.heartbeats.items():
        beats.labels(entry).set(age.total_seconds())
    return generate_latest(registry), {"Content-Type": CONTENT_TYPE_LATEST}
