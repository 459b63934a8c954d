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
    SQLColumnExpression,
    String,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)

from engage.domain.case import CaseClass
from engage.domain.conflicts import INVESTIGATES
from engage.domain.deadlines import Promise
from engage.domain.lifecycle import Stage
from engage.domain.policy import Actor, Membership, Permission, Role
from engage.domain.systemic import READS
from engage.extensions import db
from engage.models import (
    Appeal,
    Approval,
    Case,
    CaseEvent,
    CorrectiveAction,
    Deadline,
    Errand,
    Explanation,
    ExtensionRequest,
    PanelSeat,
    Pause,
    Proposal,
    Rating,
    Remedy,
    Screening,
    Site,
    StaffUser,
    Statement,
    SystemicIssue,
    Task,
)
from engage.models.promise import HELD
from engage.queries import absence
from engage.scope import open_to, readable_by, visible_to

MOST = 200  # Ours: more than anybody does in a day; the page says that there is more.
NEW_FOR = timedelta(days=7)  # Ours: what counts as new for somebody who never said that they had seen it.
PAUSE_SOON = timedelta(days=3)  # Ours: so long before its end a pause is worth a thought.
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
        waits=_items(_waits(actor, mine, now)),
        arrived=_items([_arrived(actor, people, seen_at)], newest=True),
        seen_at=seen_at,
        stands_in_for=stands_in_for,
    )


def _items(parts: Sequence[Select[*tuple[Any, ...]]], *, newest: bool = False) -> list[Item]:
    rows = (union_all(*parts) if len(parts) > 1 else parts[0]).subquery()
    order = rows.c.at.desc() if newest else rows.c.at
    wanted = select(*rows.c).order_by(order, rows.c.subject_id).limit(MOST + 1)
    return [Item(**row) for row in db.session.execute(wanted).mappings()]


def _line(
    kind: str, code: SQLColumnExpression[Any], at: SQLColumnExpression[Any], subject: SQLColumnExpression[Any]
) -> Select[*tuple[Any, ...]]:
    """A line of a case; the caller joins where it comes from."""
    return (
        select(
            literal(kind, String).label("kind"),
            cast(code, String).label("code"),
            at.label("at"),
            subject.label("subject_id"),
            Case.reference.label("reference"),
            Statement.title.label("title"),
            Case.level.label("level"),
            Site.time_zone.label("time_zone"),
        )
        .select_from(Case)
        .join(Statement, Statement.case_id == Case.id)
        .join(Site, Site.id == Case.site_id)
    )


def _owed(actor: Actor, people: list[uuid.UUID], mine: ColumnElement[bool]) -> list[Select[*tuple[Any, ...]]]:
    return [
        _line("deadline", Deadline.promise, Deadline.due_at, Deadline.id)
        .join(Deadline, Deadline.case_id == Case.id)
        .where(mine, Deadline.ended_at.is_(None), Deadline.promise.in_(TO_US), Deadline.due_at < HELD),
        _line("errand", Errand.template, Errand.due_at, Errand.id)
        .join(Errand, Errand.case_id == Case.id)
        .where(mine, Errand.finished_at.is_(None)),
        _line("explanation", Explanation.rung, Explanation.due_at, Explanation.deadline_id)
        .join(Explanation, Explanation.case_id == Case.id)
        .where(mine, Explanation.written_at.is_(None)),
        # A remedy is somebody's of their own, whoever has the case.
        _line("remedy", Remedy.type_code, Remedy.due_at, Remedy.id)
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
            literal("task", String).label("kind"),
            func.coalesce(Task.code, literal("task", String)).label("code"),
            Task.due_at.label("at"),
            Task.id.label("subject_id"),
            Case.reference.label("reference"),
            Statement.title.label("title"),
            Case.level.label("level"),
            Site.time_zone.label("time_zone"),
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
            literal("change", String).label("kind"),
            cast(CorrectiveAction.issue_id, String).label("code"),
            CorrectiveAction.due_at.label("at"),
            CorrectiveAction.id.label("subject_id"),
            Case.reference.label("reference"),
            Statement.title.label("title"),
            Case.level.label("level"),
            Site.time_zone.label("time_zone"),
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
            or_(and_(CorrectiveAction.case_id.is_(None), _at_their_sites(actor)), readable_by(actor)),
        )
    )


def _at_their_sites(actor: Actor) -> ColumnElement[bool]:
    held = {one.site_id for one in actor.memberships if one.role in READS}
    return true() if None in held else SystemicIssue.site_id.in_(held)


