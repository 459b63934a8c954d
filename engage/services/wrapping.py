"""Keys that a ring wraps, of cases, of files and of the lane: brought to its newest version a few at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from engage.extensions import db
from engage.key_ring import Version
from engage.models import Base
from engage.unit_of_work import unit_of_work
from engage.vault import Unreadable

BATCH = 50  # Ours: keys wrapped anew in one unit of work; some milliseconds, even where there is one writer.


@dataclass(slots=True)
class Count:
    """What was brought over, and what could not be: its key is not here, or nothing lies in the store for it."""

    done: int = 0
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class Keys:
    """Rows that hold a wrapped key: columns that name one of them, in order, and how its key is opened and wrapped.

    Each kind has a column `key_version`.
    """

    place: Sequence[InstrumentedAttribute[Any]]
    unwrapped: Callable[[Any], bytes]
    wrap: Callable[[Any, bytes, Version], None]


def wrap_anew(kind: type[Base], keys: Keys, newest: Version, count: Count, *, is_dry: bool) -> None:
    """Wrap every key of a kind with the newest version, and count them. Each batch goes on where the one before ended.

    Opens a unit of work per batch. What opens with no key that is here stays as it is; with `is_dry` everything does.
    """
    after: tuple[Any, ...] | None = ()
    while after is not None:
        after = _batch(kind, keys, newest, count, after, is_dry)


def _batch(
    kind: Any, keys: Keys, newest: Version, count: Count, after: tuple[Any, ...], is_dry: bool
) -> tuple[Any, ...] | None:
    """Wrap some keys and return where the last of them stands, None where there were none."""
    ahead = [tuple_(*keys.place) > after] if after else []
    with unit_of_work():
        rows = db.session.scalars(
            select(kind)
            .where(kind.key_version != newest.number, *ahead)
            .order_by(*keys.place)
            .limit(BATCH)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).all()
        for row in rows:
            try:
                key = keys.unwrapped(row)
            except Unreadable:
                count.unreadable += 1
                continue
            count.done += 1
            if not is_dry:
                keys.wrap(row, key, newest)
        return tuple(getattr(rows[-1], column.key) for column in keys.place) if rows else None
