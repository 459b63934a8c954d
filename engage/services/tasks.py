"""Tasks: what one of us is to do by a date, for a case or for a site alone. Chores of ours, never a promise.

What a task of a case says may be about its person, so the words stand in the task and the record holds their digest.
"""

import logging
import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from engage import clock, vault
from engage.domain import policy
from engage.domain import tasks as rules
from engage.domain.events import TaskAdded, TaskDue, TaskFinished, TaskPassedOn
from engage.domain.guards import Refusal, Refused, stop_if
from engage.domain.policy import SYSTEM, Actor, NotAllowed, Permission
from engage.extensions import db
from engage.models import Case, StaffUser, Task
from engage.notify import work_rules
from engage.services import calendars, cases, conflicts, sent_forms
from engage.services.timeline import digest_of, record
from engage.unit_of_work import unit_of_work

log = logging.getLogger(__name__)
MOST = 5000  # Ours: a sweep ends well inside its task's time limit; the next one takes what is left over.


@dataclass(frozen=True, slots=True)
class Todo:
    """A task as it is given. Without an instant it is due after the usual time, in working time where a site has it."""

    words: str
    owner_id: uuid.UUID
    due_at: datetime | None = None


def add(case: Case, todo: Todo, *, actor: Actor) -> Task:
    """Give somebody a task for the case; they are told, unless they gave it to themselves.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: it says nothing, its date is past or too far away, or its owner is a subject of the case, gone, or
            could not see it.
    """
    policy.require(actor, Permission.TASK, case.facts)
    _refuse_owner(case, todo.owner_id)
    row = _new(case.site_id, case.id, todo, actor)
    event = TaskAdded(task_id=row.id, owner_id=row.owner_id, due_at=row.due_at)
    record(case, event, actor=actor, content=digest_of(row.salt, row.words))
    return row


def add_at_site(site_id: uuid.UUID, todo: Todo, *, actor: Actor, mark: str | None = None) -> Task:
    """Give somebody a task that belongs to no case. Asked by a form of the same mark again, it is the task it made.

    Raises:
        NotAllowed: the actor does not work at the site.
        Refused: as for `add`; the owner must work at the site.
    """
    if not rules.works_at(actor, site_id):
        raise NotAllowed(Permission.TASK)
    # Two clicks are of one person, so they wait for each other at the person's own row.
    db.session.get(StaffUser, actor.id, with_for_update={"key_share": True})
    row_id = sent_forms.row_of(mark, actor)
    if made := db.session.get(Task, row_id):
        return made
    _refuse_stranger(site_id, todo.owner_id)
    row = _new(site_id, None, todo, actor, row_id)
    if row.owner_id != actor.id:
        work_rules.tell_of_task(row, work_rules.GIVEN)
    return row


def add_for_service(case: Case, code: str, owner_id: uuid.UUID) -> Task:
    """Give somebody who may have the case a task that the service adds by itself; they are told. The caller chose them.

    Pages have its words by the code; the row keeps them as they were meant.
    """
    row = _new(case.site_id, case.id, Todo(rules.BY_SERVICE[code], owner_id), SYSTEM)
    row.code = code
    event = TaskAdded(task_id=row.id, owner_id=row.owner_id, due_at=row.due_at)
    record(case, event, actor=SYSTEM, content=digest_of(row.salt, row.words))
    return row


def take_over(task_id: uuid.UUID, *, actor: Actor) -> Task:
    """Make an open task one's own. Taking what one has already changes nothing.

    Raises:
        NoResultFound: there is no such task, or the actor may not know of it.
        NotAllowed: policy refuses the actor.
        Refused: it is done already.
    """
    row, case = _open(task_id, actor)
    if not _works(row, case, actor):
        raise NotAllowed(Permission.TASK)
    if actor.id is not None and row.owner_id != actor.id:
        give(row, case, actor.id, actor)
    return row


def pass_on(task_id: uuid.UUID, owner_id: uuid.UUID, *, actor: Actor) -> Task:
    """Give an open task to somebody else: its owner, whoever added it, and those who assign cases may.

    Raises:
        NoResultFound: there is no such task, or the actor may not know of it.
        NotAllowed: policy refuses the actor.
        Refused: it is done already, or the new owner is a subject of the case, gone, or could not see it.
    """
    row, case = _open(task_id, actor)
    _require_say(row, case, actor)
    if case is not None:
        _refuse_owner(case, owner_id)
    else:
        _refuse_stranger(row.site_id, owner_id)
    if owner_id != row.owner_id:
        give(row, case, owner_id, actor)
    return row


def finish(task_id: uuid.UUID, *, actor: Actor) -> Task:
    """Note that a task is done: its owner, whoever added it, and those who assign cases may.

    Raises:
        NoResultFound: there is no such task, or the actor may not know of it.
        NotAllowed: policy refuses the actor.
        Refused: it is done already.
    """
    row, case = _open(task_id, actor)
    _require_say(row, case, actor)
    row.finished_at, row.finished_by_id = clock.utcnow(), actor.id
    if case is not None:
        record(case, TaskFinished(task_id=row.id), actor=actor)
    return row


