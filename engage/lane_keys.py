"""What is said in the restricted lane is sealed under keys of one report, which a key ring of the lane's own wraps.

Each report has a key for words and one for the road to her. Where the key goes, what it sealed is gone: in the
database at once, in backups once the version of the ring that wrapped it is destroyed.
"""

import json
import uuid
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, func, select

from engage import clock, key_ring, vault
from engage.data_keys import open_under, seal_under
from engage.extensions import db
from engage.key_ring import NoRing, Ring, Version
from engage.models import LaneContact, LaneKey
from engage.vault import Unreadable

WORDS, ROAD = "words", "road"
_BITS = 256


def new_key(report_id: uuid.UUID, part: str = WORDS) -> tuple[LaneKey, bytes]:
    """Return a fresh key of a report, wrapped, for the caller to insert, and the key itself to seal with.

    Raises:
        NoRing: the file of keys is not there.
    """
    key = AESGCM.generate_key(_BITS)
    held = LaneKey(report_id=report_id, part=part, made_at=clock.utcnow())
    wrap(held, key, _newest())
    return held, key


def key_of(report_id: uuid.UUID, part: str = WORDS) -> bytes:
    """Return a key of the report.

    Raises:
        Unreadable: it was erased, or no version of the ring that is here opens it.
        NoRing: the file of keys is not there.
    """
    held = db.session.get(LaneKey, (report_id, part))
    if held is None:
        raise Unreadable("no key of the report")
    return unwrapped(held)


def sealed(key: bytes, values: Mapping[str, Any], row_id: uuid.UUID, table: str) -> bytes:
    """Return named values sealed for one row: moved to another it does not open. The caller adds their salt."""
    return seal_under(key, json.dumps(values).encode(), _place(row_id, table))


def opened(key: bytes, content: bytes, row_id: uuid.UUID, table: str) -> dict[str, Any]:
    """Return what was sealed for the row.

    Raises:
        Unreadable: another key, another row, or damage.
    """
    found: dict[str, Any] = json.loads(open_under(key, content, _place(row_id, table)))
    return found


def seal_road(report_id: uuid.UUID, to_worker: bytes | None) -> None:
    """Keep the road to her, sealed to the worker's key already, under a fresh key; None erases it with its key."""
    db.session.execute(delete(LaneKey).where(LaneKey.report_id == report_id, LaneKey.part == ROAD))
    db.session.execute(delete(LaneContact).where(LaneContact.report_id == report_id))
    if to_worker is not None:
        held, key = new_key(report_id, ROAD)
        place = _place(report_id, LaneContact.__tablename__)
        db.session.add_all([held, LaneContact(report_id=report_id, sealed=seal_under(key, to_worker, place))])
        db.session.flush()


def address_of(report_id: uuid.UUID) -> str | None:
    """Return her address, None where she left none. Only code that delivers notices calls this.

    Raises:
        Unreadable: the worker's key or the ring is another one.
        NoRing: the file of keys is not there.
        FileNotFoundError: the worker's private key is not on this machine.
    """
    row = db.session.get(LaneContact, report_id)
    if row is None:
        return None
    key = key_of(report_id, ROAD)
    return vault.opened_by_worker(open_under(key, row.sealed, _place(report_id, LaneContact.__tablename__)))["email"]


def forget(report_id: uuid.UUID) -> None:
    """Destroy every key of the report: nothing that was said or left opens any more."""
    db.session.execute(delete(LaneKey).where(LaneKey.report_id == report_id))


def unwrapped(held: LaneKey) -> bytes:
    """Return the key of a row.

    Raises:
        Unreadable: the version that wrapped it is not in the ring, or the row is damaged.
        NoRing: the file of keys is not there.
    """
    version = next((one for one in key_ring.versions(Ring.LANE) if one.number == held.key_version), None)
    if version is None:
        raise Unreadable("version of the lane's key ring")
    return open_under(version.key, held.wrapped, _wrapping(held, version))


def wrap(held: LaneKey, key: bytes, version: Version) -> None:
    """Wrap a key with a version of the ring; what it seals stays as it is."""
    held.key_version = version.number
    held.wrapped = seal_under(version.key, key, _wrapping(held, version))


def make_ring() -> None:
    """Make the lane's ring where there is none and nothing needs one that was lost. Safe to run twice."""
    if not key_ring.is_there(Ring.LANE) and newest_used() is None:
        key_ring.make(ring=Ring.LANE)


def newest_used() -> int | None:
    """Return the newest version of the ring that wraps a key, None where none does."""
    return db.session.scalar(select(func.max(LaneKey.key_version)))


def _newest() -> Version:
    try:
        return key_ring.versions(Ring.LANE)[-1]
    except NoRing:
        make_ring()
        return key_ring.versions(Ring.LANE)[-1]


def _place(row_id: uuid.UUID, table: str) -> bytes:
    return b"engage/lane/v1\0" + table.encode() + b"\0" + row_id.bytes


def _wrapping(held: LaneKey, version: Version) -> bytes:
    return _place(held.report_id, f"lane_key/{held.part}/{version.number}")
