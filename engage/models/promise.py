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
    """One promise of a case in one version. A new date is a new row; the old one ends as replaced.

    Only pauses move the date of a row: it is the same promise, and none of its reminders comes twice.
    """

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
    # A date told while a pause was known holds: only pauses that are set from here on move it. NULL: all do.
    pauses_from: Mapped[datetime | None]
    # When the sweep has something to do next: the next reminder or rung. The sweep selects by it alone.
    look_at: Mapped[datetime | None]
    met_at: Mapped[datetime | None]
    breached_at: Mapped[datetime | None]  # noticed as missed; stays for ever
    delay_told_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]  # met, replaced by another version, or no longer owed


class Pause(Keyed, Base):
    """A stretch of time that does not count, with a reason the person can read."""

    __tablename__ = "pause"
    __table_args__ = (
        Index(None, "case_id"),
        Index(
            "ix_pause_look_at",
            "look_at",
            postgresql_where=text("over_at IS NULL"),
            sqlite_where=text("over_at IS NULL"),
        ),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    reason_code: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    message_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("message.id"))  # the reason in words
    set_at: Mapped[datetime | None]  # NULL: when it began
    over_at: Mapped[datetime | None]  # noted as over: it reached its end, or was ended before
    # When the sweep has something to do: the next reminder of the person, or the end. The sweep selects by it alone.
    look_at: Mapped[datetime | None]
    reminders: Mapped[int] = mapped_column(default=0)  # how many of them have had their time


class Explanation(Keyed, Base):
    """Why a promise is late, in writing, as those above demand it once a rung says so. One per deadline."""

    __tablename__ = "explanation"
    __table_args__ = (
        Index(None, "case_id"),
        UniqueConstraint("deadline_id"),
        Index(
            "ix_explanation_due_at",
            "due_at",
            postgresql_where=text("written_at IS NULL AND missed_at IS NULL"),
            sqlite_where=text("written_at IS NULL AND missed_at IS NULL"),
        ),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    deadline_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("deadline.id"))
    rung: Mapped[str]  # whose people demand it
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    message_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("message.id"))  # a note among staff
    written_at: Mapped[datetime | None]
    missed_at: Mapped[datetime | None]  # noted as not written in time; those one rung further up were told


class ReachedRung(Base):
    """A rung of the ladder, or a reminder, of one deadline. The key makes each happen once."""

    __tablename__ = "rung"

    deadline_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("deadline.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    was_superseded: Mapped[bool]
    reached_at: Mapped[datetime]
