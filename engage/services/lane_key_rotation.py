"""Keys of the restricted lane that grow old: as engage.services.key_rotation for cases, with a ring of their own."""

from sqlalchemy import func, select

from engage import key_ring, lane_keys
from engage.extensions import db
from engage.key_ring import Ring
from engage.models import LaneKey
from engage.services import wrapping
from engage.services.key_rotation import Kept, Rewrapped, kept, require_unused
from engage.services.wrapping import Count, Keys


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
    count, keys = Count(), Keys((LaneKey.report_id, LaneKey.part), lane_keys.unwrapped, lane_keys.wrap)
    wrapping.wrap_anew(LaneKey, keys, key_ring.versions(Ring.LANE)[-1], count, is_dry=is_dry)
    return Rewrapped(wrapped=count.done, unreadable=count.unreadable)


def _used() -> dict[int, int]:
    rows = db.session.execute(select(LaneKey.key_version, func.count()).group_by(LaneKey.key_version)).all()
    return {number: count for number, count in rows}
