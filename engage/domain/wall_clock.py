"""Instants, and the clock on the wall of a place.

Clocks are put forward and back; the promise "30 days" is read on the wall, so these functions say what the wall shows.
"""

from datetime import UTC, datetime, time, timedelta, tzinfo


def utc(instant: datetime) -> datetime:
    """Return the instant in UTC.

    Arithmetic and comparison between two datetimes of one zone ignore their offsets, so all is taken to UTC first.

    Raises:
        ValueError: the instant carries no zone.
    """
    if instant.tzinfo is None:
        raise ValueError(f"{instant.isoformat()} carries no zone; pass an aware datetime")
    return instant.astimezone(UTC)


def instant_of(wall: datetime, zone: tzinfo) -> datetime:
    """Return the UTC instant of a naive local time.

    A time that happens twice is the first of the two; one that never happens is moved forward by the length of the gap.
    Source: RFC 5545, 3.3.5, form #3.
    """
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def first_showing(wall: datetime, zone: tzinfo) -> datetime:
    """Return the first UTC instant at which the wall shows the naive local time or has passed it.

    It differs from `instant_of` only for a time that never happens: this is the instant clocks are put forward.
    """
    instant = instant_of(wall, zone)
    if instant.astimezone(zone).replace(tzinfo=None) == wall:
        return instant
    return _change_between(wall.replace(tzinfo=zone, fold=1).astimezone(UTC), instant, zone)


def last_of_day(instant: datetime, days: int, zone: tzinfo) -> datetime:
    """Return the last UTC instant of the day so many calendar days after the one that the instant lies in there."""
    day = utc(instant).astimezone(zone).date() + timedelta(days=days)
    return first_showing(datetime.combine(day + timedelta(days=1), time()), zone) - timedelta.resolution


def wall_time(instant: datetime, zone: tzinfo, *, since: datetime) -> datetime:
    """Return the naive local time the wall has reached by the instant, for someone who began to look at `since`.

    It never runs backwards: while an hour is repeated it stands still, unless the looking began within the repetition.
    """
    shown = utc(instant).astimezone(zone)
    if not shown.fold:
        return shown.replace(tzinfo=None)
    first_pass = instant_of(shown.replace(tzinfo=None), zone)
    turned_back_at = _change_between(first_pass, utc(instant), zone)
    if utc(since) >= turned_back_at:
        return shown.replace(tzinfo=None, fold=0)
    return (turned_back_at + _offset(first_pass, zone)).replace(tzinfo=None)


def _change_between(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    old_offset = _offset(before, zone)
    while after - before > timedelta.resolution:
        middle = before + (after - before) // 2
        if _offset(middle, zone) == old_offset:
            before = middle
        else:
            after = middle
    return after


def _offset(instant: datetime, zone: tzinfo) -> timedelta:
    local = instant.astimezone(zone)
    return local.replace(tzinfo=None) - instant.replace(tzinfo=None)
