"""The parts of a case page, each read in one statement."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, Uuid, bindparam, exists, func, or_, select
from sqlalchemy.orm import joinedload, lazyload

from engage.domain.policy import Actor
from engage.extensions import db
from engage.models import (
    Access,
    Appeal,
    Attachment,
    Case,
    CaseEvent,
    CaseSubject,
    ContactAttempt,
    CorrectiveAction,
    Deadline,
    Errand,
    Explanation,
    IndependentReview,
    IssueCase,
    Message,
    OutboxMessage,
    Pause,
    Proposal,
    ReachedRung,
    Recipient,
    Screening,
    SealedContact,
    SealedIdentity,
    Site,
    StaffUser,
    Task,
)

VIEWED = "view"  # why the reading of a case page is on record


class Entry(NamedTuple):
    """One event of the record, with its values read."""

    id: uuid.UUID
    kind: str
    at: datetime
    actor_party: str
    actor_id: uuid.UUID | None
    actor_name: str | None  # of staff
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of the notice that told the person of something. The road is None until it has left."""

    sent_at: datetime | None
    dead_at: datetime | None
    road: str | None
    replaced_at: datetime | None = None  # a notice before it says it already


class Look(NamedTuple):
    """A look of one reader at a case."""

    at: datetime
    unseen: int  # of what they were told of it until then
    last_read: date | None  # the day at the site on which they opened it last, before this


# Built once: putting a statement together costs as much as running it.
_CASE_ID = bindparam("case_id", type_=Uuid())
_MESSAGES = select(Message).where(Message.case_id == _CASE_ID).order_by(Message.written_at, Message.id)
_DEADLINES = select(Deadline).where(Deadline.case_id == _CASE_ID).order_by(Deadline.due_at)
_RUNGS = (
    select(ReachedRung)
    .join(Deadline, Deadline.id == ReachedRung.deadline_id)
    .where(Deadline.case_id == _CASE_ID)
    .order_by(ReachedRung.reached_at)
)
_ERRANDS = select(Errand).where(Errand.case_id == _CASE_ID, Errand.finished_at.is_(None)).order_by(Errand.due_at)
_ATTEMPTS = select(ContactAttempt.channel, ContactAttempt.at).where(ContactAttempt.case_id == _CASE_ID)
_ENTRIES = (
    select(
        CaseEvent.id,
        CaseEvent.kind,
        CaseEvent.at,
        CaseEvent.actor_party,
        CaseEvent.actor_id,
        StaffUser.name,
        CaseEvent.payload,
    )
    .outerjoin(StaffUser, StaffUser.id == CaseEvent.actor_id)
    .where(CaseEvent.case_id == _CASE_ID)
    .order_by(CaseEvent.number)
)
_FILES = (
    select(Attachment)
    .options(joinedload(Attachment.original))
    .where(Attachment.case_id == _CASE_ID)
    .order_by(Attachment.added_at, Attachment.id)
)
_FATES = select(
    OutboxMessage.dedupe_key,
    OutboxMessage.sent_at,
    OutboxMessage.dead_at,
    OutboxMessage.road,
    OutboxMessage.replaced_at,
).where(OutboxMessage.case_id == _CASE_ID, OutboxMessage.recipient == Recipient.PERSON)
_LATEST = (
    select(Proposal.id).where(Proposal.case_id == _CASE_ID).order_by(Proposal.number.desc()).limit(1).scalar_subquery()
)
_PROPOSAL = (
    select(Proposal).options(joinedload(Proposal.remedies), lazyload(Proposal.approvals)).where(Proposal.id == _LATEST)
)
_SCREENING = select(Screening).where(Screening.case_id == _CASE_ID, Screening.decided_at.is_(None))
_REVIEW = (
    select(IndependentReview)
    .where(IndependentReview.case_id == _CASE_ID)
    .order_by(IndependentReview.referred_at.desc())
    .limit(1)
)
_NAMES = (
    select(StaffUser.id, StaffUser.name)
    .where(StaffUser.id.in_(bindparam("users", expanding=True)))
    .order_by(StaffUser.name, StaffUser.id)
)

# What most cases have nothing of; asked for together with the case, so that it is read only where there is something.
SELDOM: Mapping[str, ColumnElement[bool]] = {
    "appeals": exists().where(Appeal.case_id == Case.id),
    "subjects": exists().where(CaseSubject.case_id == Case.id),
    "files": exists().where(Attachment.case_id == Case.id),
    "proposal": exists().where(Proposal.case_id == Case.id),
    "screening": exists().where(Screening.case_id == Case.id),
    "review": exists().where(IndependentReview.case_id == Case.id),
    "errands": exists().where(Errand.case_id == Case.id),
    "attempts": exists().where(ContactAttempt.case_id == Case.id),
    "pauses": exists().where(Pause.case_id == Case.id),
    "tasks": exists().where(Task.case_id == Case.id, Task.finished_at.is_(None)),
    "explanations": exists().where(Explanation.case_id == Case.id),
    "changes": or_(exists().where(CorrectiveAction.case_id == Case.id), exists().where(IssueCase.case_id == Case.id)),
    "rungs": exists().where(ReachedRung.deadline_id == Deadline.id, Deadline.case_id == Case.id),
}


def last_read(actor: Actor) -> ScalarSelect[date]:
    """Return the day at the site on which the actor opened the page of a case last, to be asked with the case."""
    seen = select(func.max(Access.on)).where(Access.case_id == Case.id, Access.user_id == actor.id)
    return seen.where(Access.purpose == VIEWED).correlate(Case).scalar_subquery()


