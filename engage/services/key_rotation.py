"""Keys of the vault that grow old: a new version, everything brought over to it, the old one destroyed."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlalchemy import ColumnExpressionArgument, false, func, select

from engage import clock, data_keys, key_ring, vault
from engage.data_keys import Row
from engage.extensions import db
from engage.key_ring import Ring
from engage.models import DataKey, SealedContact, SealedIdentity
from engage.services import cases, file_rotation, wrapping
from engage.services.inbound import raw_copy
from engage.services.wrapping import Count, Keys
from engage.unit_of_work import unit_of_work
from engage.vault import Unreadable

# Ours: far longer than any unit of work lasts, so that nothing that began with the version before is still to be
# written, and time enough to bring the file to every machine that has its own.
QUIET = timedelta(hours=1)


class StillNeeded(ValueError):
    """The version cannot be destroyed; the text says why, and what to do first."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One version of the ring, and what it still serves; `made_at` is None where the ring lacks it."""

    number: int
    made_at: datetime | None
    cases: int
    is_newest: bool
    files: int = 0


@dataclass(frozen=True, slots=True)
class Rewrapped:
    """What was brought over, or would be; `unreadable` is what opens with no key that is here."""

    wrapped: int = 0
    files: int = 0
    sealed_anew: int = 0
    relays: int | None = None  # None where the worker's private key is on another machine
    mails: int = 0  # as they came, sealed to the worker like relay addresses
    unreadable: int = 0


def held() -> list[Kept]:
    """Return every version that the ring holds or a case needs, the oldest first.

    Raises:
        NoRing: the file of keys is damaged, or missing though a case or a file needs it.
    """
    return kept(Ring.CASES, _used(), file_rotation.used())


def kept(ring: Ring, used: Mapping[int, int], files: Mapping[int, int] = MappingProxyType({})) -> list[Kept]:
    """Return every version that a ring holds or that is used, the oldest first; `used` counts what each still serves.

    Raises:
        NoRing: the file of keys is damaged, or missing though it is needed.
    """
    is_needed = used or files or key_ring.is_there(ring)
    found = {one.number: one for one in (key_ring.versions(ring) if is_needed else [])}
    newest = max(found, default=None)
    return [
        Kept(
            number,
            found[number].made_at if number in found else None,
            used.get(number, 0),
            is_newest=number == newest,
            files=files.get(number, 0),
        )
        for number in sorted({*found, *used, *files})
    ]


def count_before() -> int:
    """Return how many rows are still sealed as before there were keys of cases."""
    return sum(
        db.session.scalar(select(func.count()).select_from(kind).where(~kind.under_data_key)) or 0
        for kind in (SealedIdentity, SealedContact)
    )


def rotate() -> int:
    """Add a version that wraps from now on, and return its number. A ring that was lost begins above all its versions.

    Raises:
        NoRing: the file of keys is damaged.
    """
    if key_ring.is_there():
        return key_ring.add()
    number = (data_keys.newest_used() or 0) + 1
    key_ring.make(number)
    return number


def destroy(number: int, *, is_dry: bool = False) -> None:
    """Take a version out of the ring. Whatever is wrapped with it, in every backup, opens no more.

    Raises:
        StillNeeded: it wraps new keys, or did a moment ago, or a case or a file needs it.
        NoRing: the file of keys is missing or damaged.
    """
    require_unused(number, Ring.CASES, _used(), "cases")
    require_unused(number, Ring.CASES, file_rotation.used(), "files")
    if not is_dry:
        key_ring.remove(number)


