"""Files of a case: checked by content, cleaned, kept under random names, and opened only for those who may."""

import errno
import hashlib
import logging
import os
import secrets
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import IO

from sqlalchemy import ColumnElement, select

from engage import clock, vault
from engage.domain import policy
from engage.domain.case import Writer
from engage.domain.events import FilesAdded
from engage.domain.policy import Actor, Party, Permission
from engage.extensions import db
from engage.models import Attachment, Case, Message
from engage.scope import visible_to
from engage.services import films, pictures
from engage.services.file_types import BOXED, PICTURES, TAKEN, FileRefused, type_of
from engage.services.timeline import digest_of, record
from engage.settings import settings
from engage.unit_of_work import on_rollback

__all__ = ["Checked", "FileRefused", "Opened", "add", "add_all", "check", "open_file", "remove_orphans"]

log = logging.getLogger(__name__)
_CHUNK = 1024 * 1024
_NAME_LENGTH = 120
# A file without a row is either younger than its transaction or was left by a crash. Ours: no form takes an hour.
_ORPHAN_AFTER = timedelta(hours=1)
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


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
    """A file somebody may read: where it lies, and how it is to be named and sent."""

    path: Path
    name: str
    media_type: str
    size: int
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
    digest = hashlib.sha256()
    content.seek(0)
    while chunk := content.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


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
        stored_as=_store(checked.content),
        was_cleaned=checked.was_cleaned,
        added_at=clock.utcnow(),
    )
    db.session.add(row)
    return row


def digest_of_files(rows: Sequence[Attachment]) -> str:
    """Return the salted digest under which the record keeps names and contents of files."""
    return digest_of(rows[0].salt, *(word for row in rows for word in (row.name, row.sha256)))


def digest_on_disk(row: Attachment) -> str | None:
    """Return the SHA-256 of what lies in the store for a file, None where nothing does."""
    try:
        with (_folder() / row.stored_as).open("rb") as file:
            return _sha256(file)
    except FileNotFoundError:
        return None


def open_file(attachment_id: uuid.UUID, actor: Actor) -> Opened:
    """Return where a file lies, for someone who may read the words of its case.

    The person is given every file but those of notes among staff; who reads a case masked is given none.

    Raises:
        NoResultFound: there is no such file, or the actor may not know of its case.
        NotAllowed: the actor reads the case masked.
    """
    row, case = db.session.execute(
        select(Attachment, Case)
        .join(Case, Case.id == Attachment.case_id)
        .where(Attachment.id == attachment_id, visible_to(actor), *_not_ours(actor))
    ).one()
    policy.require(actor, Permission.READ_UNMASKED, case.facts)
    return Opened(_folder() / row.stored_as, row.name, row.media_type, row.size, case.id)


def _not_ours(actor: Actor) -> list[ColumnElement[bool]]:
    return [Attachment.writer != Writer.NOTE] if actor.party is Party.PERSON else []


def discard(stored_as: str) -> None:
    """Delete the bytes of a file from the store. Safe to run twice."""
    (_folder() / stored_as).unlink(missing_ok=True)


def remove_orphans(now: datetime) -> int:
    """Delete files that no row knows, left by a process that died between writing and committing. Safe to run twice."""
    before = (now - _ORPHAN_AFTER).timestamp()
    old = [path for path in _folder().glob("[0-9a-f][0-9a-f]/*") if path.is_file() and path.stat().st_mtime < before]
    removed = 0
    for start in range(0, len(old), 500):
        names = {path.relative_to(_folder()).as_posix(): path for path in old[start : start + 500]}
        known = set(db.session.scalars(select(Attachment.stored_as).where(Attachment.stored_as.in_(names))))
        for name in names.keys() - known:
            names[name].unlink(missing_ok=True)
            removed += 1
    return removed


def _folder() -> Path:
    return settings().VAR / "files"


def _store(content: IO[bytes]) -> str:
    """Write the content under a random name, safely on the disk, and return the name; gone again on a rollback."""
    token = secrets.token_hex(16)
    name = f"{token[:2]}/{token}"
    path = _folder() / name
    with room_or_refusal():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, own = tempfile.mkstemp(dir=path.parent, prefix=f"{token}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                content.seek(0)
                while chunk := content.read(_CHUNK):
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            Path(own).rename(path)
        except BaseException:
            Path(own).unlink(missing_ok=True)
            raise
        on_rollback(lambda: path.unlink(missing_ok=True))
        _sync_folder(path.parent)
    return name


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def room_or_refusal() -> Iterator[None]:
    """Turn a disk that is full into the refusal that the pages have words for.

    Raises:
        FileRefused: there is no room.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        log.error("no room for a file")
        raise FileRefused("no_space") from error
