"""What is owed by when, what did not count, and which rungs were reached."""

import uuid
from datetime import UTC, datetime, timedelta

from sqlalchemy import ForeignKey, Index, Interval, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from engage.domain.deadlines import Promise
from engage.models.base import Base, Keyed, stored

# The date of a deadline that a pause without an end holds: far, and sortable.
HELD = datetime(9000, 1, 1, tzinfo=UTC)


class Deadline(Keyed, Base):
    """One promise of a case in one version. A new date is a new row; the old one ends as replaced."""

    __tablename__ = "deadline"
    __table_args__ = (
        UniqueConstraint("case_id", "promise", "subject_id", "version"),
        Index(
            "ix_deadline_look_at",
            "look_at",
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    promise: Mapped[Promise] = mapped_column(stored(Promise, "promise"))
    # What exactly is owed: the case itself, a remedy, an appeal, or the n-th check afterwards.
    subject_id: Mapped[uuid.UUID]
    version: Mapped[int]
    level: Mapped[int]  # whose row of the promises counted
    span: Mapped[str]  # hours:48, days:30 or date:2026-03-01T…: what was promised, for explaining the date
    starts_at: Mapped[datetime]
    due_at: Mapped[datetime]
    total_pause: Mapped[timedelta] = mapped_column(Interval, default=timedelta())
    # When the sweep has something to do next: the next reminder or rung. The sweep selects by it alone.
    look_at: Mapped[datetime | None]
    met_at: Mapped[datetime | None]
    breached_at: Mapped[datetime | None]  # noticed as missed; stays for ever
    delay_told_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]  # met, replaced by another version, or no longer owed


class Pause(Keyed, Base):
    """A stretch of time that does not count, with a reason the person can read."""

    __tablename__ = "pause"
    __table_args__ = (Index(None, "case_id"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    reason_code: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]


class ReachedRung(Base):
    """A rung of the ladder, or a reminder, of one deadline. The key makes each happen once."""

    __tablename__ = "rung"

    deadline_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("deadline.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    was_superseded: Mapped[bool]
    reached_at: Mapped[datetime]
