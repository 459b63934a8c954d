"""Notices owed to people, the errands that carry what no machine can, and the schedule's heartbeats."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from engage.models.base import Base, Document, Keyed, stored


class Recipient(StrEnum):
    """Whom a notice is for; the address is resolved by the worker when it is sent."""

    PERSON = "person"
    STAFF = "staff"


class OutboxMessage(Keyed, Base):
    """A message owed to one recipient. `not_before` is its schedule, its next try and its claim."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        CheckConstraint("sent_at IS NULL OR dead_at IS NULL", name="not_both_sent_and_dead"),
        CheckConstraint("(recipient = 'staff') = (user_id IS NOT NULL)", name="staff_has_user"),
        Index(
            "ix_outbox_message_waiting",
            "not_before",
            postgresql_where=text("sent_at IS NULL AND dead_at IS NULL"),
            sqlite_where=text("sent_at IS NULL AND dead_at IS NULL"),
        ),
        Index(None, "case_id"),
        # Reminders to one person that come close together go out as one: what they were told lately is looked up.
        Index(
            "ix_outbox_message_somebody",
            "user_id",
            "not_before",
            postgresql_where=text("user_id IS NOT NULL"),
            sqlite_where=text("user_id IS NOT NULL"),
        ),
    )

    dedupe_key: Mapped[str] = mapped_column(unique=True)
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case.id"))
    lane_report_id: Mapped[
        uuid.UUID | None
    ]  # of a notice to whoever holds a report of the lane; staff are told without
    template: Mapped[str]
    locale: Mapped[str]
    recipient: Mapped[Recipient] = mapped_column(stored(Recipient, "recipient"))
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    context: Mapped[dict[str, Any] | None] = mapped_column(Document)  # plain strings, never words of a concern
    created_at: Mapped[datetime]
    not_before: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]
    road: Mapped[str | None]  # how it went: email, errand, case (posted on /case alone), withheld
    last_error: Mapped[str | None]  # a class and codes, never text from a server


class Errand(Keyed, Base):
    """ "Tell the person": a notice that a human has to carry, by a date."""

    __tablename__ = "errand"
    __table_args__ = (Index(None, "case_id"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    outbox_message_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("outbox_message.id"), unique=True)
    template: Mapped[str]
    road: Mapped[str]
    due_at: Mapped[datetime]
    made_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    finished_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    reached: Mapped[bool | None]


class ContactAttempt(Keyed, Base):
    """A try to reach the person, by whatever means."""

    __tablename__ = "contact_attempt"
    __table_args__ = (Index(None, "case_id"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    channel: Mapped[str]
    reached: Mapped[bool]
    at: Mapped[datetime]
    by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))


class Heartbeat(Base):
    """When each entry of the schedule last finished, for the health page."""

    __tablename__ = "heartbeat"

    entry: Mapped[str] = mapped_column(primary_key=True)
    finished_at: Mapped[datetime]
    count: Mapped[int]
