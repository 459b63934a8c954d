"""When a site works, the days it is closed, and the days its communities keep for themselves."""

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engage.models.base import Base, Keyed, stored


class SiteHours(Base):
    """The working hours of a site and whose public holidays it keeps. A site without a row works at all hours.

    What changed and who changed it is in the audit record. Dates of chores that were given out stay as they are.
    """

    __tablename__ = "site_hours"

    site_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("site.id"), primary_key=True)
    version: Mapped[int]  # goes up with every change of the hours, so that the second of two at once is told
    country: Mapped[str]  # whose public holidays, as the holidays library codes it; empty for none
    region: Mapped[str]  # a part of the country, as the library codes it; empty for the whole
    slots: Mapped[dict[str, Any]]  # weekday "0" (Monday) to "6": [["08:00", "12:00"], …]; "00:00" closes at midnight
    changed_at: Mapped[datetime]


class ClosureSource(StrEnum):
    """How a closure came in."""

    TYPED = "typed"
    IMPORTED = "imported"


class Closure(Keyed, Base):
    """Days from the first to the last, both included, on which a site does not work besides public holidays."""

    __tablename__ = "closure"
    __table_args__ = (
        Index(None, "site_id", "last_day"),
        CheckConstraint("last_day >= first_day", name="in_order"),
    )

    site_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("site.id"))
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    reason: Mapped[str]
    source: Mapped[ClosureSource] = mapped_column(stored(ClosureSource, "source"))


class CommunityPeriod(Keyed, Base):
    """Days a community keeps for itself. It pauses nothing by itself: staff may pause a case for it."""

    __tablename__ = "community_period"
    __table_args__ = (
        Index(None, "site_id", "last_day"),
        CheckConstraint("last_day >= first_day", name="in_order"),
    )

    site_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("site.id"))
    community: Mapped[str]  # its name, as it calls itself
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    reason_code: Mapped[str]  # a reason of the site's rules that the community sets: its label is what people read
