"""Mail that came in: its raw copy sealed to the worker, and what staff may read while it waits in the holding pen."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from engage.domain.received_mail import Decision, GuessedBy, MailRoad, MailState, NotOurs, Outcome
from engage.incoming.mail import MailKind
from engage.models.base import Base, Document, Keyed, stored


def _only(name: str, where: str, *columns: str) -> Index:
    return Index(name, *columns, postgresql_where=text(where), sqlite_where=text(where))


class ReceivedMail(Keyed, Base):
    """One mail as it came. Codes, ids and instants; the mail itself lies in the file store.

    `not_before` is when the worker looks at it next, and its claim, as for notices.
    """

    __tablename__ = "received_mail"
    __table_args__ = (
        CheckConstraint("(state = 'done') = (finished_at IS NOT NULL)", name="finished_iff_done"),
        CheckConstraint("(state = 'done') = (outcome IS NOT NULL)", name="outcome_iff_done"),
        CheckConstraint("(stored_as IS NULL) = (sealed_key IS NULL)", name="key_iff_stored"),
        _only("ix_received_mail_waiting", "state = 'received'", "not_before"),
        _only("ix_received_mail_pen", "state = 'pen'", "received_at", "id"),
        _only("ix_received_mail_sender", "sender_digest IS NOT NULL", "sender_digest", "received_at"),
        _only("ix_received_mail_kept", "stored_as IS NOT NULL AND state = 'done'", "finished_at"),
        Index(None, "case_id"),
        Index(None, "lane_report_id"),
    )

    digest: Mapped[str] = mapped_column(unique=True)  # keyed hash of the bytes and of whom they were handed over for
    road: Mapped[MailRoad] = mapped_column(stored(MailRoad, "road"))
    size: Mapped[int]
    received_at: Mapped[datetime]
    # The raw mail: under a key of its own, which only the worker's private key opens; none once it is forgotten.
    stored_as: Mapped[str | None] = mapped_column(unique=True)
    sealed_key: Mapped[bytes | None]
    state: Mapped[MailState] = mapped_column(stored(MailState, "state"))
    not_before: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None]  # a class, never a text
    kind: Mapped[MailKind | None] = mapped_column(stored(MailKind, "kind"))
    why: Mapped[str | None]  # a code of engage.incoming, or MANY
    # Keyed hash of its sender's mailbox, kept for an hour: so many concerns from one are looked at by a human first.
    sender_digest: Mapped[str | None]
    site_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("site.id"))  # whose address it came to
    is_restricted: Mapped[bool] = mapped_column(default=False)  # may belong to a restricted case: focal points alone
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case.id"))
    lane_report_id: Mapped[uuid.UUID | None]
    outbox_message_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("outbox_message.id"))
    message_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("message.id"))
    decision: Mapped[Decision | None] = mapped_column(stored(Decision, "decision"))
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_user.id"))
    decided_at: Mapped[datetime | None]
    not_ours: Mapped[NotOurs | None] = mapped_column(stored(NotOurs, "not_ours"))
    outcome: Mapped[Outcome | None] = mapped_column(stored(Outcome, "outcome"))
    finished_at: Mapped[datetime | None]


class PenItem(Base):
    """What staff may read of a mail in the holding pen, without its sender's address. Gone once the mail is placed."""

    __tablename__ = "pen_item"

    mail_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("received_mail.id", ondelete="CASCADE"), primary_key=True)
    subject: Mapped[str]
    words: Mapped[str]  # what its sender wrote last
    whole: Mapped[str]  # the whole of it, headers that lead to its sender taken out
    files: Mapped[list[Any]] = mapped_column(Document)  # [{"name": …, "size": …}]
    troubles: Mapped[list[Any]] = mapped_column(Document)  # codes: why it is here, and what was wrong with it
    # The case it is to be attached to, or the site at which one is to be made of it, until that is done.
    target_id: Mapped[uuid.UUID | None]
    sent_at: Mapped[datetime | None]


class PenGuess(Base):
    """A case to which a mail in the pen may belong."""

    __tablename__ = "pen_guess"
    __table_args__ = (Index(None, "case_id"),)

    mail_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("received_mail.id", ondelete="CASCADE"), primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), primary_key=True)
    by: Mapped[GuessedBy] = mapped_column(stored(GuessedBy, "by"))
