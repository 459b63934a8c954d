"""What keeps notices from people now, as operators are told of it."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from engage.domain.alarms import Fault
from engage.models.base import Base, stored


class Alarm(Base):
    """One fault, while it lasts and until it was said that it is over. `next_at` is its schedule and its claim."""

    __tablename__ = "alarm"

    fault: Mapped[Fault] = mapped_column(stored(Fault, "fault"), primary_key=True)
    since: Mapped[datetime]
    count: Mapped[int]  # notices, entries of the schedule or mails it is about, when it was last looked at
    told_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    next_at: Mapped[datetime]
