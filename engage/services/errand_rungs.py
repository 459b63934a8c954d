"""The sweep of errands that are not done: those who carry them hear of it, then those above them."""

import logging
import uuid
from datetime import datetime

from sqlalchemy import select

from engage import clock
from engage.domain import errands as rules
from engage.domain.events import ErrandDue
from engage.domain.policy import SYSTEM
from engage.extensions import db
from engage.models import Errand
from engage.services import cases
from engage.services.timeline import record
from engage.unit_of_work import unit_of_work

log = logging.getLogger(__name__)
MOST = 5000  # Ours: a sweep ends well inside its task's time limit; the next one takes what is left over.


def climb(now: datetime | None = None, *, limit: int = MOST) -> int:
    """Tell whoever is next of every errand that is overdue, each rung once, and return of how many.

    Opens a short unit of work per errand; safe to run twice, late, and at the same time: a case that somebody else
    has in hand is left to the next sweep, and an errand that fails stops no other.
    """
    now = now or clock.utcnow()
    due = select(Errand.id, Errand.case_id).where(Errand.look_at <= now).order_by(Errand.look_at).limit(limit)
    count = 0
    for errand_id, case_id in db.session.execute(due).all():
        try:
            with unit_of_work():
                count += _climb(errand_id, case_id, now)
        except Exception:  # one bad row must not stop the rest; it is tried again by the next sweep
            log.exception("nobody could be told that errand %s is overdue", errand_id)
    return count


def _climb(errand_id: uuid.UUID, case_id: uuid.UUID, now: datetime) -> bool:
    case = cases.lock_if_free(case_id)
    row = db.session.get_one(Errand, errand_id, populate_existing=True)
    if case is None or row.look_at is None or row.look_at > now:
        return False
    seat, row.rung, row.look_at = rules.step(row.rung, row.due_at, now)
    if seat is None:
        return False
    record(case, ErrandDue(errand_id=row.id, role=seat.role, all_sites=seat.all_sites), actor=SYSTEM)
    return True
