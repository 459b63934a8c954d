"""The slow way to a due date: walk every minute and look at the clock on the wall. Used to check the fast way."""

from datetime import UTC, datetime, timedelta
from itertools import count
from math import inf

MINUTE = timedelta(minutes=1)


def wall(instant, zone):
    return instant.astimezone(zone).replace(tzinfo=None)


def walk_hours(start, hours, pauses):
    """`pauses` are pairs of instants; one without an end has None."""
    at, left, stopped = start, hours * 60, Stops(start, pauses)
    for minute in count():
        if not left:
            return at
        if minute >= stopped.for_ever:
            return None
        if minute not in stopped.minutes:
            left -= 1
        at += MINUTE


def walk_days(start, days, zone, pauses):
    """The latest time the wall has shown moves on minute by minute; what it moves on outside a pause counts."""
    at, left, stopped = start, timedelta(days=days), Stops(start, pauses)
    shown = here = wall(start, zone)
    for minute in count():
        if left <= timedelta(0):
            break
        if minute >= stopped.for_ever:
            return None
        # where clocks are put back, the minute before moved on too; where they are put forward, it moved by more
        there = wall(at + MINUTE, zone)
        later = max(shown, here + MINUTE, there)
        if minute not in stopped.minutes:
            left -= later - shown
        at, here, shown = at + MINUTE, there, later
    if left:  # clocks were put forward over the time of day: read it with the offset of the minute before
        offset_before = wall(at - MINUTE, zone) - (at - MINUTE).replace(tzinfo=None)
        return (shown + left - offset_before).replace(tzinfo=UTC)
    while wall(at, zone) < shown:  # clocks are put back just before it: the wall shows it when the hour was repeated
        at += MINUTE
    return at


def walk_working(start, minutes, zone, is_open):
    """`is_open` answers for a naive local minute; while an hour repeats itself the wall stands still."""
    at, left = start - timedelta(days=2), minutes
    shown = wall(at, zone)
    while left:
        shown = max(shown, wall(at, zone))
        if at >= start and is_open(shown):
            left -= 1
        at += MINUTE
    return at if minutes else start


class Stops:
    """Which minutes from the start on stand still, and from which one on all do."""

    def __init__(self, start, pauses):
        self.minutes, self.for_ever = set(), inf
        for first, last in pauses:
            begin = (first - start) // MINUTE
            if last is None:
                self.for_ever = min(self.for_ever, max(begin, 0))
            else:
                self.minutes.update(range(begin, (last - start) // MINUTE))


def random_instant(random, around):
    """A whole minute, at most two days before an instant or half a day after it."""
    return around + timedelta(minutes=random.randrange(-2 * 1440, 720))


# Instants near which clocks change or a leap day lies, by zone; and zones without any change.
TURNS = {
    "Europe/Belgrade": [datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)],
    "America/Paramaribo": [datetime(2028, 2, 29, 3, tzinfo=UTC)],
    "Africa/Lubumbashi": [datetime(2027, 3, 1, tzinfo=UTC)],
    "Pacific/Port_Moresby": [datetime(2028, 2, 28, 14, tzinfo=UTC)],
    "America/Bogota": [datetime(1992, 5, 3, 5, tzinfo=UTC), datetime(1993, 4, 4, 4, tzinfo=UTC)],
    "Asia/Shanghai": [datetime(2026, 12, 31, 16, tzinfo=UTC), datetime(1991, 4, 13, 18, tzinfo=UTC)],
    "Asia/Tehran": [datetime(2021, 3, 21, 20, 30, tzinfo=UTC), datetime(2021, 9, 21, 19, 30, tzinfo=UTC)],
    "Asia/Kathmandu": [datetime(2028, 2, 28, 18, 15, tzinfo=UTC)],
    "Australia/Lord_Howe": [datetime(2026, 4, 4, 15, tzinfo=UTC), datetime(2026, 10, 3, 15, 30, tzinfo=UTC)],
    "America/Santiago": [datetime(2026, 4, 5, 3, tzinfo=UTC), datetime(2026, 9, 6, 4, tzinfo=UTC)],
    "Pacific/Apia": [datetime(2011, 12, 30, 10, tzinfo=UTC)],
}
