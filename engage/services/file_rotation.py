"""Keys of files that grow old, and files that still lie plain: brought over a few at a time."""

import uuid
from typing import Any

from sqlalchemy import func, select

from engage import file_keys
from engage.extensions import db
from engage.key_ring import Version
from engage.services import file_store, wrapping
from engage.services.file_store import KINDS, Row
from engage.services.wrapping import Count, Keys
from engage.unit_of_work import unit_of_work


def used() -> dict[int, int]:
    """Return how many files each version of the ring serves."""
    found: dict[int, int] = {}
    for kind in KINDS:
        for number, count in db.session.execute(select(kind.key_version, func.count()).group_by(kind.key_version)):
            if number is not None:
                found[number] = found.get(number, 0) + count
    return found


def count_plain() -> int:
    """Return how many files lie plain, as before there were keys of files."""
    return sum(
        db.session.scalar(select(func.count()).select_from(kind).where(kind.key_version.is_(None))) or 0
        for kind in KINDS
    )


def seal_plain(*, is_dry: bool = False) -> Count:
    """Seal every file that lies plain, each in a unit of work of its own.

    Safe to run twice, to stop, and while the service runs: whoever is being handed the plain file gets all of it.

    Raises:
        FileRefused: there is no room for a file beside its plain one, or the file of keys is missing though something
            needs it, or damaged; what was sealed before stays so.
    """
    count = Count()
    for kind in KINDS:
        for row_id in db.session.scalars(select(kind.id).where(kind.key_version.is_(None))).all():
            try:
                with unit_of_work():
                    count.done += _seal(kind, row_id, is_dry)
            except FileNotFoundError:
                count.unreadable += 1
    return count


def _seal(kind: type[Row], row_id: uuid.UUID, is_dry: bool) -> bool:
    wanted: Any = select(kind).where(kind.id == row_id).with_for_update().execution_options(populate_existing=True)
    row: Row | None = db.session.scalars(wanted).one_or_none()
    if row is None or row.key_version is not None:  # erased or sealed meanwhile
        return False
    if not is_dry:
        file_store.seal(row)
    return True


def wrap_anew(newest: Version, *, is_dry: bool = False) -> Count:
    """Wrap every key of a file with the newest version."""
    count = Count()
    for kind in KINDS:
        keys = Keys((kind.id,), file_keys.unwrapped, file_keys.wrap)
        wrapping.wrap_anew(kind, keys, newest, count, is_dry=is_dry)
    return count
