"""How a person wants to be reached, texts that come back, and reports of texts. No number stands in these tables."""

import uuid
from datetime import datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from engage.domain.gateways import Arrival
from engage.domain.reaching import Way
from engage.models.base import Base, Keyed, stored


class ContactPreference(Base):
    """What the person chose beside the road itself. Without a row: mails, no texts, at any hour."""

    __tablename__ = "contact_preference"
    __table_args__ = (CheckConstraint("(quiet_from IS NULL) = (quiet_until IS NULL)", name="quiet_has_both_ends"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), primary_key=True)
    first_way: Mapped[Way | None] = mapped_column(stored(Way, "way"))
    may_text: Mapped[bool] = mapped_column(default=False)
    shares_phone: Mapped[bool] = mapped_column(default=False)  # others read it: nothing in a text says who writes
    on_board: Mapped[bool] = mapped_column(default=False)  # a slip with the reference may hang on the notice board
    quiet_from: Mapped[time | None]
    quiet_until: Mapped[time | None]
    time_zone: Mapped[str | None]  # of those hours; without it the site's
    stopped_at: Mapped[datetime | None]  # a text of theirs said that they want no more of them


class SmsThread(Base):
    """A blind index: to which number a case was last written by text, as a keyed hash, so that an answer finds it."""

    __tablename__ = "sms_thread"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True, index=True)
    at: Mapped[datetime] = mapped_column(index=True)


class ReceivedText(Keyed, Base):
    """A text that somebody sent us, sealed to the worker until it is read; the row stays, so that it is taken once."""

    __tablename__ = "received_text"
    __table_args__ = (
        Index(
            "ix_received_text_waiting",
            "received_at",
            postgresql_where=text("read_at IS NULL"),
            sqlite_where=text("read_at IS NULL"),
        ),
        Index(None, "received_at"),
    )

    digest: Mapped[str] = mapped_column(unique=True)  # keyed hash of what the gateway calls it
    sealed: Mapped[bytes | None]  # gone once it stands on a case, or waits in the pen
    received_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class EarlyReport(Base):
    """What a gateway says became of a text before we wrote down by which name it took that text."""

    __tablename__ = "early_report"

    provider_id: Mapped[str] = mapped_column(primary_key=True)
    arrival: Mapped[Arrival] = mapped_column(stored(Arrival, "arrival"), primary_key=True)
    reason: Mapped[str]  # codes alone
    at: Mapped[datetime] = mapped_column(index=True)
