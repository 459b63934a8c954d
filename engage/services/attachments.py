"""Files of a case: checked by content, cleaned, kept under random names, and opened only for those who may."""

import logging
import os
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import IO

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import NoResultFound

from engage import clock, vault
from engage.domain import policy
from engage.domain.case import Writer
from engage.domain.events import FilesAdded
from engage.domain.files import Scan, why_not_open
from engage.domain.guards import Refused
from engage.domain.policy import Actor, Party, Permission
from engage.extensions import db
from engage.key_ring import NoRing
from engage.models import Attachment, Case, Message
from engage.scope import visible_to
from engage.services import file_store, films, originals, pictures, scanning
from engage.services.file_store import Opened
from engage.services.file_types import BOXED, PICTURES, FileRefused, safe_name, type_of
from engage.services.originals import AsCame
from engage.services.timeline import digest_of, record
from engage.settings import settings
from engage.vault import Unreadable

__all__ = ["Checked", "FileRefused", "Opened", "add", "add_all", "check", "open_file"]

log = logging.getLogger(__name__)
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that may be kept. Its content is a stream that can be read from the start again and again."""

    name: str
    media_type: str
    size: int
    sha256: str
    was_cleaned: bool
    content: IO[bytes]
    was_emptied: bool = False
    as_came: AsCame | None = None  # where it was altered
    scan: Scan = Scan.NOT_ASKED

    def read(self) -> bytes:
        """Return all of the content."""
        self.content.seek(0)
        return self.content.read()


def check(stream: IO[bytes], name: str) -> Checked:
    """Return the file if we take it, told by its content and cleaned where that can be done; nothing is kept yet.

    Pictures are drawn anew. Films and recordings in MP4's family lose the boxes that describe them. What of other files
    may remain is in docs/files.md.

    Raises:
        FileRefused: it is empty, too big, damaged, harmful, or none of the types we take.
    """
    most = settings().FILE_MAX_BYTES
    size = stream.seek(0, os.SEEK_END)
    if size == 0:
        raise FileRefused("empty")
    if size > most:
        raise FileRefused("too_big", {"megabytes": most // (1024 * 1024)})
    media_type = type_of(stream)
    scan = scanning.look_at(stream)  # before anything opens it
    if media_type in PICTURES:
        data, drawn_as = pictures.redrawn(stream, media_type)
        kept = _checked(name, drawn_as, BytesIO(data), len(data), was_cleaned=True)
    elif media_type in BOXED:
        emptied = BytesIO()
        told = films.without_description(stream, emptied)
        kept = _checked(name, media_type, emptied, size, was_emptied=told)
    else:
        kept = _checked(name, media_type, stream, size)
    came = AsCame(media_type, size, _sha256(stream), stream) if kept.was_cleaned or kept.was_emptied else None
    return replace(kept, as_came=came, scan=scan)


def _checked(
    name: str,
    media_type: str,
    content: IO[bytes],
    size: int,
    *,
    was_cleaned: bool = False,
    was_emptied: bool = False,
) -> Checked:
    return Checked(
        safe_name(name, media_type), media_type, size, _sha256(content), was_cleaned, content, was_emptied=was_emptied
    )


def _sha256(content: IO[bytes]) -> str:
    content.seek(0)
    return file_store.sha256_of(iter(lambda: content.read(_CHUNK), b""))


def add_all(
    case: Case,
    files: Sequence[Checked],
    *,
    actor: Actor,
    writer: Writer,
    message: Message | None = None,
    wants_originals: bool = False,
) -> list[Attachment]:
    """Keep the files with the case and record that they came; without files nothing happens.

    Those that were altered are kept as they came, too, locked away, unless the person has no name here; then only where
    the person wants it.

    Raises:
        FileRefused: there is no room, or the keys are not there; the whole unit of work has to roll back, and the form
            stays as it was typed.
    """
    kept = [add(case, checked, writer=writer, message=message) for checked in files]
    if kept:
        record(case, FilesAdded(count=len(kept)), actor=actor, content=digest_of_files(kept))
    if originals.are_kept(case, wanted=wants_originals):
        for row, checked in zip(kept, files, strict=True):
            if checked.as_came is not None:
                originals.keep(case, row, checked.as_came, actor=actor)
    return kept


def add(case: Case, checked: Checked, *, writer: Writer, message: Message | None = None) -> Attachment:
    """Keep one file with the case, on the disk before its row is. The caller records the event.

    Raises:
        FileRefused: there is no room, or the keys are not there.
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
        was_emptied=checked.was_emptied,
        scan=checked.scan,
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
        Refused: it waits to be looked at for programs that do harm, or holds one.
        Unreadable, NoRing: the keys are not there, or the bytes are not those that came; see `file_store.content`.
    """
    row, case = db.session.execute(
        select(Attachment, Case)
        .join(Case, Case.id == Attachment.case_id)
        .where(Attachment.id == attachment_id, visible_to(actor), *_not_ours(actor))
    ).one()
    policy.require(actor, Permission.READ_UNMASKED, case.facts)
    if (refusal := why_not_open(row.scan)) is not None:
        raise Refused(refusal)
    try:
        content = file_store.content(row)
    except FileNotFoundError as error:
        log.error("a file that a case has is not in the store: %s", row.stored_as)
        raise NoResultFound from error
    return Opened(content, row.name, row.media_type, row.size, row.sha256, case.id)


def opened_if_it_can_be(attachment_id: uuid.UUID, actor: Actor) -> Opened | None:
    """Open a file as `open_file` does; None where it waits for the scanner, does harm, is gone or does not open.

    Raises:
        NotAllowed: the actor reads the case masked.
    """
    try:
        return open_file(attachment_id, actor)
    except (NoResultFound, Refused, Unreadable, NoRing) as error:
        log.warning("file %s is left out: %s", attachment_id, type(error).__name__)
        return None


def _not_ours(actor: Actor) -> list[ColumnElement[bool]]:
    return [Attachment.writer != Writer.NOTE] if actor.party is Party.PERSON else []
