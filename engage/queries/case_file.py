"""What a case's file to print holds: the parts that may be shared, read in a number of statements that does not grow.

Never in it: notes and findings among staff, who the person is and how to reach them, files, and anything of another
case.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, Uuid, bindparam, or_, select
from sqlalchemy.orm import joinedload, lazyload

from engage.domain import money, policy
from engage.domain.case import Writer
from engage.domain.policy import Actor, NotAllowed, Permission
from engage.extensions import db
from engage.models import (
    Appeal,
    Attachment,
    Case,
    CorrectiveAction,
    Deadline,
    IndependentReview,
    Message,
    Pause,
    Proposal,
    Screening,
)
from engage.queries import corrective, outside_parts, rights_parts
from engage.queries.outside_parts import OutsideParts
from engage.queries.rights_parts import RightsParts
from engage.queries.seen import Seen, seen_by
from engage.scope import visible_to

_CASE_ID = bindparam("case_id", type_=Uuid())
_CASE = select(Case).options(joinedload(Case.site), joinedload(Case.statement))
_MESSAGES = (
    select(Message)
    .where(Message.case_id == _CASE_ID, Message.writer != Writer.NOTE)
    .order_by(Message.written_at, Message.id)
)
_FILES = (
    select(Attachment.message_id, Attachment.size)
    .where(Attachment.case_id == _CASE_ID, Attachment.writer != Writer.NOTE)
    .order_by(Attachment.added_at, Attachment.id)
)
# Dates that run, were kept or missed, and those of which we told that they move; others were reckoned anew in silence.
_DEADLINES = (
    select(Deadline)
    .where(
        Deadline.case_id == _CASE_ID,
        or_(
            Deadline.ended_at.is_(None),
            Deadline.met_at.is_not(None),
            Deadline.breached_at.is_not(None),
            Deadline.delay_told_at.is_not(None),
        ),
    )
    .order_by(Deadline.starts_at, Deadline.due_at, Deadline.version)
)
_PAUSES = select(Pause).where(Pause.case_id == _CASE_ID).order_by(Pause.starts_at)
_PROPOSALS = (
    select(Proposal)
    .options(lazyload(Proposal.approvals))
    .where(Proposal.case_id == _CASE_ID, Proposal.sent_at.is_not(None))
    .order_by(Proposal.number)
)
_APPEALS = select(Appeal).options(lazyload(Appeal.seats)).where(Appeal.case_id == _CASE_ID).order_by(Appeal.lodged_at)
_REVIEWS = (
    select(IndependentReview).where(IndependentReview.case_id == _CASE_ID).order_by(IndependentReview.referred_at)
)
_SCREENINGS = (
    select(Screening)
    .where(Screening.case_id == _CASE_ID, Screening.is_approved.is_(True))
    .order_by(Screening.decided_at)
)


@dataclass(frozen=True, slots=True)
class CaseFile:
    """The shareable parts of a case. `seen` is for its person alone; nobody else is told who else read it."""

    case: Case
    messages: Sequence[Message]
    sizes: Mapping[uuid.UUID | None, Sequence[int]]  # of files in bytes, by message; None came with the concern
    deadlines: Sequence[Deadline]
    pauses: Sequence[Pause]
    proposals: Sequence[Proposal]
    appeals: Sequence[Appeal]
    reviews: Sequence[IndependentReview]
    screenings: Sequence[Screening]
    outside: OutsideParts
    rights: RightsParts
    changes: Sequence[CorrectiveAction]  # what we change because of it, in the words meant for the person
    sums: Collection[uuid.UUID]  # of which remedies the sum may stand on this paper
    seen: Sequence[Seen] | None


def own(actor: Actor) -> CaseFile:
    """Return the file of the actor's own case.

    Raises:
        NoResultFound: there is no such case.
    """
    return _file(_CASE.where(visible_to(actor)), actor, for_person=True)


def of(reference: str, actor: Actor) -> CaseFile:
    """Return the file of a case for a member of staff who may read it as it was written: paper cannot be masked.

    Raises:
        NoResultFound: there is no such case, or the actor may not know of it.
        NotAllowed: the actor reads masked.
    """
    found = _file(_CASE.where(Case.reference == reference, visible_to(actor)), actor, for_person=False)
    if not policy.may(actor, Permission.READ_UNMASKED, found.case.facts):
        raise NotAllowed(Permission.READ_UNMASKED)
    return found


def _file(wanted: Select[Case], actor: Actor, *, for_person: bool) -> CaseFile:
    case = db.session.scalars(wanted).one()
    of_case = {"case_id": case.id}
    sizes: dict[uuid.UUID | None, list[int]] = {}
    for message_id, size in db.session.execute(_FILES, of_case):
        sizes.setdefault(message_id, []).append(size)
    proposals, facts = db.session.scalars(_PROPOSALS, of_case).all(), case.facts
    remedies = [remedy for proposal in proposals for remedy in proposal.remedies]
    return CaseFile(
        case=case,
        messages=db.session.scalars(_MESSAGES, of_case).all(),
        sizes=sizes,
        deadlines=db.session.scalars(_DEADLINES, of_case).all(),
        pauses=db.session.scalars(_PAUSES, of_case).all(),
        proposals=proposals,
        appeals=db.session.scalars(_APPEALS, of_case).all(),
        reviews=db.session.scalars(_REVIEWS, of_case).all(),
        screenings=db.session.scalars(_SCREENINGS, of_case).all(),
        outside=outside_parts.of(case.id, outside_parts.THERE),
        rights=rights_parts.of(case.id, ("corrections", "holds")),
        changes=corrective.shared_in(case.id),
        sums={row.id for row in remedies if for_person or money.may_see(actor, row.owner_id, facts)},
        seen=seen_by(case.id) if for_person else None,
    )
