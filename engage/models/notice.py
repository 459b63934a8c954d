"""Notices owed to people, the errands that carry what no machine can, and the schedule's heartbeats."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, SmallInteger, and_, text
from sqlalchemy.orm import Mapped, mapped_column

from engage.domain.delivery import NoticeState, Outcome, Urgency, state_at
from engage.domain.errands import ErrandResult
from engage.models.base import Base, Document, Keyed, stored

_WAITS = text("sent_at IS NULL AND dead_at IS NULL AND replaced_at IS NULL")
_TO_DO = text("finished_at IS NULL")
_DIED, _CAME_BACK = text("dead_at IS NOT NULL"), text("bounced_at IS NOT NULL")
_UNSEEN = text("user_id IS NOT NULL AND seen_at IS NULL AND replaced_at IS NULL")


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
        CheckConstraint("bounced_at IS NULL OR sent_at IS NOT NULL", name="bounced_was_sent"),
        CheckConstraint("replaced_by_id IS NULL OR replaced_at IS NOT NULL", name="replaced_by_what"),
        Index("ix_outbox_message_waiting", "not_before", postgresql_where=_WAITS, sqlite_where=_WAITS),
        # By it each site's turn is found, see engage.notify.turns.
        Index(
            *("ix_outbox_message_turn", "site_id", "urgency", "not_before"),
            postgresql_where=_WAITS,
            sqlite_where=_WAITS,
        ),
        Index(None, "case_id"),
        # The lists of the delivery console, each a walk in order.
        Index("ix_outbox_message_made", "created_at", "id"),
        Index("ix_outbox_message_dead", "created_at", "id", postgresql_where=_DIED, sqlite_where=_DIED),
        Index("ix_outbox_message_bounced", "created_at", "id", postgresql_where=_CAME_BACK, sqlite_where=_CAME_BACK),
        # Reminders to one person that come close together go out as one: what they were told lately is looked up.
        Index(
            "ix_outbox_message_somebody",
            "user_id",
            "not_before",
            postgresql_where=text("user_id IS NOT NULL"),
            sqlite_where=text("user_id IS NOT NULL"),
        ),
        # What the page of notifications shows, and what the bell counts on every page of staff.
        Index(
            "ix_outbox_message_told",
            "user_id",
            "created_at",
            postgresql_where=text("user_id IS NOT NULL"),
            sqlite_where=text("user_id IS NOT NULL"),
        ),
        Index("ix_outbox_message_unseen", "user_id", postgresql_where=_UNSEEN, sqlite_where=_UNSEEN),
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
    road: Mapped[str | None]  # how it went: email, errand, case (on /case alone), withheld; to staff: page, digest
    last_error: Mapped[str | None]  # a class and codes, never text from a server
    urgency: Mapped[int] = mapped_column(SmallInteger, default=Urgency.ORDINARY, server_default="1")
    site_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("site.id"))  # none of an account's, or of all sites
    claimed_at: Mapped[datetime | None]  # a worker took it, until `not_before`
    bounced_at: Mapped[datetime | None]  # it was sent, and a report said that it did not arrive
    arrived_at: Mapped[datetime | None]  # a report said that it did
    replaced_at: Mapped[datetime | None]
    replaced_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("outbox_message.id"))
    asked_road: Mapped[str | None]  # the road it has to take, where it is not the person's first
    provider_id: Mapped[str | None] = mapped_column(index=True)  # what a gateway calls it
    # Its reader has looked since. Of a member of staff, when; of a person only that they did: it says when it was sent.
    seen_at: Mapped[datetime | None]

    def state(self, now: datetime) -> NoticeState:
        """Return where the notice stands at the instant."""
        return state_at(self, now)


def waits(notice: type[OutboxMessage]) -> ColumnElement[bool]:
    """A notice, or an alias of the table, is still to be carried while none of these has happened to it."""
    return and_(notice.sent_at.is_(None), notice.dead_at.is_(None), notice.replaced_at.is_(None))


WAITING = waits(OutboxMessage)


class DeliveryAttempt(Keyed, Base):
    """One try to deliver a notice, and what it came to. A report that comes back later is a line of its own."""

    __tablename__ = "delivery_attempt"
    __table_args__ = (Index(None, "outbox_message_id"), Index(None, "road", "at"), Index(None, "at"))

    outbox_message_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("outbox_message.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    road: Mapped[str]
    outcome: Mapped[Outcome] = mapped_column(stored(Outcome, "outcome"))
    reason: Mapped[str | None]  # a class and codes, never text from a server


class Errand(Keyed, Base):
    """ "Tell the person": a notice that a human has to carry, by a date."""

    __tablename__ = "errand"
    __table_args__ = (
        Index(None, "case_id"),
        Index(
            "ix_errand_look_at",
            "look_at",
            postgresql_where=text("look_at IS NOT NULL"),
            sqlite_where=text("look_at IS NOT NULL"),
        ),
        Index("ix_errand_open_carrier", "carrier_id", postgresql_where=_TO_DO, sqlite_where=_TO_DO),
        CheckConstraint("finished_at IS NULL OR look_at IS NULL", name="finished_is_not_looked_at"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    outbox_message_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("outbox_message.id"), unique=True)
    template: Mapped[str]
    road: Mapped[str]
    due_at: Mapped[datetime]
    made_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    finished_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    reached: Mapped[bool | None]
    carrier_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))  # who was asked to carry it
    result: Mapped[ErrandResult | None] = mapped_column(stored(ErrandResult, "result"))  # of the last try
    look_at: Mapped[datetime | None]  # when somebody hears next that it is not done; none after the last rung
    rung: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")  # how many heard by now


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
