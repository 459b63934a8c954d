"""A form that was not sent yet, kept for a day so that nothing typed is lost, and readable by nobody but its sender.

Everything is encrypted with a key made from the form's random token, and the token is kept nowhere on our side: it lies
in the draft's cookie and in the person's own pages. Without it our keys, the database and the disk open nothing.
"""

import hashlib
import hmac
import json
import os
import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from sqlalchemy import String, bindparam, delete, select

from engage import clock, vault
from engage.domain.files import Scan
from engage.extensions import db, insert_into
from engage.models import Draft
from engage.models.base import Instant
from engage.services.attachments import Checked
from engage.services.file_store import room_or_refusal
from engage.services.originals import AsCame
from engage.settings import settings
from engage.unit_of_work import after_commit

KEPT_FOR = timedelta(hours=24)  # Source: product 5, drafts.

# Built once, since every page of the form asks: putting a statement together costs as much as running it.
_DIGEST = bindparam("digest", type_=String())
_LIVING = select(Draft).where(Draft.key_digest == _DIGEST, Draft.expires_at > bindparam("now", type_=Instant()))
_GONE = delete(Draft).where(Draft.key_digest == _DIGEST).execution_options(synchronize_session=False)


@dataclass(frozen=True, slots=True)
class KeptAsCame:
    """A file of a draft before it was altered: whether it is kept is known when the form is sent."""

    stored_as: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A checked file of a draft; its bytes lie sealed beside it under `stored_as`."""

    stored_as: str
    name: str
    media_type: str
    size: int
    sha256: str
    was_cleaned: bool
    was_emptied: bool = False
    as_came: KeptAsCame | None = None
    scan: Scan = Scan.NOT_ASKED


@dataclass(frozen=True, slots=True)
class Written:
    """What a person has written so far: the values of the form's fields by name, and files."""

    values: Mapping[str, str | bool | None] = field(default_factory=dict)
    files: Sequence[KeptFile] = ()


def load(token: str) -> Written | None:
    """Return what was written with the form of this token; None when there is nothing, or no longer."""
    row = db.session.scalar(_LIVING, {"digest": _digest(token), "now": clock.utcnow()})
    if row is None:
        return None
    try:
        plain = json.loads(vault.opened_with(_key(token), row.sealed))
    except vault.Unreadable:  # our root secret was changed meanwhile
        return None
    return Written(values=plain["values"], files=[_kept(one) for one in plain["files"]])


def _kept(plain: dict[str, Any]) -> KeptFile:
    came = plain.get("as_came")
    scan = Scan(plain.get("scan", Scan.NOT_ASKED))
    return KeptFile(**{**plain, "as_came": KeptAsCame(**came) if came else None, "scan": scan})


def save(token: str, written: Written, new_files: Sequence[Checked] = ()) -> Written:
    """Keep what was written for another day, and return it with the new files in it.

    The same form saved twice is kept once, and a file that is there already is not kept again, so a double click does
    no harm, not even two requests at the same moment.

    Raises:
        FileRefused: there is no room for the files.
    """
    known = {kept.sha256 for kept in written.files}
    added = [_store(token, checked) for checked in new_files if checked.sha256 not in known]
    now = Written(written.values, [*written.files, *added])
    plain = {"values": dict(now.values), "files": [asdict(kept) for kept in now.files]}
    row = {
        "sealed": vault.seal_with(_key(token), json.dumps(plain).encode()),
        "expires_at": clock.utcnow() + KEPT_FOR,
    }
    db.session.execute(
        insert_into(Draft)
        .values(key_digest=_digest(token), **row)
        .on_conflict_do_update(index_elements=["key_digest"], set_=row)
    )
    return now


def drop_file(token: str, written: Written, stored_as: str) -> Written:
    """Return what was written without the file, which is deleted; the caller saves the rest. Safe to run twice."""
    kept = [file for file in written.files if file.stored_as != stored_as]
    gone = [name for file in written.files if file not in kept for name in _names(file)]
    for name in gone:
        after_commit(partial((_folder(token) / name).unlink, missing_ok=True))
    return Written(written.values, kept)


def _names(file: KeptFile) -> list[str]:
    return [file.stored_as, *([file.as_came.stored_as] if file.as_came else [])]


def open_files(token: str, written: Written) -> list[Checked]:
    """Return the files of a draft as they were when they had been checked.

    Raises:
        Unreadable: a file is damaged.
        FileNotFoundError: the draft was deleted meanwhile.
    """
    return [
        Checked(
            name=kept.name,
            media_type=kept.media_type,
            size=kept.size,
            sha256=kept.sha256,
            was_cleaned=kept.was_cleaned,
            was_emptied=kept.was_emptied,
            scan=kept.scan,
            content=_content(token, kept),
            as_came=_came(token, kept.as_came) if kept.as_came else None,
        )
        for kept in written.files
    ]


def _came(token: str, kept: KeptAsCame) -> AsCame:
    return AsCame(kept.media_type, kept.size, kept.sha256, _content(token, kept))


def _content(token: str, kept: KeptFile | KeptAsCame) -> BytesIO:
    return BytesIO(vault.opened_with(_key(token), (_folder(token) / kept.stored_as).read_bytes()))


def discard(token: str) -> None:
    """Delete what was written with the form of this token. Safe to run twice."""
    db.session.execute(_GONE, {"digest": _digest(token)})
    after_commit(lambda: shutil.rmtree(_folder(token), ignore_errors=True))


def purge(now: datetime) -> int:
    """Delete drafts whose day is over, and files that a stopped process left; returns how many. Safe to run twice."""
    gone = db.session.scalars(delete(Draft).where(Draft.expires_at <= now).returning(Draft.key_digest)).all()
    left = [path for path in _drafts().glob("*") if path.stat().st_mtime < (now - KEPT_FOR).timestamp()]
    alive = set(db.session.scalars(select(Draft.key_digest).where(Draft.key_digest.in_([path.name for path in left]))))
    folders = {*(_drafts() / name for name in gone), *(path for path in left if path.name not in alive)}
    after_commit(lambda: _delete_folders(folders))
    return len(gone)


def _key(token: str) -> bytes:
    return hmac.digest(vault.key_for(vault.DRAFT), b"draft-key\0" + bytes.fromhex(token), hashlib.sha256)


def _digest(token: str) -> str:
    return vault.digest(bytes.fromhex(token), vault.DRAFT)


def _drafts() -> Path:
    return settings().VAR / "files" / "drafts"


def _folder(token: str) -> Path:
    return _drafts() / _digest(token)


def _store(token: str, checked: Checked) -> KeptFile:
    came = checked.as_came
    return KeptFile(
        stored_as=_write(token, checked.sha256, checked.content),
        name=checked.name,
        media_type=checked.media_type,
        size=checked.size,
        sha256=checked.sha256,
        was_cleaned=checked.was_cleaned,
        was_emptied=checked.was_emptied,
        scan=checked.scan,
        as_came=KeptAsCame(_write(token, came.sha256, came.content), came.media_type, came.size, came.sha256)
        if came
        else None,
    )


def _write(token: str, sha256: str, content: IO[bytes]) -> str:
    """Write the file sealed. Its name comes from its content and the key, so the same file is always the same name."""
    name = hmac.digest(_key(token), sha256.encode(), hashlib.sha256).hex()
    path = _folder(token) / name
    own = path.with_name(f"{name}.{secrets.token_hex(8)}")
    with room_or_refusal():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            content.seek(0)
            file.write(vault.seal_with(_key(token), content.read()))
        own.replace(path)
    return name


def _delete_folders(folders: set[Path]) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
