"""What members of staff chose to hear of, and how."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engage.domain.notice_groups import NoticeGroup, StaffRoad
from engage.models.base import Base, stored


class NoticePreference(Base):
    """By which road a member of staff wants notices of one group. Where there is no row, each is a mail."""

    __tablename__ = "notice_preference"

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"), primary_key=True)
    group: Mapped[NoticeGroup] = mapped_column("notice_group", stored(NoticeGroup, "notice_group"), primary_key=True)
    road: Mapped[StaffRoad] = mapped_column(stored(StaffRoad, "road"))


class Watching(Base):
    """A member of staff wants to hear what happens to a case that they do not work on."""

    __tablename__ = "watching"
    __table_args__ = (Index(None, "user_id"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"), primary_key=True)
    since: Mapped[datetime]