def require_unused(number: int, ring: Ring, used: Mapping[int, int], what: str) -> None:
    """Let a version be destroyed only if it serves nothing; `what` is what it could still serve, in words.

    Raises:
        StillNeeded: it wraps new keys, or did a moment ago, or something needs it.
        NoRing: the file of keys is missing or damaged.
    """
    versions, more = key_ring.versions(ring), "" if ring is Ring.CASES else " --lane"
    if number not in [one.number for one in versions]:
        raise StillNeeded(f"There is no version {number} in the ring.")
    after = next((one for one in versions if one.number > number), None)
    if after is None:
        raise StillNeeded(
            f"Version {number} is the newest: it wraps what comes. Run first: flask engage keys rotate{more}"
        )
    if clock.utcnow() - after.made_at < QUIET:
        minutes = int(QUIET.total_seconds() // 60)
        raise StillNeeded(f"Version {number} was in use until a moment ago. Try again {minutes} minutes after rotate.")
    if count := used.get(number):
        raise StillNeeded(f"{count} {what} still need version {number}. Run first: flask engage keys rewrap{more}")


def rewrap(*, is_dry: bool = False) -> Rewrapped:
    """Bring every case to the newest keys, a few at a time; safe to run twice, to stop, and while the service runs.

    What was sealed before there were keys of cases is sealed under them; keys of cases and of files are wrapped with
    the newest version; relay addresses are sealed to the worker's newest key, where its private ones are. With `is_dry`
    nothing is written, and what would be done is counted.

    Raises:
        NoRing: the file of keys is missing though a case needs it, or damaged.
    """
    if not is_dry:
        data_keys.make_ring()
    anew = _each(_ids(~SealedIdentity.under_data_key, ~SealedContact.under_data_key), _seal_anew, is_dry)
    wrapped, files = _wrap_anew(is_dry), _wrap_files_anew(is_dry)
    relays, mails = None, Count()
    if vault.has_worker_key() and vault.worker_keys_fit():
        relays = _each(_ids(false(), SealedContact.to_worker), _seal_relay, is_dry)
        mails = raw_copy.seal_all_anew(is_dry=is_dry)
    return Rewrapped(
        wrapped=wrapped.done,
        files=files.done,
        sealed_anew=anew.done,
        relays=relays.done if relays else None,
        mails=mails.done,
        unreadable=sum(one.unreadable for one in (anew, wrapped, files, relays, mails) if one),
    )


def _used() -> dict[int, int]:
    rows = db.session.execute(select(DataKey.key_version, func.count()).group_by(DataKey.key_version)).all()
    return {number: count for number, count in rows}


def _ids(identities: ColumnExpressionArgument[bool], contacts: ColumnExpressionArgument[bool]) -> list[uuid.UUID]:
    who = db.session.scalars(select(SealedIdentity.case_id).where(identities)).all()
    reach = db.session.scalars(select(SealedContact.case_id).where(contacts)).all()
    return sorted({*who, *reach})


def _each(ids: Sequence[uuid.UUID], change: Callable[[uuid.UUID, bool], bool], is_dry: bool) -> Count:
    """Change each case in a unit of work of its own; what opens with no key that is here stays as it is."""
    count = Count()
    for case_id in ids:
        try:
            with unit_of_work():
                cases.lock_own(case_id)
                count.done += change(case_id, is_dry)
        except Unreadable:
            count.unreadable += 1
    return count


def _contents(case_id: uuid.UUID) -> dict[Row, bytes]:
    """What the case holds of its person, opened as far as this side can, whoever changed it a moment ago."""
    found = (db.session.get(SealedIdentity, case_id), db.session.get(SealedContact, case_id))
    return {row: data_keys.content(row) for row in found if row is not None}


def _seal_anew(case_id: uuid.UUID, is_dry: bool) -> bool:
    contents = _contents(case_id)
    if all(row.under_data_key for row in contents):  # the person changed it meanwhile
        return False
    if not is_dry:
        data_keys.seal(case_id, contents)
    return True


def _seal_relay(case_id: uuid.UUID, is_dry: bool) -> bool:
    contents = _contents(case_id)
    relay = next((row for row in contents if isinstance(row, SealedContact) and row.to_worker), None)
    if relay is None or not vault.is_sealed_to_older(contents[relay]):
        return False
    if not is_dry:
        held = vault.opened_by_worker(contents[relay])
        if not relay.has_email:  # its person wants no more mails: here it can be parted from their phone
            held.pop("email", None)
        contents[relay] = vault.seal_to_worker(held)
        data_keys.seal(case_id, contents)
    return True


def _wrap_anew(is_dry: bool) -> Count:
    """Wrap every key of a case with the newest version."""
    count = Count()
    if _used():  # else there need be no ring yet
        keys = Keys((DataKey.case_id,), data_keys.unwrapped, data_keys.wrap)
        wrapping.wrap_anew(DataKey, keys, key_ring.versions()[-1], count, is_dry=is_dry)
    return count


def _wrap_files_anew(is_dry: bool) -> Count:
    if not file_rotation.used():  # then there need be no ring yet
        return Count()
    return file_rotation.wrap_anew(key_ring.versions()[-1], is_dry=is_dry)
