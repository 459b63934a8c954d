"""The sweep of what is quiet: whoever works a case is asked to tell the person how it stands (domain R37)."""

import logging
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from engage import clock
from engage.domain.escalation import ASSIGNEE, Seat
from engage.domain.events import NewsMissed
from engage.domain.news import TELL_NEWS
from engage.domain.policy import SYSTEM
from engage.extensions import db
from engage.models import Case, Task
from engage.notify.audience import working_on
from engage.services import cases, moving_up, news, tasks
from engage.services.timeline import record
from engage.unit_of_work import unit_of_work

log = logging.getLogger(__name__)
MOST = 5000  # Ours: a sweep ends well inside its task's time limit; the next one takes what is left over.
AGAIN = timedelta(hours=1)  # Ours: how soon a case that nobody could be asked about is looked at again.


def ask_due(now: datetime | None = None, *, limit: int = MOST) -> int:
    """Ask for news of every case whose person heard nothing for too long, and return of how many.

    The first time a task is opened; while it is undone for as long again, those one step up hear of it. Opens a short
    unit of work per case; safe to run twice, late, and at the same time: a case that somebody else has in hand is left
    to the next sweep, and a case that fails stops no other.
    """
    now = now or clock.utcnow()
    quiet = select(Case.id).where(Case.news_due_at.is_not(None), Case.news_due_at <= now).order_by(Case.news_due_at)
    count = 0
    for case_id in db.session.scalars(quiet.limit(limit)).all():
        try:
            with unit_of_work():
                case = cases.lock_if_free(case_id)
                count += _ask(case, now) if case is not None else 0
        except Exception:  # one bad row must not stop the rest; it is tried again by the next sweep
            log.exception("nobody could be asked for news of case %s", case_id)
    return count


def _ask(case: Case, now: datetime) -> bool:
    if case.news_due_at is None or case.news_due_at > now:
        return False
    people = working_on(case)
    if not people:
        log.error("nobody could be asked to tell the person of case %s how it stands; see check-config", case.id)
        case.news_due_at = now + AGAIN
        return False
    if (row := _open_task(case)) is None:
        case.news_task_id = tasks.add_for_service(case, TELL_NEWS, first_there(case, people, now)).id
    else:
        above = moving_up.seat_above(case, Seat(ASSIGNEE), now) or Seat(ASSIGNEE)
        record(case, NewsMissed(task_id=row.id, role=above.role, all_sites=above.all_sites), actor=SYSTEM)
    case.news_due_at = news.due_after(case, now)
    return True


def _open_task(case: Case) -> Task | None:
    row = db.session.get(Task, case.news_task_id) if case.news_task_id is not None else None
    return row if row is not None and row.finished_at is None else None


def first_there(case: Case, people: Sequence[uuid.UUID], now: datetime) -> uuid.UUID:
    """Return the first of them who does not seem to be away, else the first."""
    return next((user_id for user_id in people if not moving_up.are_away(case, [user_id], now)), people[0])
