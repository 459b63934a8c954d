"""Files are looked at by ClamAV's daemon before they are kept, or later where it was away; see docs/files.md."""

import logging
import tempfile
import time
import uuid
from collections.abc import Iterable
from contextlib import ExitStack
from typing import IO, BinaryIO, cast

from clamav_client.clamd import ClamdError, ClamdNetworkSocket, ClamdUnixSocket
from sqlalchemy import func, select, update

from engage.domain.events import Event, FileLocked, FileUnlocked
from engage.domain.files import Scan
from engage.domain.policy import SYSTEM
from engage.extensions import db
from engage.models import Attachment, Original
from engage.services import cases, file_store
from engage.services.file_types import FileRefused
from engage.services.timeline import record
from engage.settings import settings
from engage.unit_of_work import release, unit_of_work
from engage.vault import Unreadable

log = logging.getLogger(__name__)

BATCH = 200  # Ours: files that came before there was a scanner are looked at so many at a time, beside what waits.
_IN_MEMORY = 1024 * 1024
# Ours: a daemon that is silent costs one sender its timeout, and not every file of everybody.
_SILENCE_SECONDS = 30
_silent_until = 0.0


class ScannerAway(RuntimeError):
    """ClamAV's daemon does not answer."""


class CannotScan(RuntimeError):
    """The daemon answers, and cannot look at this file."""


def look_at(content: IO[bytes]) -> Scan:
    """Return what the scanner says of what somebody sends; it waits where the scanner is away or cannot tell.

    Raises:
        FileRefused: it holds a program that does harm.
    """
    global _silent_until
    if settings().CLAMD is None:
        return Scan.NOT_ASKED
    if time.monotonic() < _silent_until:
        return Scan.WAITING
    try:
        is_harmful = _is_harmful(content)
    except ScannerAway as error:
        _silent_until = time.monotonic() + _SILENCE_SECONDS
        log.warning("a file waits for the scanner: %s", type(error.__cause__).__name__)
        return Scan.WAITING
    except CannotScan:
        return Scan.WAITING
    if is_harmful:
        raise FileRefused("harmful")
    return Scan.CLEAN


def ping() -> None:
    """Ask the daemon whether it is there.

    Raises:
        ScannerAway: it is not, or none is set.
    """
    if settings().CLAMD is None:
        raise ScannerAway
    client = _client()
    try:
        client.ping()
    except (ClamdError, OSError) as error:
        raise ScannerAway from error
    finally:
        client.clamd_socket.close()  # the library leaves it open where nobody answers


def sweep() -> int:
    """Look at what waits, and at some of what came before there was a scanner; return how many were looked at.

    Each file is read with no transaction open. It stops where the daemon is away, and is safe to run twice.
    """
    if settings().CLAMD is None:
        return 0
    return _look_again((*_ids(Scan.WAITING), *_ids(Scan.NOT_ASKED, BATCH)))


def look_again() -> int:
    """Look once more at what was found harmful, or could not be read, with what the daemon knows today; how many.

    Raises:
        ScannerAway: there is no daemon, or it does not answer.
    """
    ping()
    return _look_again((*_ids(Scan.HARMFUL), *_ids(Scan.LOST)))


def count_waiting() -> int:
    """Return how many files nobody can open because they wait for the scanner."""
    return db.session.scalar(select(func.count()).select_from(Attachment).where(Attachment.scan == Scan.WAITING)) or 0


def _ids(scan: Scan, most: int | None = None) -> list[uuid.UUID]:
    return list(
        db.session.scalars(select(Attachment.id).where(Attachment.scan == scan).order_by(Attachment.id).limit(most))
    )


def _look_again(ids: Iterable[uuid.UUID]) -> int:
    done = 0
    for file_id in ids:
        row = db.session.get(Attachment, file_id)
        if row is None:  # erased meanwhile
            continue
        before = row.scan
        try:
            found = _look_at_kept(row)
        except ScannerAway:
            log.warning("the scanner is away; %s files were looked at", done)
            break
        except CannotScan:
            continue
        with unit_of_work():
            done += _note(file_id, before, found)
    return done


def _look_at_kept(row: Attachment) -> Scan:
    """Look at a file, and as it came; what was found harmful once stays so until it can be read again."""
    before, original = row.scan, db.session.get(Original, row.id)
    rows: list[file_store.Row] = [row] if original is None else [row, original]
    with ExitStack() as open_ones:
        copies = [open_ones.enter_context(tempfile.SpooledTemporaryFile(_IN_MEMORY)) for _ in rows]
        try:
            for copy, one in zip(copies, rows, strict=True):
                copy.writelines(file_store.content(one))
        except (FileNotFoundError, Unreadable):
            log.error("a file could not be read to be looked at; flask engage verify names it")
            return before if before is Scan.HARMFUL else Scan.LOST
        release()
        return Scan.HARMFUL if any(_is_harmful(copy) for copy in copies) else Scan.CLEAN


def _note(file_id: uuid.UUID, before: Scan, found: Scan) -> bool:
    """Write down what was found of a file, and what it means for its case; False where it was erased meanwhile."""
    case_id = db.session.scalar(select(Attachment.case_id).where(Attachment.id == file_id))
    if case_id is None:
        return False
    case = cases.lock_own(case_id)
    this = (Attachment.id == file_id, Attachment.scan == before)
    changed = db.session.execute(update(Attachment).where(*this).values(scan=found).returning(Attachment.id)).all()
    event = _event_of(file_id, before, found)
    if changed and event is not None:
        record(case, event, actor=SYSTEM)
    return bool(changed)


def _event_of(file_id: uuid.UUID, before: Scan, found: Scan) -> Event | None:
    if (before is Scan.HARMFUL) is (found is Scan.HARMFUL):
        return None
    return FileLocked(file_id=file_id) if found is Scan.HARMFUL else FileUnlocked(file_id=file_id)


def _is_harmful(content: IO[bytes]) -> bool:
    content.seek(0)
    try:
        [(state, name)] = _client().instream(cast(BinaryIO, content)).values()
    except (ClamdError, OSError, ValueError) as error:
        ping()
        log.error("the scanner cannot look at a file: %s; is its StreamMaxLength large enough?", type(error).__name__)
        raise CannotScan from error
    if state == "FOUND":
        log.warning("a file holds what the scanner calls %s", name)
    elif state != "OK":
        log.error("the scanner cannot look at a file: %s", name)
        raise CannotScan
    return bool(state == "FOUND")


def _client() -> ClamdNetworkSocket:
    address, seconds = settings().CLAMD or "", settings().CLAMD_SECONDS
    if address.startswith("/"):
        return ClamdUnixSocket(address, timeout=int(seconds))
    host, _, port = address.rpartition(":")
    return ClamdNetworkSocket(host, int(port), timeout=seconds)
