"""What a case holds of its person is sealed under a key of that case alone, which the key ring wraps.

The key is made anew whenever something of the person changes: what an older copy of the database holds then opens with
no key of today's, and with none at all once the version of the ring that wrapped it is destroyed.
"""

import json
import os
import uuid
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import func, select

from engage import clock, key_ring, vault
from engage.extensions import db
from engage.key_ring import NoRing, Version
from engage.models import DataKey, SealedContact, SealedIdentity
from engage.vault import Unreadable

Row = SealedIdentity | SealedContact

_NONCE = 12  # bytes. Source: NIST SP 800-38D, 8.2: 96 bits
_BITS = 256
# What is done where there is nothing to open, so that it costs the same.
_NOBODY, _NOTHING = uuid.UUID(int=0), json.dumps({}).encode()


def opened(row: Row) -> dict[str, str]:
    """Return what is sealed of the person, unless it is sealed to the worker.

    Raises:
        Unreadable: it was sealed with another key, belongs to another case, is damaged, or is the worker's to open.
        NoRing: the file of keys is not there.
    """
    if _is_relay(row):
        raise Unreadable("worker")
    found: dict[str, str] = json.loads(content(row))
    return found


def opened_by_worker(row: SealedContact) -> dict[str, str]:
    """Return what was sealed to the worker. Only code that delivers notices calls this.

    Raises:
        Unreadable: see `opened`; or the worker has another key.
        NoRing: the file of keys is not there.
    """
    return vault.opened_by_worker(content(row))


def content(row: Row) -> bytes:
    """Return what lies under the key of the case: named values, or for the worker what only its own key opens.

    Raises:
        Unreadable: see `opened`.
        NoRing: the file of keys is not there.
    """
    if not row.under_data_key:
        return row.sealed if _is_relay(row) else json.dumps(vault.opened(row.sealed)).encode()
    try:
        return _content(row, db.session.get(DataKey, row.case_id))
    except Unreadable:
        again = _read_together(row)  # the person may have changed it between the reading of the row and of its key
        if again is None or _is_relay(again[0]) is not _is_relay(row):
            raise
        return _content(*again)


def _content(row: Row, held: DataKey | None) -> bytes:
    if held is None:
        raise Unreadable("no data key")
    return opened_under(unwrapped(held), row.sealed, _place(row.case_id, row.__tablename__))


def _read_together(row: Row) -> tuple[Row, DataKey] | None:
    kind = type(row)
    found = db.session.execute(
        select(kind, DataKey)
        .join(DataKey, DataKey.case_id == kind.case_id)
        .where(kind.case_id == row.case_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    return (found[0], found[1]) if found is not None and isinstance(found[0], Row) else None


def _is_relay(row: Row) -> bool:
    return isinstance(row, SealedContact) and row.to_worker


def spend_as_much() -> dict[str, str]:
    """Open something that holds nothing, so that its caller takes as long as where there is something to open."""
    key, version = AESGCM.generate_key(_BITS), _newest()
    held = DataKey(case_id=_NOBODY)
    wrap(held, key, version)
    found: dict[str, str] = json.loads(opened_under(unwrapped(held), sealed_under(key, _NOTHING, b""), b""))
    return found


def seal(case_id: uuid.UUID, contents: Mapping[Row, bytes]) -> None:
    """Seal everything that the case holds of its person under a fresh key; the one before is gone.

    `contents` are all its rows: one that is left out opens no more. Without any, no key is left.

    Raises:
        NoRing: the file of keys is not there.
    """
    held = db.session.get(DataKey, case_id)
    if not contents:
        if held is not None:
            db.session.delete(held)
        return
    key, version = AESGCM.generate_key(_BITS), _newest()
    if held is None:
        held = DataKey(case_id=case_id)
        db.session.add(held)
    held.made_at = clock.utcnow()
    wrap(held, key, version)
    for row, plain in contents.items():
        row.sealed, row.under_data_key = sealed_under(key, plain, _place(case_id, row.__tablename__)), True


def unwrapped(held: DataKey) -> bytes:
    """Return the key of a case.

    Raises:
        Unreadable: the version that wrapped it is not in the ring, or the row is damaged.
        NoRing: the file of keys is not there.
    """
    version = next((one for one in key_ring.versions() if one.number == held.key_version), None)
    if version is None:
        raise Unreadable("version of the key ring")
    return opened_under(version.key, held.wrapped, _wrapping(held.case_id, version))


def wrap(held: DataKey, key: bytes, version: Version) -> None:
    """Wrap the key of a case with a version of the ring; what it seals stays as it is."""
    held.key_version = version.number
    held.wrapped = sealed_under(version.key, key, _wrapping(held.case_id, version))


def make_ring() -> None:
    """Make the key ring where there is none and nothing needs one that was lost. Safe to run twice."""
    if not key_ring.is_there() and newest_used() is None:
        key_ring.make()


def newest_used() -> int | None:
    """Return the newest version of the ring that wraps the key of a case, None where none does."""
    return db.session.scalar(select(func.max(DataKey.key_version)))


def _newest() -> Version:
    try:
        return key_ring.versions()[-1]
    except NoRing:
        make_ring()
        return key_ring.versions()[-1]


def _place(case_id: uuid.UUID, table: str) -> bytes:
    """Where a sealed text belongs: moved to another case or another table it does not open."""
    return b"engage/v1\0" + table.encode() + b"\0" + case_id.bytes


def _wrapping(case_id: uuid.UUID, version: Version) -> bytes:
    return _place(case_id, f"data_key/{version.number}")


def sealed_under(key: bytes, plain: bytes, place: bytes) -> bytes:
    """Return the text sealed with AES-GCM; it opens with the key at its place alone."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, place)


def opened_under(key: bytes, sealed: bytes, place: bytes) -> bytes:
    """Return what `sealed_under` sealed.

    Raises:
        Unreadable: another key, another place, or damage.
    """
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], place)
    except (InvalidTag, ValueError) as error:
        raise Unreadable("data key") from error