def _waits(actor: Actor, mine: ColumnElement[bool], now: datetime) -> list[Select[*tuple[Any, ...]]]:
    nothing = null()
    did = exists().where(
        CaseEvent.case_id == Case.id, CaseEvent.actor_id == actor.id, CaseEvent.kind.in_(sorted(INVESTIGATES))
    )
    newest = select(CaseEvent.at).where(CaseEvent.case_id == Case.id).order_by(CaseEvent.number.desc()).limit(1)
    return [
        _line("proposal", nothing, Proposal.drafted_at, Proposal.id)
        .join(Proposal, Proposal.case_id == Case.id)
        .where(
            open_to(actor, Permission.APPROVE_PROPOSAL),
            Proposal.sent_at.is_(None),
            Proposal.returned_at.is_(None),
            Case.stage != Stage.CLOSED,
            Proposal.drafted_by_id != actor.id,
            Case.assignee_id.is_distinct_from(actor.id),
            ~did,
            ~exists().where(Approval.proposal_id == Proposal.id, Approval.user_id == actor.id),
        ),
        _line("screening", Screening.reason_code, Screening.asked_at, Screening.id)
        .join(Screening, Screening.case_id == Case.id)
        .where(
            open_to(actor, Permission.APPROVE_SCREEN_OUT),
            Screening.decided_at.is_(None),
            Screening.asked_by_id != actor.id,
        ),
        _line("rating", nothing, Rating.rated_at, Rating.id)
        .join(Rating, Rating.case_id == Case.id)
        .where(
            open_to(actor, Permission.APPROVE_RATING),
            Rating.needs_second,
            Rating.decided_at.is_(None),
            Rating.rated_by_id.is_distinct_from(actor.id),
        ),
        _line("extension", Deadline.promise, ExtensionRequest.asked_at, ExtensionRequest.id)
        .join(ExtensionRequest, ExtensionRequest.case_id == Case.id)
        .join(Deadline, Deadline.id == ExtensionRequest.deadline_id)
        .where(
            open_to(actor, Permission.EXTEND_AGAIN),
            ExtensionRequest.decided_at.is_(None),
            Deadline.ended_at.is_(None),
            ExtensionRequest.asked_by_id != actor.id,
            ExtensionRequest.first_by_id.is_distinct_from(actor.id),
            # As policy.is_above says it: those of all sites, and focal points, are above everybody.
            *([] if Membership(Role.APPROVER, None) in actor.memberships else [_site_may_decide()]),
        ),
        _line("panel", nothing, Deadline.due_at, Deadline.id)
        .join(Deadline, Deadline.case_id == Case.id)
        .where(
            open_to(actor, Permission.SEAT_PANEL),
            Deadline.promise == Promise.FORM_PANEL,
            Deadline.ended_at.is_(None),
        ),
        _line("seat", nothing, Appeal.lodged_at, Appeal.id)
        .join(Appeal, Appeal.case_id == Case.id)
        .join(PanelSeat, PanelSeat.appeal_id == Appeal.id)
        .where(
            visible_to(actor),
            PanelSeat.user_id == actor.id,
            Appeal.decided_at.is_(None),
            Case.stage == Stage.APPEALED,  # of one that was withdrawn nothing is left to decide
        ),
        _line("reply", nothing, newest.scalar_subquery(), Case.id).where(mine, Case.unread_reply),
        _line("pause", Pause.reason_code, Pause.ends_at, Pause.id)
        .join(Pause, Pause.case_id == Case.id)
        .where(mine, Pause.over_at.is_(None), Pause.starts_at <= now, Pause.ends_at <= now + PAUSE_SOON),
    ]


def _site_may_decide() -> ColumnElement[bool]:
    return or_(~ExtensionRequest.needs_top, Case.class_ == CaseClass.RESTRICTED)


def _arrived(actor: Actor, people: list[uuid.UUID], since: datetime) -> Select[*tuple[Any, ...]]:
    """Cases that came in where the reader assigns them, and cases that came into their hands."""
    given = exists().where(
        CaseEvent.case_id == Case.id,
        CaseEvent.kind == "CaseAssigned",
        CaseEvent.at > since,
        CaseEvent.actor_id.is_distinct_from(actor.id),
    )
    return _line("case", Case.stage, Case.received_at, Case.id).where(
        visible_to(actor),
        Case.closed_at.is_(None),
        or_(
            and_(Case.received_at > since, open_to(actor, Permission.ASSIGN)),
            and_(Case.assignee_id.in_(people), or_(Case.received_at > since, given)),
        ),
    )
