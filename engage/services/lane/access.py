"""Which focal point opened a report: once per user and day at the site, in a chain of its own. She can read it."""

import logging
import uuid
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from engage import clock
from engage.domain.lane_clocks import Clock
from engage.domain.policy import Actor
from engage.extensions import db
from engage.models import LaneAccess, LaneReport, Site
from engage.services.chain import GENESIS, breaks, hash_over
from engage.services.lane import clocks
from engage.services.lane.record import lock
from engage.unit_of_work import unit_of_work

log = logging.getLogger(__name__)


def record_access(report_id: uuid.UUID, actor: Actor) -> None:
    """Note that a focal point opened the report, and that somebody has heard of it.

    Opens its own short unit of work, so call it when the page is made, outside of any other. Safe to run twice on a
    day: it adds nothing then. A failure is logged and never raised: help must not wait for a note.
    """
    try:
        with unit_of_work():
            report = lock(report_id, actor)
            _note(report, actor)
            report.unread = False
            clocks.meet(report, Clock.ALERT)
    except SQLAlchemyError as error:
        log.error("an opening in the restricted lane was not recorded: %s", type(error).__name__)


def _note(report: LaneReport, actor: Actor) -> None:
    now = clock.utcnow()
    zone = db.session.scalars(select(Site.time_zone).where(Site.id == report.site_id)).one()
    on = now.astimezone(ZoneInfo(zone)).date()
    rows = db.session.scalars(
        select(LaneAccess).where(LaneAccess.report_id == report.id).order_by(LaneAccess.number)
    ).all()
    if actor.id is None or any((row.user_id, row.on) == (actor.id, on) for row in rows):
        return
    last = rows[-1] if rows else None
    row = LaneAccess(
        id=uuid.uuid4(),
        report_id=report.id,
        number=last.number + 1 if last else 1,
        user_id=actor.id,
        on=on,
        at=now,
        previous_hash=last.hash if last else GENESIS,
    )
    row.hash = hash_of(row)
    db.session.add(row)


def hash_of(row: LaneAccess) -> str:
    """Return the hash an entry must have: over every column but its own, and the entry before it."""
    return hash_over(
        str(row.id),
        str(row.report_id),
        row.number,
        str(row.user_id),
        row.on.isoformat(),
        row.at.isoformat(),
        row.previous_hash,
    )


def breaks_in(rows: Iterable[LaneAccess]) -> list[int]:
    """Return the numbers at which a report's chain does not hold; the rows come in order of their number."""
    return breaks(rows, hash_of)
