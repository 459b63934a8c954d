"""Runs of the retention schedule: what was due when it was prepared, who said yes, and how far it is carried out."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from engage.domain.retention import Scope
from engage.models.base import Base, Keyed, stored

_UNFINISHED = text("finished_at IS NULL")


class RetentionRun(Keyed, Base):
    """A run: prepared by one, approved by another, carried out case by case. At most one is not finished."""

    __tablename__ = "retention_run"
    __table_args__ = (
        CheckConstraint("approved_at IS NULL OR declined_at IS NULL", name="not_both_approved_and_declined"),
        CheckConstraint("declined_at IS NULL OR finished_at IS NOT NULL", name="finished_if_declined"),
        # Every unfinished run has the same value in this index, so there is one.
        Index(
            "uq_retention_run_unfinished",
            "is_running",
            unique=True,
            postgresql_where=_UNFINISHED,
            sqlite_where=_UNFINISHED,
        ),
    )

    is_running: Mapped[bool] = mapped_column(default=True)
    prepared_at: Mapped[datetime]
    prepared_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))  # none: the service itself
    approved_at: Mapped[datetime | None]
    approved_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))  # none: the operator's days
    declined_at: Mapped[datetime | None]
    declined_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    finished_at: Mapped[datetime | None]


class RetentionItem(Base):
    """What one run erases of one case."""

    __tablename__ = "retention_item"
    __table_args__ = (Index(None, "case_id"),)

    run_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("retention_run.id"), primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), primary_key=True)
    scope: Mapped[Scope] = mapped_column(stored(Scope, "scope"), primary_key=True)
    rule: Mapped[str]
    is_restricted: Mapped[bool]  # counted apart: administrators learn nothing of the restricted lane
    was_erased: Mapped[bool | None]  # none: not looked at yet; false: held, reopened or not due any more by then
