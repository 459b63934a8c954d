"""What the person sees of their own case, read in a number of statements that does not grow with it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Integer, Uuid, bindparam, exists, or_, select
from sqlalchemy.orm import joinedload, lazyload

from engage.domain.case import Answer, Writer
from engage.domain.events import IdentityOpened
from engage.domain.lifecycle import Stage
from engage.domain.policy import Actor, Party
from engage.extensions import db
from engage.models import (
    Appeal,
    Attachment,
    Case,
    CaseEvent,
    ConversionRequest,
    CorrectiveAction,
    Deadline,
    Feedback,
    IndependentReview,
    Message,
    OutboxMessage,
    Pause,
    Proposal,
    Receipt,
    Recipient,
    Remedy,
    Screening,
    SealedContact,
)
from engage.queries import corrective, outside_parts, rights_parts
from engage.queries.outside_parts import OutsideParts
from engage.queries.rights_parts import RightsParts
from engage.queries.seen import Seen, name_seen_by, seen_by
from engage.scope import HELD

# Built once: putting a statement together costs as much as running it.
_CASE_ID = bindparam("case_id", type_=Uuid())
_UNSEEN = exists().where(
    OutboxMessage.case_id == Receipt.case_id,
    OutboxMessage.recipient == Recipient.PERSON,
    OutboxMessage.sent_at.is_not(None),
    OutboxMessage.seen_at.is_(None),
)
_HOLDER = select(Receipt.case_id, Receipt.must_change, _UNSEEN.label("has_unseen")).where(
    Receipt.id == bindparam("receipt_id", type_=Uuid()), Receipt.ended_at.is_(None)
)
_FACTS = (
    select(Case)
    .options(joinedload(Case.site), joinedload(Case.statement), lazyload(Case.appeals), lazyload(Case.subjects))
    .where(HELD)
)
# With what most cases have nothing of, so that it is read only where there is something.
_OWN = (
    _FACTS.add_columns(
        Feedback.case_id.is_not(None).label("has_feedback"),
        SealedContact.case_id.is_not(None).label("has_address"),
        exists().where(Attachment.case_id == Case.id, Attachment.writer != Writer.NOTE).label("has_files"),
        exists().where(Pause.case_id == Case.id).label("has_pauses"),
    )
    .join(Feedback, Feedback.case_id == Case.id, isouter=True)
    .join(SealedContact, SealedContact.case_id == Case.id, isouter=True)
)
_EVENTS = select(CaseEvent.kind, CaseEvent.at).where(CaseEvent.case_id == _CASE_ID).order_by(CaseEvent.number)
_MESSAGES = (
    select(Message)
    .where(Message.case_id == _CASE_ID, Message.writer != Writer.NOTE)
    .order_by(Message.written_at, Message.id)
)
_FILES = (
    select(Attachment)
    .options(joinedload(Attachment.original))
    .where(Attachment.case_id == _CASE_ID, Attachment.writer != Writer.NOTE)
    .order_by(Attachment.added_at, Attachment.id)
)
# What runs, and the dates we told and put off: those stand in the explanation of what runs.
_DEADLINES = (
    select(Deadline)
    .where(Deadline.case_id == _CASE_ID, or_(Deadline.ended_at.is_(None), Deadline.delay_told_at.is_not(None)))
    .order_by(Deadline.due_at)
)
_PAUSES = select(Pause).where(Pause.case_id == _CASE_ID).order_by(Pause.starts_at)
_PROPOSAL = (
    select(Proposal)
    .options(joinedload(Proposal.remedies), lazyload(Proposal.approvals))
    .where(
        Proposal.id
        == select(Proposal.id)
        .where(Proposal.case_id == _CASE_ID, Proposal.sent_at.is_not(None))
        .order_by(Proposal.number.desc())
        .limit(1)
        .scalar_subquery()
    )
)
_ANSWERED_BEFORE = (
    select(Proposal)
    .options(lazyload(Proposal.remedies), lazyload(Proposal.approvals))
    .where(
        Proposal.case_id == _CASE_ID,
        Proposal.number < bindparam("number", type_=Integer()),
        Proposal.answered_at.is_not(None),
    )
    .order_by(Proposal.number)
)
_APPEALS = select(Appeal).options(lazyload(Appeal.seats)).where(Appeal.case_id == _CASE_ID).order_by(Appeal.lodged_at)
_REVIEW = (
    select(IndependentReview)
    .where(IndependentReview.case_id == _CASE_ID)
    .order_by(IndependentReview.referred_at.desc())
    .limit(1)
)
_OUTSIDE = {"ProceedingRecorded": "proceedings", "ReferralMade": "referrals"}  # which event tells of which part
_RIGHTS = {"CorrectionAsked": "corrections", "HoldSet": "holds"}
_CONVERSION = select(ConversionRequest).where(
    ConversionRequest.case_id == _CASE_ID, ConversionRequest.answered_at.is_(None)
)
_TURNED_AWAY = frozenset({"CaseScreenedOut", "InformationRefused"})
_SCREENING = (
    select(Screening)
    .where(Screening.case_id == _CASE_ID, Screening.is_approved.is_(True))
    .order_by(Screening.decided_at.desc())
    .limit(1)
)

# What the person says otherwise than by a message; whoever has said it since is not asked any more.
_ANSWERS = ("ProposalAccepted", "ProposalCountered", "ProposalRefused", "CaseAppealed", "CaseReopened")


@dataclass(frozen=True, slots=True)
class Holder:
    """Whoever holds the living code of a case."""

    receipt_id: uuid.UUID
    case_id: uuid.UUID
    must_change: bool
    has_unseen: bool  # something was sent to them since they looked last

    @property
    def actor(self) -> Actor:
        """The person, as policy knows them."""
        return Actor(id=None, party=Party.PERSON, case_id=self.case_id)

    @property
    def about(self) -> uuid.UUID:
        """What the forms of their pages are bound to."""
        return self.case_id


@dataclass(frozen=True, slots=True)
class OwnCase:
    """The case as its person may read it. Notes and what staff write to each other are not in it."""

    case: Case
    messages: Sequence[Message]
    files: Mapping[uuid.UUID | None, Sequence[Attachment]]  # by message; None came with the concern
    happened: Mapping[str, datetime]  # each kind of event and when it happened last
    deadlines: Sequence[Deadline]
    put_off: Sequence[Deadline]  # dates told before, of what was put off in time or is owed late
    pauses: Sequence[Pause]
    seen: Sequence[Seen]
    name_seen: Sequence[Seen] = ()  # of those: who was shown a name that is kept secret
    proposal: Proposal | None = None
    answered_before: Sequence[Proposal] = ()  # those of earlier rounds: what the person said to them stays said
    appeals: Sequence[Appeal] = ()
    review: IndependentReview | None = None
    screening: Screening | None = None
    outside: OutsideParts = OutsideParts()
    rights: RightsParts = RightsParts()
    changes: Sequence[CorrectiveAction] = ()  # what we change because of it, where the person may read of it
    conversion: ConversionRequest | None = None  # we ask whether it may be something less, and wait for the answer
    has_feedback: bool = False
    has_address: bool = False

    @property
    def awaits_answer(self) -> bool:
        """Whether a proposal lies with the person, unanswered."""
        return self.case.their_turn

    @property
    def was_accepted(self) -> bool:
        """Whether the proposal's remedies are agreed."""
        return self.proposal is not None and self.proposal.answer is Answer.ACCEPT

    @property
    def asked(self) -> Message | None:
        """Our question after which the person has neither written nor said anything to a proposal, or None."""
        last = next((one for one in reversed(self.messages) if one.writer is Writer.PERSON or one.is_question), None)
        if last is None or last.writer is not Writer.STAFF:
            return None
        said = [at for kind in _ANSWERS if (at := self.happened.get(kind)) is not None]
        return None if any(at >= last.written_at for at in said) else last

    @property
    def to_confirm(self) -> Sequence[Remedy]:
        """Remedies that we say are done and of which the person has not said whether they are."""
        if self.proposal is None or self.case.stage is not Stage.IMPLEMENTING:
            return ()
        return [remedy for remedy in self.proposal.remedies if remedy.finished_at and remedy.confirmed is None]


