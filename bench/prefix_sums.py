"""The table way to a due date: what each minute of a stretch of time counts, summed once, and a search in the sums.

Slower to prepare than walking one case, and a thousand times faster per case, so that 100,000 can be asked. It shares
no line with engage.domain: `python -m bench.deadlines` checks it against the walk of tests/domain/minute_by_minute.py.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Stop = tuple[int, int | None]  # minutes of the stretch; None has no end


@dataclass(frozen=True)
class Stretch:
    """Every minute of some months in one zone.

    `wall` is what the clock on the wall shows, `read` the latest it has shown so far; both in minutes since 1970.
    """

    zone: ZoneInfo
    begins: datetime
    wall: Sequence[int]
    read: Sequence[int]

    def minute(self, instant: datetime) -> int:
        """Return the number of an instant of whole minutes."""
        return (instant - self.begins) // MINUTE

    def instant(self, minute: int) -> datetime:
        """Return the instant of a minute."""
        return self.begins + minute * MINUTE


def stretch(zone: ZoneInfo, begins: datetime, minutes: int) -> Stretch:
    """Return every minute from an instant on."""
    wall = []
    for number in range(minutes):
        at = begins + number * MINUTE
        wall.append((at.astimezone(zone).replace(tzinfo=UTC) - EPOCH) // MINUTE)
    read = [wall[0]]
    for before, now in zip(wall, wall[1:], strict=False):
        read.append(max(read[-1], before + 1, now))
    return Stretch(zone, begins, wall, read)


def hours_due(start: int, hours: int, stops: Sequence[Stop], last: int) -> int | None:
    """Return the minute at which so many hours have passed outside the stops; `last` is the end of the stretch."""
    return _first(lambda minute: minute, start, hours * 60, stops, last)


def wall_due(months: Stretch, start: int, length: int, stops: Sequence[Stop]) -> datetime | None:
    """Return when the wall has moved on by so many minutes outside the stops."""
    read = _reader(months, start)
    due = _first(read, start, length, stops, len(months.wall) - 1)
    if due is None:
        return None
    over = _counted(read, start, due, stops) - length
    if over:  # the wall jumped over the time of day: read it with the clock of the minute before
        offset = months.wall[due - 1] - _since_epoch(months, due - 1)
        return EPOCH + (read(due) - over - offset) * MINUTE
    shown = read(due)
    while months.wall[due] < shown:
        due += 1
    return months.instant(due)


def told_due(months: Stretch, start: int, told: int, stops: Sequence[Stop]) -> datetime | None:
    """Return a date that was told, moved by the stops that begin before it."""
    read = _reader(months, start)
    length = read(told) - read(start)
    before = [stop for stop in _in_turn(stops, start) if _counted(read, start, stop[0], stops) < length]
    return wall_due(months, start, length, stops) if before else months.instant(told)


def working_sums(months: Stretch, is_open: Callable[[int], bool]) -> list[int]:
    """Return how many open minutes lie before each minute; `is_open` answers for a minute of the wall since 1970.

    While an hour is repeated, the last minute before it goes on: who is open then stays open.
    """
    latest = list(accumulate(months.wall, max))
    known = {shown: is_open(shown) for shown in set(latest)}
    return list(accumulate((known[shown] for shown in latest), initial=0))


def working_due(sums: Sequence[int], start: int, minutes: int) -> int:
    """Return the first minute at which so many open ones have passed."""
    return start if not minutes else bisect_left(sums, sums[start] + minutes)


def _since_epoch(months: Stretch, minute: int) -> int:
    return (months.instant(minute) - EPOCH) // MINUTE


def _reader(months: Stretch, start: int) -> Callable[[int], int]:
    """Who begins to look while an hour is repeated sees the wall move on; who looked before sees it stand."""
    until = start
    while months.wall[until] < months.read[until]:
        until += 1
    return lambda minute: months.wall[minute] if start <= minute < until else months.read[minute]


def _in_turn(stops: Sequence[Stop], start: int) -> list[Stop]:
    turns: list[Stop] = []
    since = start
    for begin, end in sorted(stops, key=lambda stop: stop[0]):
        begin = max(begin, since)
        if end is None:
            return [*turns, (begin, None)]
        if end > begin:
            turns.append((begin, end))
            since = end
    return turns


def _counted(read: Callable[[int], int], start: int, minute: int, stops: Sequence[Stop]) -> int:
    stood = 0
    for begin, end in _in_turn(stops, start):
        if begin < minute:
            stood += read(minute if end is None else min(end, minute)) - read(begin)
    return read(minute) - read(start) - stood


def _first(read: Callable[[int], int], start: int, length: int, stops: Sequence[Stop], last: int) -> int | None:
    """Return the first minute at which the length has counted, or None where a stop without an end comes before."""
    low, high = start, last
    while low < high:
        middle = (low + high) // 2
        if _counted(read, start, middle, stops) < length:
            low = middle + 1
        else:
            high = middle
    return low if _counted(read, start, low, stops) >= length else None
