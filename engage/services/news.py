"""When the person has to hear from us next, as the case keeps it; written here and nowhere else but by its sweep.

It rests while the case lies with the person, and ends with the case. See services.asking_for_news.
"""

import uuid
from datetime import datetime

from engage import clock
from engage.domain import news as rules
from engage.domain.lifecycle import Stage
from engage.domain.severity import Level
from engage.extensions import db
from engage.models import Case, Task
from engage.services import sites


def follow(case: Case, *, told: bool) -> uuid.UUID | None:
    """Write the day on the case after each event of it; `told` says whether the person heard from us by it.

    Returns the task "tell the person how it stands" that is done by that, for the record.
    """
    is_over = case.stage is Stage.CLOSED
    if is_over or case.their_turn:
        case.news_due_at = None
    elif told or case.news_due_at is None:
        case.news_due_at = due_after(case, clock.utcnow())
    return _finished(case) if case.news_task_id is not None and (told or is_over) else None


def due_after(case: Case, told_at: datetime) -> datetime:
    """Return until when the person may hear nothing; before assessment the row that counts then. Sends no statement."""
    table = sites.rules_for(case).promises
    level = Level(case.level) if case.level else table.before_assessment
    return rules.quiet_until(told_at, table.news_every[level])


def _finished(case: Case) -> uuid.UUID | None:
    row = db.session.get(Task, case.news_task_id)
    case.news_task_id = None
    if row is None or row.finished_at is not None:
        return None
    row.finished_at = clock.utcnow()
    return row.id
