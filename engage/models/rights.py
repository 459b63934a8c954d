"""What the person may demand of what we hold, and what stands against it: corrections, legal holds, erasures."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from engage.domain.retention import Scope
from engage.models.base import Base, Keyed, stored


class Correction(Keyed, Base):
    """What the person says is wrong in what we hold, and what we answered. It stands beside the words it is about."""

    __tablename__ = "correction"
    __table_args__ = (
        CheckConstraint("(answered_at IS NULL) = (is_accepted IS NULL)", name="accepted_iff_answered"),
        Index(None, "case_id"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    words: Mapped[str]  # what is wrong
    right_words: Mapped[str | None]  # how it should be
    salt: Mapped[str]
    asked_at: Mapped[datetime]
    task_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("task.id"))  # of whoever is to answer
    answer_words: Mapped[str | None]
    is_accepted: Mapped[bool | None]
    answered_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    answered_at: Mapped[datetime | None]


_STANDS = text("lifted_at IS NULL")


class LegalHold(Keyed, Base):
    """A court or an authority needs what a case holds: while it stands, nothing of the case is erased."""

    __tablename__ = "legal_hold"
    __table_args__ = (
        CheckConstraint("(lifted_at IS NULL) = (lifted_by_id IS NULL)", name="lifted_by_iff_lifted"),
        Index("uq_legal_hold_standing", "case_id", unique=True, postgresql_where=_STANDS, sqlite_where=_STANDS),
        Index(None, "case_id"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    words: Mapped[str]  # why, as the person reads it
    salt: Mapped[str]
    set_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id"))
    set_at: Mapped[datetime]
    lift_words: Mapped[str | None]
    lifted_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    lifted_at: Mapped[datetime | None]


class Tombstone(Base):
    """What was erased of a case, by which rule and when. The case keeps its reference, stage, category and dates."""

    __tablename__ = "tombstone"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), primary_key=True)
    scope: Mapped[Scope] = mapped_column(stored(Scope, "scope"), primary_key=True)
    rule: Mapped[str]  # of engage/data/retention.toml, or engage.domain.retention.ASKED
    erased_at: Mapped[datetime]


class DoomedFile(Base):
    """Bytes in the file store whose row is gone: they are deleted after the commit, or else by the next night."""

    __tablename__ = "doomed_file"

    stored_as: Mapped[str] = mapped_column(primary_key=True)
    doomed_at: Mapped[datetime]
