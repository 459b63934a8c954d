"""Files that people sent: erasable. Their bytes lie in the file store, sealed; see engage.file_keys."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engage.domain.case import Writer
from engage.domain.files import Scan
from engage.models.base import Base, Keyed, stored

# What the sweep of the scanner looks for, so that it costs what is due.
_TO_SCAN = "scan IN ('waiting', 'not_asked')"


class SealedBytes:
    """Where bytes lie in the file store, and the key they are sealed under, wrapped by a version of the key ring."""

    stored_as: Mapped[str] = mapped_column(unique=True)
    key_version: Mapped[int | None] = mapped_column(index=True)  # None: plain, as before there were keys of files
    wrapped_key: Mapped[bytes | None]


class Attachment(SealedBytes, Keyed, Base):
    """A file of a case. Its bytes lie in the file store under a random name."""

    __tablename__ = "attachment"
    __table_args__ = (
        Index(None, "case_id"),
        Index("ix_attachment_to_scan", "scan", "id", postgresql_where=text(_TO_SCAN), sqlite_where=text(_TO_SCAN)),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    message_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("message.id"))
    writer: Mapped[Writer] = mapped_column(stored(Writer, "writer"))
    salt: Mapped[str]
    name: Mapped[str]  # as the person named it; content, shown only on the case
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]  # of the content, as it is handed out
    was_cleaned: Mapped[bool] = mapped_column(default=False)  # re-encoded: hidden details are gone
    was_emptied: Mapped[bool] = mapped_column(default=False)  # boxes of a film that describe it were emptied
    scan: Mapped[Scan] = mapped_column(stored(Scan, "scan"), default=Scan.NOT_ASKED)
    added_at: Mapped[datetime]
    original: Mapped["Original | None"] = relationship(viewonly=True, lazy="raise_on_sql")


class Original(SealedBytes, Base):
    """A file as it came, before what it tells of its sender was taken out. It goes with the file."""

    __tablename__ = "original"

    id: Mapped[uuid.UUID] = mapped_column(ForeignKey("attachment.id", ondelete="CASCADE"), primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), index=True)
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
