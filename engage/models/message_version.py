"""The words of messages as administrators wrote them, version by version."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engage.models.base import Base, Keyed


class MessageVersion(Keyed, Base):
    """One version of a message in one language. Rows never change; the newest one counts.

    Version 0 is what engage was shipped with and lies in files. A row without words lets those count again, in
    whatever form a later engage ships them.
    """

    __tablename__ = "message_version"
    __table_args__ = (
        UniqueConstraint("message", "locale", "version"),
        CheckConstraint("(subject IS NULL) = (body IS NULL)", name="whole_or_shipped"),
        CheckConstraint("sms IS NULL OR body IS NOT NULL", name="sms_with_body"),
    )

    message: Mapped[str]  # a code of engage/data/messages.toml
    locale: Mapped[str]
    version: Mapped[int]
    subject: Mapped[str | None]
    body: Mapped[str | None]
    sms: Mapped[str | None]  # none: the shipped words of a text message, where there are any
    restored_from: Mapped[int | None]
    made_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_user.id"))
    made_at: Mapped[datetime]