def messages(case_id: uuid.UUID) -> Sequence[Message]:
    return db.session.scalars(_MESSAGES, {"case_id": case_id}).all()


def deadlines(case_id: uuid.UUID) -> Sequence[Deadline]:
    return db.session.scalars(_DEADLINES, {"case_id": case_id}).all()


def rungs(case_id: uuid.UUID) -> Sequence[ReachedRung]:
    return db.session.scalars(_RUNGS, {"case_id": case_id}).all()


def open_errands(case_id: uuid.UUID) -> Sequence[Errand]:
    return db.session.scalars(_ERRANDS, {"case_id": case_id}).all()


def attempts(case_id: uuid.UUID) -> list[tuple[str, datetime]]:
    """Return how and when we tried to reach the person."""
    return [(row.channel, row.at) for row in db.session.execute(_ATTEMPTS, {"case_id": case_id})]


def explanations(case_id: uuid.UUID) -> Sequence[Explanation]:
    """Return what is to be explained in writing, and what was."""
    wanted = select(Explanation).where(Explanation.case_id == case_id).order_by(Explanation.due_at, Explanation.id)
    return db.session.scalars(wanted).all()


def pauses(case_id: uuid.UUID) -> Sequence[Pause]:
    """Return the stretches of time that do not count, oldest first."""
    return db.session.scalars(select(Pause).where(Pause.case_id == case_id).order_by(Pause.starts_at)).all()


def open_tasks(case_id: uuid.UUID) -> Sequence[Task]:
    """Return what is to be done for a case, the first due first."""
    wanted = select(Task).where(Task.case_id == case_id, Task.finished_at.is_(None)).order_by(Task.due_at, Task.id)
    return db.session.scalars(wanted).all()


def sealed(case_id: uuid.UUID) -> tuple[SealedIdentity | None, SealedContact | None]:
    """Return what the vault holds of the person, still sealed."""
    return db.session.get(SealedIdentity, case_id), db.session.get(SealedContact, case_id)


def open_sites() -> list[tuple[uuid.UUID, str]]:
    """Return the sites that take concerns, by name; the group intake is none of them."""
    rows = db.session.execute(
        select(Site.id, Site.name).where(Site.is_open, ~Site.is_group_intake).order_by(Site.name, Site.id)
    )
    return [(row.id, row.name) for row in rows]


@dataclass(frozen=True, slots=True)
class TakingSite:
    """A site as the form for taking down a concern needs it."""

    id: uuid.UUID
    name: str
    time_zone: str


def sites_for_taking() -> list[TakingSite]:
    """Return the sites at which a concern can be taken down, by name; the group intake comes last."""
    rows = db.session.execute(
        select(Site.id, Site.name, Site.time_zone)
        .where(Site.is_open)
        .order_by(Site.is_group_intake, Site.name, Site.id)
    )
    return [TakingSite(row.id, row.name, row.time_zone) for row in rows]


def names_of(user_ids: Sequence[uuid.UUID]) -> list[tuple[uuid.UUID, str]]:
    """Return users with their names, by name, for lists to choose from."""
    return [(row.id, row.name) for row in db.session.execute(_NAMES, {"users": user_ids})]


def entries(case_id: uuid.UUID) -> list[Entry]:
    rows = db.session.execute(_ENTRIES, {"case_id": case_id})
    return [Entry(*row[:6], json.loads(row.payload)) for row in rows]


def files(case_id: uuid.UUID) -> Sequence[Attachment]:
    return db.session.scalars(_FILES, {"case_id": case_id}).all()


def fates(case_id: uuid.UUID) -> dict[uuid.UUID, Fate]:
    """What became of notices to the person; their keys begin with the event that called for them."""
    found: dict[uuid.UUID, Fate] = {}
    for row in db.session.execute(_FATES, {"case_id": case_id}):
        event_id, _, _ = row.dedupe_key.partition(":")
        try:
            found[uuid.UUID(event_id)] = Fate(row.sent_at, row.dead_at, row.road, row.replaced_at)
        except ValueError:
            continue  # called for by the clock and not by an event
    return found


def latest_proposal(case_id: uuid.UUID) -> Proposal | None:
    return db.session.scalars(_PROPOSAL, {"case_id": case_id}).unique().one_or_none()


def open_screening(case_id: uuid.UUID) -> Screening | None:
    return db.session.scalar(_SCREENING, {"case_id": case_id})


def latest_review(case_id: uuid.UUID) -> IndependentReview | None:
    return db.session.scalar(_REVIEW, {"case_id": case_id})


def names(
    case: Case, written: Sequence[Message], happened: Sequence[Entry], proposal: Proposal | None
) -> dict[uuid.UUID, str]:
    """Return the names of everybody of ours that the page speaks of; who did something came with what they did."""
    known = {row.actor_id: row.actor_name for row in happened if row.actor_id and row.actor_name}
    if case.assignee is not None:
        known[case.assignee.id] = case.assignee.name
    wanted = {row.actor_id for row in happened} | {row.author_id for row in written}
    wanted |= {seat.user_id for appeal in case.appeals for seat in appeal.seats}
    wanted |= {row.owner_id for row in proposal.remedies} if proposal else set()
    wanted |= {case.recorded_by_id} | {user for row in happened for user in _named_in(row)}
    missing = [user for user in wanted if user is not None and user not in known]
    return {**known, **dict(names_of(missing))} if missing else known


def _named_in(entry: Entry) -> list[uuid.UUID]:
    """Whom of ours the event speaks of."""
    found = (entry.values.get(key) for key in ("assignee_id", "user_id", "owner_id"))
    return [uuid.UUID(str(user)) for user in found if user]
