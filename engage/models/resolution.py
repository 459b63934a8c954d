"""How a case is resolved: screening, proposals and remedies, appeals, independent review."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engage.domain.case import Answer
from engage.domain.money import Money
from engage.models.base import Base, Document, Keyed, stored


class Screening(Keyed, Base):
    """A request to screen a case out, and what the second person said to it."""

    __tablename__ = "screening"
    __table_args__ = (Index(None, "case_id"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    reason_code: Mapped[str]
    words: Mapped[str]  # the written explanation the person gets
    referral: Mapped[str]  # where they can turn to
    salt: Mapped[str]
    asked_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id"))
    asked_at: Mapped[datetime]
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    decided_at: Mapped[datetime | None]
    is_approved: Mapped[bool | None]


class Proposal(Keyed, Base):
    """An offered resolution. It carries what closing will need, so that the person's answer can finish the case."""

    __tablename__ = "proposal"
    __table_args__ = (UniqueConstraint("case_id", "number"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    number: Mapped[int]
    round: Mapped[int]
    shared_findings: Mapped[str]  # what we found, as the person may read it
    internal_findings: Mapped[str | None]
    finding: Mapped[str]
    why_not_investigated: Mapped[str | None]  # as the person may read it
    close_type: Mapped[str]
    root_cause: Mapped[str]
    further_causes: Mapped[list[Any] | None] = mapped_column(Document)  # after the first one, in their order
    involvement: Mapped[str | None]  # what we had to do with it; proposals from before it was asked have none
    salt: Mapped[str]
    drafted_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id"))
    drafted_at: Mapped[datetime]
    returned_at: Mapped[datetime | None]  # an approver sent it back
    returned_words: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    respond_by: Mapped[datetime | None]
    answer: Mapped[Answer | None] = mapped_column(stored(Answer, "answer"))
    answer_words: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    sign_off: Mapped[str | None]  # portal, signature, thumbprint, audio, sms, witness
    read_back: Mapped[bool | None]
    remedies: Mapped[list["Remedy"]] = relationship(lazy="selectin", order_by="Remedy.number")
    approvals: Mapped[list["Approval"]] = relationship(lazy="selectin", order_by="Approval.approved_at")

    @property
    def causes(self) -> list[str]:
        """Every root cause, the first one first."""
        return [self.root_cause, *(self.further_causes or ())]

    def stands(self, *, their_turn: bool) -> bool:
        """Whether it lies with the person or was answered. One that the closing of its case overtook does neither."""
        return self.sent_at is not None and (their_turn or self.answer is not None)


class Approval(Keyed, Base):
    """A second person's yes to a proposal."""

    __tablename__ = "approval"
    __table_args__ = (UniqueConstraint("proposal_id", "user_id"),)

    proposal_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("proposal.id"))
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id"))
    role: Mapped[str]
    checks: Mapped[list[Any] | None] = mapped_column(Document)  # the rights that were looked at, by code
    cleared: Mapped[list[Any] | None] = mapped_column(Document)  # words that seemed to take a right or buy silence
    why_no_waiver: Mapped[str | None]  # why they do not
    approved_at: Mapped[datetime]


_TO_DO = text("finished_at IS NULL")


class Remedy(Keyed, Base):
    """One line of a resolution: what is done, by whom, by when, with what evidence, confirmed by the person."""

    __tablename__ = "remedy"
    __table_args__ = (
        UniqueConstraint("proposal_id", "number"),
        Index(None, "case_id"),
        Index("ix_remedy_open_owner", "owner_id", postgresql_where=_TO_DO, sqlite_where=_TO_DO),
        CheckConstraint("(amount IS NULL) = (currency IS NULL)", name="currency_iff_amount"),
        CheckConstraint("amount IS NULL OR amount > 0", name="amount_is_positive"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    proposal_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("proposal.id"))
    number: Mapped[int]
    type_code: Mapped[str]
    words: Mapped[str]
    amount: Mapped[int | None] = mapped_column(BigInteger)  # as engage.domain.money counts it
    currency: Mapped[str | None]
    salt: Mapped[str]
    owner_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    due_at: Mapped[datetime]
    evidence: Mapped[str | None]
    finished_at: Mapped[datetime | None]
    confirmed: Mapped[bool | None]  # the person's word: put right, or not
    confirmed_at: Mapped[datetime | None]
    confirmation_words: Mapped[str | None]
    sign_off: Mapped[str | None]

    @property
    def was_refused(self) -> bool:
        """Whether the person said that it is not put right, was asked again, and has not answered yet."""
        return self.confirmed is None and self.confirmed_at is not None

    @property
    def money(self) -> Money | None:
        """The sum that is paid. Whoever draws it asks `engage.domain.money.may_see` first."""
        return Money.of_parts(self.amount, self.currency) if self.amount and self.currency else None


class Appeal(Keyed, Base):
    """A case before a panel of people who touched nothing of it before."""

    __tablename__ = "appeal"
    __table_args__ = (Index(None, "case_id"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    words: Mapped[str]
    salt: Mapped[str]
    is_late: Mapped[bool]
    late_reason: Mapped[str | None]
    lodged_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    outcome: Mapped[str | None]  # upheld (for the person), partly_upheld, not_upheld
    decision: Mapped[str | None]
    seats: Mapped[list["PanelSeat"]] = relationship(lazy="selectin")


class PanelSeat(Base):
    """A member of an appeal's panel."""

    __tablename__ = "panel_seat"

    appeal_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("appeal.id"), primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id"), primary_key=True)
    seated_at: Mapped[datetime]
    declared_at: Mapped[datetime | None]  # when they said that they have no conflict of interest


class IndependentReview(Keyed, Base):
    """A case before an outside body."""

    __tablename__ = "independent_review"
    __table_args__ = (Index(None, "case_id"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    body: Mapped[str]
    why_other: Mapped[str | None]  # why it is none of the site's directory
    terms: Mapped[str]
    salt: Mapped[str]
    begins_at: Mapped[datetime | None]  # as agreed: noon of the day, where the site is
    report_by: Mapped[datetime | None]  # as agreed: the end of the day, where the site is
    is_binding: Mapped[bool] = mapped_column(default=False)
    referred_at: Mapped[datetime]
    reported_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    report: Mapped[str | None]
