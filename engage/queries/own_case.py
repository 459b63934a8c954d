"""What the person sees of their own case, read in a number of statements that does not grow with it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import joinedload, lazyload

from engage.domain.case import Answer, Writer
from engage.domain.lifecycle import Stage
from engage.domain.policy import Actor, Party
from engage.extensions import db
from engage.models import (
    Access,
    Appeal,
    Attachment,
    Case,
    CaseEvent,
    Deadline,
    Feedback,
    IndependentReview,
    Message,
    Pause,
    Proposal,
    Receipt,
    Remedy,
    Screening,
    SealedContact,
)
from engage.scope import visible_to


@dataclass(frozen=True, slots=True)
class Holder:
    """Whoever holds the living code of a case."""

    receipt_id: uuid.UUID
    case_id: uuid.UUID
    must_change: bool

    @property
    def actor(self) -> Actor:
        """The person, as policy knows them."""
        return Actor(id=None, party=Party.PERSON, case_id=self.case_id)


@dataclass(frozen=True, slots=True)
class Seen:
    """A role under which the case was opened, and the days, at the site, on which it was."""

    role: str
    days: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class OwnCase:
    """The case as its person may read it. Notes and what staff write to each other are not in it."""

    case: Case
    messages: Sequence[Message]
    files: Mapping[uuid.UUID | None, Sequence[Attachment]]  # by message; None came with the concern
    happened: Mapping[str, datetime]  # each kind of event and when it happened last
    deadlines: Sequence[Deadline]
    pauses: Sequence[Pause]
    seen: Sequence[Seen]
    proposal: Proposal | None = None
    appeals: Sequence[Appeal] = ()
    review: IndependentReview | None = None
    screening: Screening | None = None
    has_feedback: bool = False
    has_address: bool = False

    @property
    def awaits_answer(self) -> bool:
        """Whether a proposal lies with the person, unanswered."""
        return self.case.stage is Stage.PROPOSED and self.proposal is not None and self.proposal.answer is None

    @property
    def was_accepted(self) -> bool:
        """Whether the proposal's remedies are agreed."""
        return self.proposal is not None and self.proposal.answer is Answer.ACCEPT

    @property
    def asked(self) -> Message | None:
        """Our question that the person has not written after, or None."""
        last = next((one for one in reversed(self.messages) if one.writer is Writer.PERSON or one.is_question), None)
        return last if last is not None and last.writer is Writer.STAFF else None

    @property
    def to_confirm(self) -> Sequence[Remedy]:
        """Remedies that we say are done and of which the person has not said whether they are."""
        if self.proposal is None or self.case.stage is not Stage.IMPLEMENTING:
            return ()
        return [remedy for remedy in self.proposal.remedies if remedy.finished_at and remedy.confirmed is None]


def holder(receipt_id: uuid.UUID) -> Holder | None:
    """Return who holds the receipt, or None if it has ended or never was."""
    row = db.session.execute(
        select(Receipt.case_id, Receipt.must_change).where(Receipt.id == receipt_id, Receipt.ended_at.is_(None))
    ).one_or_none()
    return Holder(receipt_id, row.case_id, row.must_change) if row else None


def facts(actor: Actor) -> Case:
    """Return the actor's own case with its site, for the small pages around it.

    Raises:
        NoResultFound: there is no such case.
    """
    return db.session.scalars(
        select(Case)
        .options(joinedload(Case.site), joinedload(Case.statement), lazyload(Case.appeals), lazyload(Case.subjects))
        .where(visible_to(actor))
    ).one()


