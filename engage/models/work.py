"""The work of staff beside the steps of cases: what somebody is to do by a date, and who stands in for whom."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from engage.models.base import Base, Keyed


class Task(Keyed, Base):
    """Something one member of staff is to do by a date, for a case or for a site alone. The words can be erased."""

    __tablename__ = "task"
    __table_args__ = (
        CheckConstraint("finished_at IS NOT NULL OR finished_by_id IS NULL", name="finished_by_iff_finished"),
        Index(None, "case_id"),
        Index(
            "ix_task_owner_due",
            "owner_id",
            "due_at",
            postgresql_where=text("finished_at IS NULL"),
            sqlite_where=text("finished_at IS NULL"),
        ),
        # The sweep reads what is due along it and no further.
        Index(
            "ix_task_to_remind",
            "due_at",
            postgresql_where=text("finished_at IS NULL AND reminded_at IS NULL"),
            sqlite_where=text("finished_at IS NULL AND reminded_at IS NULL"),
        ),
    )

    site_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("site.id"))  # of a case, the site where it was added
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case.id"))
    words: Mapped[str]
    code: Mapped[str | None]  # of a task that the service adds by itself: pages have its words in the reader's language
    salt: Mapped[str]
    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id"))
    due_at: Mapped[datetime]
    added_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    added_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]
    finished_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    finished_at: Mapped[datetime | None]


class Absence(Keyed, Base):
    """Somebody is away from one instant to another, and somebody else stands in for them."""

    __tablename__ = "absence"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="in_order"),
        CheckConstraint("user_id <> replacement_id", name="not_by_themselves"),
        Index(None, "user_id", "ends_at"),
        Index(None, "replacement_id", "ends_at"),
    )

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id"))
    replacement_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]  # moved forward where they come back early
    set_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    set_at: Mapped[datetime]
