"""Files of a case: checked by content, cleaned, kept under random names, and opened only for those who may."""

import logging
import os
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import IO

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import NoResultFound

from engage import clock, vault
from engage.domain import policy
from engage.domain.case import Writer
from engage.domain.events import FilesAdded
from engage.domain.policy import Actor, Party, Permission
from engage.extensions import db
from engage.models import Attachment, Case, Message
from engage.scope import visible_to
from engage.services import file_store, films, pictures
from engage.services.file_types import BOXED, PICTURES, TAKEN, FileRefused, type_of
from engage.services.timeline import digest_of, record
from engage.settings import settings

__all__ = ["Checked", "FileRefused", "Opened", "add", "add_all", "check", "open_file"]

log = logging.getLogger(__name__)
_CHUNK = 1024 * 1024
_NAME_LENGTH = 120


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that may be kept. Its content is a stream that can be read from the start again and again."""

    name: str
    media_type: str
    size: int
    sha256: str
    was_cleaned: bool
    content: IO[bytes]

    def read(self) -> bytes:
        """Return all of the content."""
        self.content.seek(0)
        return self.content.read()


@dataclass(frozen=True, slots=True)
class Opened:
    """A file somebody may read, piece by piece, and how it is to be named and sent."""

    content: Iterator[bytes]
    name: str
    media_type: str
    size: int
    sha256: str
    case_id: uuid.UUID


def check(stream: IO[bytes], name: str) -> Checked:
    """Return the file if we take it, told by its content and cleaned where that can be done; nothing is kept yet.

    Pictures are drawn anew. Films and recordings in MP4's family lose the boxes that describe them. What of other files
    may remain is in docs/files.md.

    Raises:
        FileRefused: it is empty, too big, damaged, or none of the types we take.
    """
    most = settings().FILE_MAX_BYTES
    size = stream.seek(0, os.SEEK_END)
    if size == 0:
        raise FileRefused("empty")
    if size > most:
        raise FileRefused("too_big", {"megabytes": most // (1024 * 1024)})
    media_type = type_of(stream)
    content = stream
    if media_type in PICTURES:
        data, media_type = pictures.redrawn(stream, media_type)
        content, size = BytesIO(data), len(data)
    elif media_type in BOXED:
        content = BytesIO()
        films.without_description(stream, content)
    return Checked(
        name=safe_name(name, media_type),
        media_type=media_type,
        size=size,
        sha256=_sha256(content),
        was_cleaned=content is not stream and media_type in PICTURES,
        content=content,
    )


def _sha256(content: IO[bytes]) -> str:
    content.seek(0)
    return file_store.sha256_of(iter(lambda: content.read(_CHUNK), b""))


def safe_name(name: str, media_type: str) -> str:
    """Return the name a person gave, without folders, signs that steer, or an ending that lies about the content."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(char for char in last if char.isprintable() and char not in '<>:"|?*;')
    stem = plain.rpartition(".")[0] if "." in plain else plain
    return f"{' '.join(stem.split()).strip('. ')[:_NAME_LENGTH] or 'file'}.{TAKEN[media_type]}"


def add_all(
    case: Case, files: Sequence[Checked], *, actor: Actor, writer: Writer, message: Message | None = None
) -> list[Attachment]:
    """Keep the files with the case and record that they came; without files nothing happens.

    Raises:
        FileRefused: there is no room; the whole unit of work has to roll back, and the form stays as it was typed.
    """
    kept = [add(case, checked, writer=writer, message=message) for checked in files]
    if kept:
        record(case, FilesAdded(count=len(kept)), actor=actor, content=digest_of_files(kept))
    return kept


def add(case: Case, checked: Checked, *, writer: Writer, message: Message | None = None) -> Attachment:
    """Keep one file with the case, on the disk before its row is. The caller records the event.

    Raises:
        FileRefused: there is no room.
        NoRing: the file of keys is not there.
    """
    row = Attachment(
        id=uuid.uuid4(),
        case_id=case.id,
        message_id=message.id if message else None,
        writer=writer,
        salt=vault.salt(),
        name=checked.name,
        media_type=checked.media_type,
        size=checked.size,
        sha256=checked.sha256,
        was_cleaned=checked.was_cleaned,
        added_at=clock.utcnow(),
    )
    file_store.keep(row, checked.content)
    db.session.add(row)
    return row


def digest_of_files(rows: Sequence[Attachment]) -> str:
    """Return the salted digest under which the record keeps names and contents of files."""
    return digest_of(rows[0].salt, *(word for row in rows for word in (row.name, row.sha256)))


def open_file(attachment_id: uuid.UUID, actor: Actor) -> Opened:
    """Open a file, for someone who may read the words of its case.

    The person is given every file but those of notes among staff; who reads a case masked is given none.

    Raises:
        NoResultFound: there is no such file, or the actor may not know of its case; or its bytes are gone, which is
            logged.
        NotAllowed: the actor reads the case masked.
        Unreadable, NoRing: the keys are not there, or the bytes are not those that came; see `file_store.content`.
    """
    row, case = db.session.execute(
        select(Attachment, Case)
        .join(Case, Case.id == Attachment.case_id)
        .where(Attachment.id == attachment_id, visible_to(actor), *_not_ours(actor))
    ).one()
    policy.require(actor, Permission.READ_UNMASKED, case.facts)
    try:
        content = file_store.content(row)
    except FileNotFoundError as error:
        log.error("a file that a case has is not in the store: %s", row.stored_as)
        raise NoResultFound from error
    return Opened(content, row.name, row.media_type, row.size, row.sha256, case.id)


def _not_ours(actor: Actor) -> list[ColumnElement[bool]]:
    return [Attachment.writer != Writer.NOTE] if actor.party is Party.PERSON else []
