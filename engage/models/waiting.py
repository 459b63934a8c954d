"""What waits for the word of somebody further up: more time for a promise that was put off before."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engage.models.base import Base, Keyed


class ExtensionRequest(Keyed, Base):
    """A promise is to be put off once more, and one level up says yes or no. Moot once the date is another one."""

    __tablename__ = "extension_request"
    __table_args__ = (
        CheckConstraint("(decided_at IS NULL) = (is_approved IS NULL)", name="approved_iff_decided"),
        Index(None, "case_id"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    deadline_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("deadline.id"))
    words: Mapped[str]  # why; the person reads them if it is granted
    salt: Mapped[str]
    new_date: Mapped[datetime]
    asked_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id"))
    asked_at: Mapped[datetime]
    first_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))  # put it off the time before
    needs_top: Mapped[bool]  # they are an approver of the site, so those of all sites decide
    answer_words: Mapped[str | None]  # why not
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    decided_at: Mapped[datetime | None]
    is_approved: Mapped[bool | None]
