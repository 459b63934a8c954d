"""Files as they came, where they were altered so that they tell less: locked away as proof, or not kept at all."""

import uuid
from dataclasses import dataclass
from typing import IO

from sqlalchemy import select

from engage.domain import policy
from engage.domain.case import Identity
from engage.domain.events import OriginalKept, OriginalOpened, OriginalsForgotten
from engage.domain.files import why_not_open
from engage.domain.guards import Refusal, Refused
from engage.domain.policy import Actor, Permission
from engage.extensions import db
from engage.models import Attachment, Case, Original
from engage.services import conversation, file_store
from engage.services.file_store import Opened
from engage.services.file_types import safe_name
from engage.services.timeline import digest_of, record

PURPOSE = "opened_original"  # under which a look is noted among the readings of a case


@dataclass(frozen=True, slots=True)
class AsCame:
    """A file before it was altered. Its content is a stream that can be read from the start again and again."""

    media_type: str
    size: int
    sha256: str
    content: IO[bytes]


def are_kept(case: Case, *, wanted: bool) -> bool:
    """Whether files of the case are kept as they came, too.

    Ours: of somebody without a name only where they want it, since place and device may say who they are.
    """
    return wanted or case.identity is not Identity.ANONYMOUS


def keep(case: Case, row: Attachment, came: AsCame, *, actor: Actor) -> None:
    """Lock the file away as it came, and put its digest on the record.

    Raises:
        FileRefused: there is no room, or the keys are not there.
    """
    db.session.flush()  # its file's row comes before
    original = Original(id=row.id, case_id=case.id, media_type=came.media_type, size=came.size, sha256=came.sha256)
    file_store.keep(original, came.content)
    db.session.add(original)
    record(case, OriginalKept(file_id=row.id), actor=actor, content=digest_of_original(row, original))


def digest_of_original(row: Attachment, original: Original) -> str:
    """Return the salted digest under which the record keeps a file as it came."""
    return digest_of(row.salt, original.sha256)


def open_one(case: Case, file_id: uuid.UUID, words: str, *, actor: Actor) -> Opened:
    """Open a file as it came. Why stands as a note on the case, and that it was opened on the record, which tells the
    person.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: of this file there is none, or it is gone, or waits to be looked at, or holds a program that does harm.
        Unreadable, NoRing: the keys are not there, or the bytes are not those that came.
    """
    policy.require(actor, Permission.OPEN_ORIGINAL, case.facts)
    found = db.session.execute(
        select(Attachment, Original)
        .join(Original, Original.id == Attachment.id)
        .where(Attachment.id == file_id, Attachment.case_id == case.id)
    ).one_or_none()
    if found is None:
        raise Refused(Refusal("no_original"))
    row, original = found
    if (refusal := why_not_open(row.scan)) is not None:
        raise Refused(refusal)
    try:
        content = file_store.content(original)
    except FileNotFoundError as error:
        raise Refused(Refusal("no_original")) from error
    note = conversation.note(case, words, actor=actor)
    record(case, OriginalOpened(file_id=row.id, note_id=note.id), actor=actor)
    name = safe_name(row.name, original.media_type)
    return Opened(content, name, original.media_type, original.size, original.sha256, case.id)


def forget(case: Case, *, actor: Actor) -> None:
    """Erase every file of the case as it came; the record keeps that they went. Safe to run twice."""
    rows = db.session.scalars(select(Original).where(Original.case_id == case.id)).all()
    for row in rows:
        file_store.drop(row)
    if rows:
        record(case, OriginalsForgotten(count=len(rows)), actor=actor)
