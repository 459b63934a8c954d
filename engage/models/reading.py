"""Unusual reading: what an auditor is asked to look at. Ids, codes and a number; which cases is in the access rows."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engage.domain.readings import Sign
from engage.models.base import Base, Keyed, stored


class UnusualReading(Keyed, Base):
    """Somebody read cases of a site on a day in a way that is not usual, and what an auditor found about it."""

    __tablename__ = "unusual_reading"
    __table_args__ = (
        UniqueConstraint("site_id", "user_id", "on", "sign"),
        CheckConstraint("(settled_at IS NULL) = (settled_by_id IS NULL)", name="settled_by_iff_settled"),
        Index(None, "site_id", "settled_at"),
    )

    site_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("site.id"))
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id"))
    on: Mapped[date]  # the day at the site
    sign: Mapped[Sign] = mapped_column(stored(Sign, "sign"))
    count: Mapped[int]  # of cases
    found_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    words: Mapped[str | None]  # what the auditor found: about staff, no content of a case