def remind_due(now: datetime | None = None, *, limit: int = MOST) -> int:
    """Remind the owner of every open task that falls due, once, and return how many.

    Opens a short unit of work per task; safe to run twice, late, and at the same time: a case that somebody else has
    in hand is left to the next sweep, and a task that fails stops no other.
    """
    now = now or clock.utcnow()
    waiting = (Task.finished_at.is_(None), Task.reminded_at.is_(None))
    due = select(Task.id).where(*waiting, Task.due_at <= now + rules.REMIND_BEFORE).order_by(Task.due_at)
    count = 0
    for task_id in db.session.scalars(due.limit(limit)).all():
        try:
            with unit_of_work():
                count += _remind(task_id, now)
        except Exception:  # one bad row must not stop the rest; it is tried again by the next sweep
            log.exception("nobody could be reminded of task %s", task_id)
    return count


def _remind(task_id: uuid.UUID, now: datetime) -> bool:
    case_id = db.session.scalars(select(Task.case_id).where(Task.id == task_id)).one()
    case = cases.lock_if_free(case_id) if case_id is not None else None
    if case_id is not None and case is None:
        return False
    row = _locked(task_id)
    if row.finished_at is not None or row.reminded_at is not None:
        return False
    row.reminded_at = now
    if case is not None:
        record(case, TaskDue(task_id=row.id, owner_id=row.owner_id), actor=SYSTEM)
    else:
        work_rules.tell_of_task(row, work_rules.DUE)
    return True


def _new(
    site_id: uuid.UUID, case_id: uuid.UUID | None, todo: Todo, actor: Actor, row_id: uuid.UUID | None = None
) -> Task:
    now = clock.utcnow()
    usual = calendars.chore_due(site_id, now, working=rules.WITHIN_WORK, otherwise=rules.WITHIN)
    due_at = todo.due_at or usual
    stop_if(rules.why_not_add(todo.words, due_at, now))
    row = Task(
        id=row_id or uuid.uuid4(),
        site_id=site_id,
        case_id=case_id,
        words=todo.words.strip(),
        salt=vault.salt(),
        owner_id=todo.owner_id,
        due_at=due_at,
        added_by_id=actor.id,
        added_at=now,
        reminded_at=_spoken_for(due_at, now),
    )
    db.session.add(row)
    db.session.flush()
    return row


def _spoken_for(due_at: datetime, now: datetime) -> datetime | None:
    """What is due so soon needs no reminder: being given it says so."""
    return now if due_at <= now + rules.REMIND_BEFORE else None


def give(row: Task, case: Case | None, owner_id: uuid.UUID, actor: Actor) -> None:
    """Make the task somebody else's, who is told. The caller holds both, and checked that they may have it."""
    row.owner_id, row.reminded_at = owner_id, _spoken_for(row.due_at, clock.utcnow())
    if case is not None:
        record(case, TaskPassedOn(task_id=row.id, owner_id=owner_id, taken=owner_id == actor.id), actor=actor)
    elif owner_id != actor.id:
        db.session.flush()
        work_rules.tell_of_task(row, work_rules.GIVEN)


def _open(task_id: uuid.UUID, actor: Actor) -> tuple[Task, Case | None]:
    """The task in hand, along with its case, as far as the actor may know of them."""
    known = db.session.get(Task, task_id)
    if known is None:
        raise NoResultFound
    case = None
    if known.case_id is not None:
        case = cases.lock_where(Case.id == known.case_id, actor)
    row = _locked(task_id)
    if case is None and row.owner_id != actor.id and not rules.works_at(actor, row.site_id):
        raise NoResultFound
    if row.finished_at is not None:
        raise Refused(Refusal("task_is_done"))
    return row, case


def _locked(task_id: uuid.UUID) -> Task:
    return db.session.scalars(
        select(Task).where(Task.id == task_id).with_for_update().execution_options(populate_existing=True)
    ).one()


def _works(row: Task, case: Case | None, actor: Actor) -> bool:
    return policy.may(actor, Permission.TASK, case.facts) if case else rules.works_at(actor, row.site_id)


def _require_say(row: Task, case: Case | None, actor: Actor) -> None:
    directs = policy.may(actor, Permission.ASSIGN, case.facts) if case else rules.directs_at(actor, row.site_id)
    if not (directs or actor.id in (row.owner_id, row.added_by_id)):
        raise NotAllowed(Permission.TASK)


def _refuse_owner(case: Case, owner_id: uuid.UUID) -> None:
    conflicts.refuse_kept_out(case, [owner_id], what="task")
    user = db.session.get(StaffUser, owner_id)
    if user is None or not policy.may(user.actor, Permission.VIEW, case.facts):
        raise Refused(Refusal("owner_cannot_see"))


def _refuse_stranger(site_id: uuid.UUID, owner_id: uuid.UUID) -> None:
    user = db.session.get(StaffUser, owner_id)
    if user is None or not rules.works_at(user.actor, site_id):
        raise Refused(Refusal("owner_not_here"))
