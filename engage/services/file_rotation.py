"""Keys of files that grow old, and files that still lie plain: brought over a few at a time."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from engage import file_keys
from engage.extensions import db
from engage.key_ring import Version
from engage.services import file_store
from engage.services.file_store import KINDS, Row
from engage.unit_of_work import unit_of_work
from engage.vault import Unreadable


@dataclass(slots=True)
class Count:
    """What was brought over, and what could not be: its key is not here, or nothing lies in the store for it."""

    done: int = 0
    unreadable: int = 0


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


def wrap_anew(newest: Version, batch: int, *, is_dry: bool = False) -> Count:
    """Wrap every key of a file with the newest version. Each batch goes on where the one before ended."""
    count = Count()
    for kind in KINDS:
        after = uuid.UUID(int=0)
        while seen := _wrap_batch(kind, after, newest, batch, count, is_dry):
            after = seen[-1]
    return count


def _wrap_batch(
    kind: type[Row], after: uuid.UUID, newest: Version, batch: int, count: Count, is_dry: bool
) -> Sequence[uuid.UUID]:
    with unit_of_work():
        wanted: Any = (
            select(kind)
            .where(kind.key_version != newest.number, kind.id > after)
            .order_by(kind.id)
            .limit(batch)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        rows: Sequence[Row] = db.session.scalars(wanted).all()
        for row in rows:
            try:
                key = file_keys.unwrapped(row)
            except Unreadable:
                count.unreadable += 1
                continue
            count.done += 1
            if not is_dry:
                file_keys.wrap(row, key, newest)
        return [row.id for row in rows]
