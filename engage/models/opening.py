"""Openings: somebody of the case team asks to see who a confidential person is, and a second person decides."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engage.models.base import Base, Keyed


class Opening(Keyed, Base):
    """A request, and what became of it. It is in force until an instant, and nothing has to end it then."""

    __tablename__ = "opening"
    __table_args__ = (
        CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name="decided_by_iff_decided"),
        CheckConstraint("until IS NULL OR decided_at IS NOT NULL", name="until_only_if_decided"),
        Index(None, "case_id"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    words: Mapped[str]  # why
    salt: Mapped[str]
    days: Mapped[int]
    asked_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id"))
    asked_at: Mapped[datetime]
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    decided_at: Mapped[datetime | None]
    answer_words: Mapped[str | None]  # why not
    until: Mapped[datetime | None]  # none where it was declined
    ended_at: Mapped[datetime | None]  # taken back before that

    def is_in_force(self, now: datetime) -> bool:
        """Whether who asked may look."""
        return self.until is not None and self.ended_at is None and now < self.until