def page(actor: Actor) -> OwnCase:
    """Return everything the page of the actor's own case shows.

    Raises:
        NoResultFound: there is no such case.
    """
    case, has_feedback, has_address = db.session.execute(
        select(Case, Feedback.case_id.is_not(None), SealedContact.case_id.is_not(None))
        .join(Feedback, Feedback.case_id == Case.id, isouter=True)
        .join(SealedContact, SealedContact.case_id == Case.id, isouter=True)
        .options(joinedload(Case.site), joinedload(Case.statement), lazyload(Case.appeals), lazyload(Case.subjects))
        .where(visible_to(actor))
    ).one()
    happened = _happened(case.id)
    return OwnCase(
        case=case,
        messages=_messages(case.id),
        files=_files(case.id),
        happened=happened,
        deadlines=_deadlines(case.id),
        pauses=db.session.scalars(select(Pause).where(Pause.case_id == case.id).order_by(Pause.starts_at)).all(),
        seen=_seen(case.id),
        proposal=latest_proposal(case.id) if "ProposalSent" in happened else None,
        appeals=_appeals(case.id) if "CaseAppealed" in happened or "ProposalRefused" in happened else (),
        review=_review(case.id) if "CaseReferred" in happened else None,
        screening=_screening(case.id) if "CaseScreenedOut" in happened else None,
        has_feedback=has_feedback,
        has_address=has_address,
    )


def latest_proposal(case_id: uuid.UUID) -> Proposal | None:
    """Return the newest proposal that was sent, with its remedies; a draft is not the person's to see."""
    return (
        db.session.scalars(
            select(Proposal)
            .options(joinedload(Proposal.remedies), lazyload(Proposal.approvals))
            .where(
                Proposal.id
                == select(Proposal.id)
                .where(Proposal.case_id == case_id, Proposal.sent_at.is_not(None))
                .order_by(Proposal.number.desc())
                .limit(1)
                .scalar_subquery()
            )
        )
        .unique()
        .one_or_none()
    )


def _happened(case_id: uuid.UUID) -> dict[str, datetime]:
    rows = db.session.execute(
        select(CaseEvent.kind, CaseEvent.at).where(CaseEvent.case_id == case_id).order_by(CaseEvent.number)
    )
    return {kind: at for kind, at in rows}


def _messages(case_id: uuid.UUID) -> Sequence[Message]:
    return db.session.scalars(
        select(Message)
        .where(Message.case_id == case_id, Message.writer != Writer.NOTE)
        .order_by(Message.written_at, Message.id)
    ).all()


def _files(case_id: uuid.UUID) -> dict[uuid.UUID | None, list[Attachment]]:
    """The files of the person's side of the case: theirs, and those we sent them."""
    rows = db.session.scalars(
        select(Attachment)
        .where(Attachment.case_id == case_id, Attachment.writer != Writer.NOTE)
        .order_by(Attachment.added_at, Attachment.id)
    )
    files: dict[uuid.UUID | None, list[Attachment]] = {}
    for row in rows:
        files.setdefault(row.message_id, []).append(row)
    return files


def _deadlines(case_id: uuid.UUID) -> Sequence[Deadline]:
    return db.session.scalars(
        select(Deadline).where(Deadline.case_id == case_id, Deadline.ended_at.is_(None)).order_by(Deadline.due_at)
    ).all()


def _seen(case_id: uuid.UUID) -> list[Seen]:
    """Who opened the case, by role and day: the person learns that somebody did, not which of us."""
    rows = db.session.execute(
        select(Access.role, Access.on).where(Access.case_id == case_id).distinct().order_by(Access.role, Access.on)
    )
    return [Seen(role, tuple(row.on for row in some)) for role, some in groupby(rows, key=lambda row: row.role)]


def _appeals(case_id: uuid.UUID) -> Sequence[Appeal]:
    return db.session.scalars(
        select(Appeal).options(lazyload(Appeal.seats)).where(Appeal.case_id == case_id).order_by(Appeal.lodged_at)
    ).all()


def _review(case_id: uuid.UUID) -> IndependentReview | None:
    return db.session.scalars(
        select(IndependentReview)
        .where(IndependentReview.case_id == case_id)
        .order_by(IndependentReview.referred_at.desc())
        .limit(1)
    ).one_or_none()


def _screening(case_id: uuid.UUID) -> Screening | None:
    return db.session.scalars(
        select(Screening)
        .where(Screening.case_id == case_id, Screening.is_approved.is_(True))
        .order_by(Screening.decided_at.desc())
        .limit(1)
    ).one_or_none()
