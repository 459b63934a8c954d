"""What is for one member of staff to do: what is due, what they promised, what waits for them, what arrived.

Each list is one statement, the first due first, and ends at MOST; what is more, the inbox has.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)

from engage.domain.deadlines import Promise
from engage.domain.lifecycle import Stage
from engage.domain.policy import Actor, Permission
from engage.domain.systemic import READS
from engage.extensions import db
from engage.models import (
    Case,
    CaseEvent,
    CorrectiveAction,
    Deadline,
    Errand,
    Explanation,
    Proposal,
    Remedy,
    Site,
    StaffUser,
    Statement,
    SystemicIssue,
    Task,
)
from engage.models.promise import HELD
from engage.queries import absence, day_waits
from engage.queries.day_lines import columns, line
from engage.scope import open_to, readable_by, visible_to

MOST = 200  # Ours: more than anybody does in a day; the page says that there is more.
NEW_FOR = timedelta(days=7)  # Ours: what counts as new for somebody who never said that they had seen it.
TO_US = tuple(promise for promise in Promise if promise.owed_by_us)


@dataclass(frozen=True, slots=True)
class Item:
    """One line: what it is (kind, and a code of that kind), of which case, and the instant it is due or came up."""

    kind: str
    code: str
    at: datetime
    subject_id: uuid.UUID
    reference: str | None
    title: str | None
    level: int | None
    time_zone: str
    words: str | None = None
    owner_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """The lists of the page, each in its order, and for whom the reader stands in."""

    owed: Sequence[Item]  # deadlines, errands, explanations and remedies of ours, the first due first
    tasks: Sequence[Item]
    waits: Sequence[Item]  # decisions, seats, replies and pauses, the longest waiting first
    arrived: Sequence[Item]  # the newest first
    seen_at: datetime  # since when something counts as arrived
    stands_in_for: Sequence[uuid.UUID]


def day(actor: Actor, now: datetime) -> Day:
    """Return what is for a member of staff to do, in a number of statements that does not grow with the cases.

    Whoever stands in for somebody has their work on the page too, as far as they may see it.
    """
    stands_in_for = absence.replaced_by(actor.id, now) if actor.id else ()
    people = [user for user in (actor.id, *stands_in_for) if user is not None]
    seen_at = db.session.scalar(select(StaffUser.day_seen_at).where(StaffUser.id == actor.id)) or now - NEW_FOR
    mine = and_(
        visible_to(actor),
        or_(Case.assignee_id.in_(people), and_(Case.assignee_id.is_(None), open_to(actor, Permission.ASSIGN))),
    )
    return Day(
        owed=_items(_owed(actor, people, mine)),
        tasks=_items([_tasks(actor, people), _changes(actor, people)]),
        waits=_items(day_waits.waits(actor, mine, now)),
        arrived=_items([_arrived(actor, people, seen_at)], newest=True),
        seen_at=seen_at,
        stands_in_for=stands_in_for,
    )


def _items(parts: Sequence[Select[*tuple[Any, ...]]], *, newest: bool = False) -> list[Item]:
    rows = (union_all(*parts) if len(parts) > 1 else parts[0]).subquery()
    order = rows.c.at.desc() if newest else rows.c.at
    wanted = select(*rows.c).order_by(order, rows.c.subject_id).limit(MOST + 1)
    return [Item(**row) for row in db.session.execute(wanted).mappings()]


def _owed(actor: Actor, people: list[uuid.UUID], mine: ColumnElement[bool]) -> list[Select[*tuple[Any, ...]]]:
    return [
        line("deadline", Deadline.promise, Deadline.due_at, Deadline.id)
        .join(Deadline, Deadline.case_id == Case.id)
        .where(mine, Deadline.ended_at.is_(None), Deadline.promise.in_(TO_US), Deadline.due_at < HELD),
        line("errand", Errand.template, Errand.due_at, Errand.id)
        .join(Errand, Errand.case_id == Case.id)
        .where(or_(mine, and_(visible_to(actor), Errand.carrier_id.in_(people))), Errand.finished_at.is_(None)),
        line("explanation", Explanation.rung, Explanation.due_at, Explanation.deadline_id)
        .join(Explanation, Explanation.case_id == Case.id)
        .where(mine, Explanation.written_at.is_(None)),
        # A remedy is somebody's of their own, whoever has the case.
        line("remedy", Remedy.type_code, Remedy.due_at, Remedy.id)
        .join(Remedy, Remedy.case_id == Case.id)
        .where(
            visible_to(actor),
            Remedy.owner_id.in_(people),
            Remedy.finished_at.is_(None),
            Case.stage == Stage.IMPLEMENTING,
            exists().where(Proposal.id == Remedy.proposal_id, Proposal.answer.is_not(None)),
        ),
    ]


def _tasks(actor: Actor, people: list[uuid.UUID]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            *columns("task", func.coalesce(Task.code, literal("task", String)), Task.due_at, Task.id),
            case((Task.code.is_(None), Task.words)).label("words"),
            Task.owner_id.label("owner_id"),
        )
        .select_from(Task)
        .join(Site, Site.id == Task.site_id)
        .outerjoin(Case, Case.id == Task.case_id)
        .outerjoin(Statement, Statement.case_id == Case.id)
        .where(
            Task.owner_id.in_(people),
            Task.finished_at.is_(None),
            or_(Task.case_id.is_(None), visible_to(actor)),
        )
    )


def _changes(actor: Actor, people: list[uuid.UUID]) -> Select[*tuple[Any, ...]]:
    """What they are to change so that it does not happen again: of a case, or of what keeps happening (the code)."""
    return (
        select(
            *columns("change", CorrectiveAction.issue_id, CorrectiveAction.due_at, CorrectiveAction.id),
            CorrectiveAction.words.label("words"),
            CorrectiveAction.owner_id.label("owner_id"),
        )
        .select_from(CorrectiveAction)
        .outerjoin(SystemicIssue, SystemicIssue.id == CorrectiveAction.issue_id)
        .outerjoin(Case, Case.id == CorrectiveAction.case_id)
        .outerjoin(Statement, Statement.case_id == Case.id)
        .join(Site, Site.id == func.coalesce(Case.site_id, SystemicIssue.site_id))
        .where(
            CorrectiveAction.owner_id.in_(people),
            CorrectiveAction.finished_at.is_(None),
            Case.erased_at.is_(None),
            or_(and_(CorrectiveAction.case_id.is_(None), _at_their_sites(actor)), readable_by(actor)),
        )
    )


def _at_their_sites(actor: Actor) -> ColumnElement[bool]:
    held = {one.site_id for one in actor.memberships if one.role in READS}
    return true() if None in held else SystemicIssue.site_id.in_(held)


def _arrived(actor: Actor, people: list[uuid.UUID], since: datetime) -> Select[*tuple[Any, ...]]:
    """Cases that came in where the reader assigns them, and cases that came into their hands."""
    given = exists().where(
        CaseEvent.case_id == Case.id,
        CaseEvent.kind == "CaseAssigned",
        CaseEvent.at > since,
        CaseEvent.actor_id.is_distinct_from(actor.id),
    )
    return line("case", Case.stage, Case.received_at, Case.id).where(
        visible_to(actor),
        Case.closed_at.is_(None),
        or_(
            and_(Case.received_at > since, open_to(actor, Permission.ASSIGN)),
            and_(Case.assignee_id.in_(people), or_(Case.received_at > since, given)),
        ),
    )
