"""What the schedule does, as jobs to be measured: how a hundred things fall due for each, and what deals with them."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask

from engage import clock
from engage.domain.deadlines import Promise
from engage.domain.lifecycle import Stage
from engage.domain.likeness import place_key
from engage.extensions import db
from engage.models import Case, Deadline, Explanation, OutboxMessage, Pause, Recipient, Statement, Task
from engage.models.aftercare import CorrectiveAction, IssueCase, SystemicIssue
from engage.services import delivery, escalation, explanations, pauses, sites, systemic, tasks
from engage.unit_of_work import unit_of_work

DUE = 100
FAR, PAST, SOON = timedelta(days=90), timedelta(minutes=1), timedelta(hours=1)
_TOGETHER = 4  # so many cases at one place; a site's rules call three a repetition


@dataclass(frozen=True, slots=True)
class Job:
    """A sweep: what makes so many things due for it and nothing else, which they are, and what does them."""

    name: str
    prepare: Callable[[datetime], None]
    due: Callable[[datetime], sa.Select[Any]]
    run: Callable[[], int]
    has_bar: bool = True


def add_chores(app: Flask) -> None:
    """Give every open prototype a task, a pause to come and an explanation that is owed, all of them due far ahead."""
    with app.app_context():
        now = clock.utcnow()
        with unit_of_work():
            for case in db.session.scalars(sa.select(Case).where(Case.stage != Stage.CLOSED)).all():
                _chores_of(case, now)
            wait = sa.update(Deadline).where(Deadline.look_at.is_not(None)).values(look_at=now + FAR)
            db.session.execute(wait)
        db.session.remove()
        db.engine.dispose()


def _chores_of(case: Case, now: datetime) -> None:
    owner = db.session.scalars(sa.select(Task.owner_id)).first() or _somebody(case)
    task = {"site_id": case.site_id, "case_id": case.id, "words": "Ring them.", "salt": "s", "owner_id": owner}
    db.session.add(Task(id=uuid.uuid4(), **task, due_at=now + FAR, added_at=now))
    stop = {"case_id": case.id, "reason_code": "waiting_for_person", "starts_at": now + FAR - timedelta(days=10)}
    db.session.add(Pause(id=uuid.uuid4(), **stop, ends_at=now + FAR, look_at=now + FAR))
    late = db.session.scalars(sa.select(Deadline.id).where(Deadline.case_id == case.id)).first()
    rung = sites.rules_for(case).ladder.rungs[-1].code
    why = {"case_id": case.id, "deadline_id": late, "rung": rung, "asked_at": now}
    db.session.add(Explanation(id=uuid.uuid4(), **why, due_at=now + FAR))


def _somebody(case: Case) -> uuid.UUID:
    assigned = sa.select(Case.assignee_id).where(Case.site_id == case.site_id, Case.assignee_id.is_not(None))
    found = db.session.scalars(assigned).first()
    assert found is not None
    return found


def _late(now: datetime) -> sa.Select[Any]:
    return sa.select(Deadline.id).where(Deadline.ended_at.is_(None), Deadline.look_at <= now)


def _make_late(now: datetime) -> None:
    """One promise each of a hundred cases was due two days ago, so that reminders and a rung are reached."""
    _set(Deadline, _late(now), look_at=now + FAR)
    fresh = (Deadline.ended_at.is_(None), Deadline.look_at > now, Deadline.promise == Promise.PROPOSE)
    due = now - timedelta(days=2, hours=1)
    _set(Deadline, sa.select(Deadline.id).where(*fresh).limit(DUE), due_at=due, look_at=now - PAST)


def _owed(now: datetime) -> sa.Select[Any]:
    waiting = (OutboxMessage.sent_at.is_(None), OutboxMessage.dead_at.is_(None), OutboxMessage.not_before <= now)
    return sa.select(OutboxMessage.id).where(*waiting)


def _make_owed(now: datetime) -> None:
    fresh = (OutboxMessage.recipient == Recipient.STAFF, OutboxMessage.attempts == 0)
    chosen = sa.select(OutboxMessage.id).where(*fresh).limit(DUE)
    _set(OutboxMessage, chosen, sent_at=None, not_before=now - PAST, road=None)


def _over(now: datetime) -> sa.Select[Any]:
    return sa.select(Pause.id).where(Pause.over_at.is_(None), Pause.look_at <= now)


def _make_over(now: datetime) -> None:
    fresh = sa.select(Pause.id).where(Pause.over_at.is_(None), Pause.look_at > now).limit(DUE)
    _set(Pause, fresh, starts_at=now - timedelta(days=2), ends_at=now - PAST, look_at=now - PAST)


def _unwritten(now: datetime) -> sa.Select[Any]:
    waiting = (Explanation.written_at.is_(None), Explanation.missed_at.is_(None), Explanation.due_at <= now)
    return sa.select(Explanation.id).where(*waiting)


def _make_unwritten(now: datetime) -> None:
    fresh = (Explanation.written_at.is_(None), Explanation.missed_at.is_(None), Explanation.due_at > now)
    _set(Explanation, sa.select(Explanation.id).where(*fresh).limit(DUE), due_at=now - PAST)


def _to_remind(now: datetime) -> sa.Select[Any]:
    waiting = (Task.finished_at.is_(None), Task.reminded_at.is_(None), Task.due_at <= now + SOON)
    return sa.select(Task.id).where(*waiting)


def _make_to_remind(now: datetime) -> None:
    fresh = (Task.finished_at.is_(None), Task.reminded_at.is_(None), Task.due_at > now + SOON)
    _set(Task, sa.select(Task.id).where(*fresh).limit(DUE), due_at=now)


def _repeated(_now: datetime) -> sa.Select[Any]:
    joined = sa.select(IssueCase.case_id)
    return sa.select(Statement.case_id).where(Statement.community.is_not(None), Statement.case_id.not_in(joined))


def _make_repeated(_now: datetime) -> None:
    """A hundred cases at 25 places; what was put together before is taken apart again."""
    for model in (IssueCase, CorrectiveAction, SystemicIssue):
        db.session.execute(sa.delete(model))
    db.session.execute(
        sa.update(Statement).where(Statement.community.is_not(None)).values(community=None, place_key=None)
    )
    alike = sa.select(Case.id).where(Case.category.is_not(None), Case.stage != Stage.CLOSED, Case.level.is_not(None))
    site = db.session.scalars(alike.with_only_columns(Case.site_id).limit(1)).one()
    chosen = db.session.scalars(alike.where(Case.site_id == site).limit(DUE)).all()
    for place in range(DUE // _TOGETHER):
        here = chosen[place * _TOGETHER : (place + 1) * _TOGETHER]
        named = sa.update(Statement).where(Statement.case_id.in_(here))
        db.session.execute(named.values(community=f"Place {place}", place_key=place_key(f"Place {place}")))


def _set(model: Any, chosen: sa.Select[Any], **values: object) -> None:
    """Write the values into the rows chosen, whose ids are read first: SQLite takes no limit in what it changes."""
    ids = db.session.scalars(chosen).all()
    if ids:
        db.session.execute(sa.update(model).where(model.id.in_(ids)).values(**values))


JOBS = (
    Job("ladder", _make_late, _late, lambda: escalation.climb(clock.utcnow())),
    Job("outbox", _make_owed, _owed, delivery.drain),
    Job("pauses", _make_over, _over, pauses.end_due),
    Job("explanations", _make_unwritten, _unwritten, explanations.miss_due),
    Job("tasks", _make_to_remind, _to_remind, tasks.remind_due),
    # Nothing falls due by a date here: what came in lately is read and counted, once an hour.
    Job("repetition", _make_repeated, _repeated, systemic.watch, has_bar=False),
)


def nothing_owed() -> None:
    """Let every notice be sent, so that what one sweep owes falls into no other's time."""
    left = sa.update(OutboxMessage).where(OutboxMessage.sent_at.is_(None), OutboxMessage.dead_at.is_(None))
    db.session.execute(left.values(sent_at=OutboxMessage.created_at))