def holder(receipt_id: uuid.UUID) -> Holder | None:
    """Return who holds the receipt, or None if it has ended or never was."""
    row = db.session.execute(_HOLDER, {"receipt_id": receipt_id}).one_or_none()
    return Holder(receipt_id, row.case_id, row.must_change, row.has_unseen) if row else None


def is_gone(receipt_id: uuid.UUID) -> bool:
    """Whether nothing is left of a receipt: one that was replaced is there still, one of an erased case is not."""
    return db.session.get(Receipt, receipt_id) is None


def facts(actor: Actor) -> Case:
    """Return the actor's own case with its site, for the small pages around it.

    Raises:
        NoResultFound: there is no such case.
    """
    return db.session.scalars(_FACTS, {"case_id": actor.case_id}).one()


def page(actor: Actor) -> OwnCase:
    """Return everything the page of the actor's own case shows.

    Raises:
        NoResultFound: there is no such case.
    """
    of_case = {"case_id": actor.case_id}
    case, has_feedback, has_address, has_files, has_pauses = db.session.execute(_OWN, of_case).one()
    dates = db.session.scalars(_DEADLINES, of_case).all()
    happened = {kind: at for kind, at in db.session.execute(_EVENTS, of_case)}
    offer = latest_proposal(case.id) if "ProposalSent" in happened else None
    return OwnCase(
        case=case,
        messages=db.session.scalars(_MESSAGES, of_case).all(),
        files=_by_message(db.session.scalars(_FILES, of_case).all() if has_files else ()),
        happened=happened,
        deadlines=[row for row in dates if row.ended_at is None],
        put_off=[row for row in dates if row.ended_at is not None],
        pauses=db.session.scalars(_PAUSES, of_case).all() if has_pauses else (),
        seen=seen_by(case.id),
        name_seen=name_seen_by(case) if IdentityOpened.__name__ in happened else (),
        proposal=offer,
        answered_before=_answered_before(offer) if offer is not None and offer.number > 1 else (),
        appeals=db.session.scalars(_APPEALS, of_case).all() if "CaseAppealed" in happened else (),
        review=db.session.scalars(_REVIEW, of_case).one_or_none() if "CaseReferred" in happened else None,
        screening=db.session.scalars(_SCREENING, of_case).one_or_none() if _TURNED_AWAY & set(happened) else None,
        changes=corrective.shared_in(case.id) if "CorrectiveActionDecided" in happened else (),
        conversion=asked_to_convert(case) if "ConversionAsked" in happened else None,
        outside=outside_parts.of(case.id, {part for kind, part in _OUTSIDE.items() if kind in happened}),
        rights=rights_parts.of(case.id, {part for kind, part in _RIGHTS.items() if kind in happened}),
        has_feedback=has_feedback,
        has_address=has_address,
    )


def latest_proposal(case_id: uuid.UUID) -> Proposal | None:
    """Return the newest proposal that was sent, with its remedies; a draft is not the person's to see."""
    return db.session.scalars(_PROPOSAL, {"case_id": case_id}).unique().one_or_none()


def _answered_before(offer: Proposal) -> Sequence[Proposal]:
    return db.session.scalars(_ANSWERED_BEFORE, {"case_id": offer.case_id, "number": offer.number}).all()


def asked_to_convert(case: Case) -> ConversionRequest | None:
    """Return what we ask the person of their grievance while it is early enough to change it, or None."""
    if case.stage not in (Stage.RECEIVED, Stage.ACKNOWLEDGED):
        return None
    return db.session.scalars(_CONVERSION, {"case_id": case.id}).one_or_none()


def _by_message(files: Sequence[Attachment]) -> dict[uuid.UUID | None, list[Attachment]]:
    found: dict[uuid.UUID | None, list[Attachment]] = {}
    for file in files:
        found.setdefault(file.message_id, []).append(file)
    return found
