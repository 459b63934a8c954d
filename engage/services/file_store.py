"""Where the bytes of files lie: sealed, under random names, on the disk before their rows are."""

import errno
import hashlib
import logging
import os
import secrets
import tempfile
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from sqlalchemy import select

from engage import file_keys
from engage.extensions import db
from engage.key_ring import NoRing
from engage.models import Attachment, Original, ReceivedMail
from engage.services.file_types import FileRefused
from engage.settings import settings
from engage.unit_of_work import after_commit, on_rollback
from engage.vault import Unreadable

Row = Attachment | Original
KINDS: tuple[type[Row], ...] = (Attachment, Original)
_STORED: tuple[type[Row | ReceivedMail], ...] = (*KINDS, ReceivedMail)

log = logging.getLogger(__name__)
# A file without a row is either younger than its transaction or was left by a crash. Ours: no form takes an hour.
_ORPHAN_AFTER = timedelta(hours=1)
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True, slots=True)
class Opened:
    """A file somebody may read, piece by piece, and how it is to be named and sent."""

    content: Iterator[bytes]
    name: str
    media_type: str
    size: int
    sha256: str
    case_id: uuid.UUID


def keep(row: Row, content: IO[bytes]) -> None:
    """Write the content under a fresh key and a random name, safely on the disk; gone again on a rollback.

    The row's id and case are set before, since the bytes are bound to them.

    Raises:
        FileRefused: there is no room, or the file of keys is not there: nobody's words are lost for it.
    """
    try:
        key = file_keys.fresh(row)
    except NoRing as error:
        log.error("a file could not be sealed: %s", error)
        raise FileRefused("no_key") from error
    row.stored_as = write(file_keys.sealed(content, row, key))


def content(row: Row) -> Iterator[bytes]:
    """Return the content, piece by piece; the first is read and proved at once, so that what cannot be had says so.

    Whoever does not read to the end closes the iterator, as a web server does.

    Raises:
        FileNotFoundError: nothing lies in the store for the row.
        Unreadable: the key is gone, or what lies there is not what was kept; later pieces may say so later.
        NoRing: the file of keys is not there.
    """
    pieces = _pieces(row)
    next(pieces)
    return pieces


def _pieces(row: Row) -> Iterator[bytes]:
    with (_folder() / row.stored_as).open("rb") as file:
        if row.key_version is None:
            found = iter(lambda: file.read(file_keys.PIECE), b"")
        else:
            found = file_keys.opened(file, row, file_keys.unwrapped(row))
        first = next(found, b"")
        yield b""
        yield first
        yield from found


def sha256_of(pieces: Iterable[bytes]) -> str:
    """Return the SHA-256 of a content, in hexadecimal."""
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def digest_on_disk(row: Row) -> str | None:
    """Return the SHA-256 of what lies in the store for a row, None where nothing does, "" where it does not open.

    Raises:
        NoRing: the file of keys is not there.
    """
    try:
        return sha256_of(content(row))
    except FileNotFoundError:
        return None
    except Unreadable:
        return ""


def drop(row: Row) -> None:
    """Take the row away, its key with it, and what lies in the store once that is committed."""
    path = _folder() / row.stored_as
    db.session.delete(row)
    after_commit(lambda: path.unlink(missing_ok=True))


def names_of(case_id: uuid.UUID, *kinds: type[Row | ReceivedMail]) -> list[str]:
    """Return under which names the bytes of a case lie in the store: of these kinds, or of all."""
    found = (db.session.scalars(select(kind.stored_as).where(kind.case_id == case_id)) for kind in kinds or _STORED)
    return [name for several in found for name in several if name is not None]


def path_of(stored_as: str) -> Path:
    """Return where the bytes lie."""
    return _folder() / stored_as


def discard(stored_as: str) -> None:
    """Delete the bytes of a file from the store. Safe to run twice."""
    (_folder() / stored_as).unlink(missing_ok=True)


def seal(row: Row) -> None:
    """Seal what lies plain, as before there were keys of files; the plain file is gone once that is committed.

    Raises:
        FileNotFoundError: nothing lies in the store for the row.
        FileRefused: there is no room for both, or the file of keys is not there.
    """
    plain = _folder() / row.stored_as
    with plain.open("rb") as file:
        keep(row, file)
    after_commit(lambda: plain.unlink(missing_ok=True))


def remove_orphans(now: datetime) -> int:
    """Delete files that no row knows, left by a process that died between writing and committing. Safe to run twice."""
    before = (now - _ORPHAN_AFTER).timestamp()
    old = [path for path in _folder().glob("[0-9a-f][0-9a-f]/*") if path.is_file() and path.stat().st_mtime < before]
    removed = 0
    for start in range(0, len(old), 500):
        names = {path.relative_to(_folder()).as_posix(): path for path in old[start : start + 500]}
        for name in names.keys() - _known(names):
            names[name].unlink(missing_ok=True)
            removed += 1
    return removed


def _known(names: Iterable[str]) -> set[str]:
    found = (db.session.scalars(select(kind.stored_as).where(kind.stored_as.in_(names))) for kind in _STORED)
    return {name for several in found for name in several if name is not None}


def _folder() -> Path:
    return settings().VAR / "files"


def write(pieces: Iterable[bytes]) -> str:
    """Write bytes that are sealed already under a random name, safely on the disk, and return it; see `keep`.

    Raises:
        FileRefused: there is no room.
    """
    token = secrets.token_hex(16)
    name = f"{token[:2]}/{token}"
    path = _folder() / name
    with room_or_refusal():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, own = tempfile.mkstemp(dir=path.parent, prefix=f"{token}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.writelines(pieces)
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
