"""What triage establishes: whom a case is about, how serious it was rated and when, what has to be arranged, links."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from engage.domain.case import Kind
from engage.domain.conflicts import SubjectKind
from engage.models.base import Base, Document, Keyed, stored


class Involvement(Keyed, Base):
    """Whom or what a case is about: one of our people, a department, or a contractor.

    Whoever is kept out of the case by it stands in case_subject, which is worked out from these rows and from who
    reports to whom.
    """

    __tablename__ = "involvement"
    __table_args__ = (
        CheckConstraint("(kind = 'person') = (user_id IS NOT NULL)", name="user_iff_person"),
        CheckConstraint("(kind = 'person') = (name IS NULL)", name="name_iff_no_person"),
        Index(None, "case_id"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    kind: Mapped[SubjectKind] = mapped_column(stored(SubjectKind, "kind"))
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    name: Mapped[str | None]  # of the department or the contractor, as it stands with the people who work there
    named_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    named_at: Mapped[datetime]
    removed_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    removed_at: Mapped[datetime | None]


class Rating(Keyed, Base):
    """One judgement of how serious a case is, in force or asked for. Rows are only ever added and decided."""

    __tablename__ = "rating"
    __table_args__ = (
        CheckConstraint("actual BETWEEN 1 AND 5 AND potential BETWEEN 1 AND 5", name="levels_are_1_to_5"),
        CheckConstraint("phase IN ('preliminary', 'final')", name="phase"),
        Index(None, "case_id"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    phase: Mapped[str]
    actual: Mapped[int]
    potential: Mapped[int]
    level: Mapped[int]  # with uplift and floors
    fact_codes: Mapped[list[Any]] = mapped_column(Document, default=list)
    raised_by: Mapped[list[Any]] = mapped_column(Document, default=list)  # what raised it, and which floors held it
    words: Mapped[str | None]  # why it was changed
    salt: Mapped[str]
    rated_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    rated_at: Mapped[datetime]
    needs_second: Mapped[bool] = mapped_column(default=False)  # lower than before: somebody else decides
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    decided_at: Mapped[datetime | None]
    is_approved: Mapped[bool | None]


class OpenItem(Keyed, Base):
    """Something a case needs before a step: an interpreter before a meeting, a review where land is touched."""

    __tablename__ = "open_item"
    __table_args__ = (Index(None, "case_id"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    code: Mapped[str]  # of the taxonomy's support_needs, or engage.domain.triage.CONSENT_REVIEW
    asked_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    asked_at: Mapped[datetime]
    done_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    done_at: Mapped[datetime | None]


class CaseLink(Keyed, Base):
    """Two cases that speak of the same thing. Each keeps its reference, its person, its answers."""

    __tablename__ = "case_link"
    __table_args__ = (
        CheckConstraint("kind IN ('duplicate', 'related')", name="kind"),
        CheckConstraint("case_id <> other_id", name="not_with_itself"),
        Index(
            "uq_case_link_pair",
            "case_id",
            "other_id",
            unique=True,
            postgresql_where=text("unlinked_at IS NULL"),
            sqlite_where=text("unlinked_at IS NULL"),
        ),
        Index(None, "other_id"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    other_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    kind: Mapped[str]
    linked_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id"))
    linked_at: Mapped[datetime]
    unlinked_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    unlinked_at: Mapped[datetime | None]


class ConversionRequest(Keyed, Base):
    """We ask the person whether their grievance may be treated as something less, and what they say."""

    __tablename__ = "conversion_request"
    __table_args__ = (Index(None, "case_id"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    kind: Mapped[Kind] = mapped_column(stored(Kind, "kind"))
    words: Mapped[str]  # why we ask, for the person
    salt: Mapped[str]
    asked_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id"))
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    is_agreed: Mapped[bool | None]
    sign_off: Mapped[str | None]  # portal, signature, thumbprint, audio, sms, witness
