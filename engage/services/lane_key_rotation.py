"""Keys of the restricted lane that grow old: as engage.services.key_rotation for cases, with a ring of their own."""

import uuid

from sqlalchemy import func, select, tuple_

from engage import key_ring, lane_keys
from engage.extensions import db
from engage.key_ring import Ring, Version
from engage.models import LaneKey
from engage.services.key_rotation import BATCH, Kept, Rewrapped, kept, require_unused
from engage.unit_of_work import unit_of_work
from engage.vault import Unreadable


def held() -> list[Kept]:
    """Return every version that the lane's ring holds or a report needs, the oldest first.

    Raises:
        NoRing: the file of keys is damaged, or missing though a report needs it.
    """
    return kept(Ring.LANE, _used())


def rotate() -> int:
    """Add a version that wraps from now on, and return its number. A ring that was lost begins above all its versions.

    Raises:
        NoRing: the file of keys is damaged.
    """
    if key_ring.is_there(Ring.LANE):
        return key_ring.add(Ring.LANE)
    number = (lane_keys.newest_used() or 0) + 1
    key_ring.make(number, Ring.LANE)
    return number


def destroy(number: int, *, is_dry: bool = False) -> None:
    """Take a version out of the lane's ring. Whatever is wrapped with it, in every backup, opens no more.

    Raises:
        StillNeeded: it wraps new keys, or did a moment ago, or a report needs it.
        NoRing: the file of keys is missing or damaged.
    """
    require_unused(number, Ring.LANE, _used(), "keys")
    if not is_dry:
        key_ring.remove(number, Ring.LANE)


def rewrap(*, is_dry: bool = False) -> Rewrapped:
    """Wrap every key of a report with the newest version, a few at a time; safe to run twice, and while others work.

    Raises:
        NoRing: the file of keys is missing though a report needs it, or damaged.
    """
    if lane_keys.newest_used() is None:  # then there need be no ring yet
        return Rewrapped()
    newest, done, unreadable = key_ring.versions(Ring.LANE)[-1], 0, 0
    after: tuple[uuid.UUID, str] | None = (uuid.UUID(int=0), "")
    while after is not None:
        wrapped, lost, after = _wrap_batch(after, newest, is_dry)
        done, unreadable = done + wrapped, unreadable + lost
    return Rewrapped(wrapped=done, unreadable=unreadable)


def _used() -> dict[int, int]:
    rows = db.session.execute(select(LaneKey.key_version, func.count()).group_by(LaneKey.key_version)).all()
    return {number: count for number, count in rows}


def _wrap_batch(
    after: tuple[uuid.UUID, str], newest: Version, is_dry: bool
) -> tuple[int, int, tuple[uuid.UUID, str] | None]:
    """Wrap some keys in a unit of work; how many were, how many do not open, and the last of them, None at the end."""
    done = lost = 0
    with unit_of_work():
        rows = db.session.scalars(
            select(LaneKey)
            .where(LaneKey.key_version != newest.number, tuple_(LaneKey.report_id, LaneKey.part) > after)
            .order_by(LaneKey.report_id, LaneKey.part)
            .limit(BATCH)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).all()
        for row in rows:
            try:
                key = lane_keys.unwrapped(row)
            except Unreadable:
                lost += 1
                continue
            done += 1
            if not is_dry:
                lane_keys.wrap(row, key, newest)
        last = (rows[-1].report_id, rows[-1].part) if rows else None
    return done, lost, last
