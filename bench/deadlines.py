"""`python -m bench.deadlines [CASES] [SEED]`: due dates beside two oracles, over changes of clocks and leap days.

Every case is asked of engage.domain and of the table of bench/prefix_sums.py, which is itself asked beside the walk
minute by minute on some of them. Prints the seed; exits 1 if any two disagree or an explanation does not sum.
"""

import random
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

from bench import prefix_sums
from bench.prefix_sums import EPOCH, MINUTE, Stretch
from engage.domain.calendars import MIDNIGHT, Period, Slot, WorkingCalendar, explain_working
from engage.domain.deadlines import ByDate, Days, Hours, Step, explain
from engage.domain.pauses import Pause
from tests.domain.minute_by_minute import TURNS, walk_days, walk_hours, walk_working

CASES = int(sys.argv[1]) if len(sys.argv) > 1 else 120_000
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(2**32)
BEFORE, AFTER = timedelta(days=20), timedelta(days=240)  # of a stretch, around a change of clocks
SHORT, LONG, LONGEST = 5, 60, 20  # days of most spans, of some, and of the longest that is also walked
WALKED = 0.02  # the part of the cases that is walked minute by minute, too
PER_CALENDAR, WITH_CALENDAR = 200, 0.003  # cases asked of a working calendar, since its table is slow to sum
DAY = 1440


class Disagreement(AssertionError):
    """Two ways to a date differ."""


def agree(told: str, *dates: object) -> None:
    """Stop where not all dates are the same."""
    if len(set(dates)) > 1:
        raise Disagreement(f"seed {SEED}, {told}: {', '.join(str(date) for date in dates)}")


def sums(told: str, steps: Sequence[Step], length: timedelta, start: datetime) -> None:
    """Stop where the steps leave a hole or do not count up to the length."""
    counted = sum((step.counted for step in steps), timedelta())
    agree(f"{told}: steps", [step.starts_at for step in steps] == [start, *(step.ends_at for step in steps[:-1])], True)
    if steps[-1].ends_at is not None:
        agree(f"{told}: sum", counted, length)


def a_start(dice: random.Random, months: Stretch) -> int:
    """Mostly near the change of clocks, and never near the end."""
    turn = months.minute(months.begins + BEFORE)
    return (
        turn + dice.randrange(-2 * DAY, DAY // 2) if dice.random() < 0.7 else turn + dice.randrange(-15 * DAY, 60 * DAY)
    )


def some_stops(dice: random.Random, months: Stretch, start: int) -> list[tuple[int, int | None]]:
    """Pauses that overlap, touch, are empty, lie before the start or never end."""
    stops: list[tuple[int, int | None]] = []
    turn = months.minute(months.begins + BEFORE)
    for _ in range(dice.choice([0, 0, 1, 1, 2, 3, 5])):
        near = dice.choice([start, turn])
        first = near + (dice.randrange(-600, 4000) if dice.random() < 0.5 else dice.randrange(-90, 90))
        length = dice.choice([0, 1, 30, 60, 90, 600, DAY, dice.randrange(5000), dice.randrange(20 * DAY)])
        stops.append((first, first + length if dice.random() < 0.97 else None))
    return stops


def a_promise(dice: random.Random, months: Stretch) -> str:
    """Ask one case in hours, in calendar days, or by a date that was told; return which kind it was."""
    start = a_start(dice, months)
    stops = some_stops(dice, months, start)
    begin = months.instant(start)
    pairs = [(months.instant(first), None if last is None else months.instant(last)) for first, last in stops]
    pauses = [Pause(*pair, "harvest") for pair in pairs]
    days = dice.randrange(1, LONG) if dice.random() < 0.2 else dice.randrange(1, SHORT)
    told = f"{begin} {months.zone} {days} days {pairs}"
    is_walked = dice.random() < WALKED and days <= LONGEST
    kind = dice.choice(["hours", "days", "days", "told"])
    if kind == "hours":
        hours = days * 24 - dice.randrange(24)
        steps = explain(begin, Hours(hours), months.zone, pauses)
        found = prefix_sums.hours_due(start, hours, stops, len(months.wall) - 1)
        due = None if found is None else months.instant(found)
        length = timedelta(hours=hours)
        walk: Callable[[], object] = lambda: walk_hours(begin, hours, pairs)  # noqa: E731 - asked of some cases only
    elif kind == "days":
        steps = explain(begin, Days(days), months.zone, pauses)
        due = prefix_sums.wall_due(months, start, days * DAY, stops)
        length = timedelta(days=days)
        walk = lambda: walk_days(begin, days, months.zone, pairs)  # noqa: E731 - as above
    else:
        told_at = start + days * DAY - dice.randrange(DAY)
        steps = explain(begin, ByDate(months.instant(told_at)), months.zone, pauses)
        due = prefix_sums.told_due(months, start, told_at, stops)
        length = sum((step.counted for step in steps), timedelta())
        walk, is_walked = (lambda: due), False
    agree(told, steps[-1].ends_at, due)
    sums(told, steps, length, begin)
    if is_walked:
        agree(f"{told}, walked", due, walk())
        kind = f"{kind}, walked"
    return kind


def a_calendar(dice: random.Random, months: Stretch) -> WorkingCalendar:
    """Several slots a day, some at night, with holidays and closures around the change of clocks."""
    slots = {}
    for weekday in dice.sample(range(7), dice.randrange(1, 8)):
        edges = sorted(dice.sample(range(24 * 4), 2 * dice.randrange(1, 4)))
        times = [time(edge // 4, edge % 4 * 15) for edge in edges]
        if dice.random() < 0.1:
            times[-1] = MIDNIGHT
        slots[weekday] = tuple(Slot(*pair) for pair in zip(times[::2], times[1::2], strict=True))
    turn = (months.begins + BEFORE).astimezone(months.zone).date()
    holidays = {turn + timedelta(days=dice.randrange(-10, 60)): "holiday" for _ in range(dice.randrange(8))}
    closures = []
    for _ in range(dice.randrange(3)):
        first = turn + timedelta(days=dice.randrange(-10, 60))
        closures.append(Period(first, first + timedelta(days=dice.randrange(10)), "closed"))
    return WorkingCalendar(months.zone, slots, holidays, tuple(closures))


def opening(calendar: WorkingCalendar) -> Callable[[int], bool]:
    """Return whether a minute of the wall is open, asked of the plain lists."""

    def is_open(minute: int) -> bool:
        shown = (EPOCH + minute * MINUTE).replace(tzinfo=None)
        return open_at(calendar, shown)

    return is_open


def open_at(calendar: WorkingCalendar, shown: datetime) -> bool:
    """Whether the site works while the wall shows this."""
    day: date = shown.date()
    if day in calendar.holidays or any(closure.first <= day <= closure.last for closure in calendar.closures):
        return False
    return any(
        slot.opens <= shown.time() and (slot.closes == MIDNIGHT or shown.time() < slot.closes)
        for slot in calendar.slots.get(day.weekday(), ())
    )


def chores(dice: random.Random, months: Stretch, count: int) -> Counter[str]:
    """Ask some cases of one working calendar."""
    asked: Counter[str] = Counter()
    calendar = a_calendar(dice, months)
    table = prefix_sums.working_sums(months, opening(calendar))
    for _ in range(count):
        start = a_start(dice, months)
        open_ahead = table[-1] - table[start]
        minutes = dice.randrange(0, min(open_ahead, 40 * 60))
        told = f"{months.instant(start)} {calendar} {minutes} minutes"
        begin, amount = months.instant(start), timedelta(minutes=minutes)
        steps = explain_working(calendar, begin, amount)
        due = months.instant(prefix_sums.working_due(table, start, minutes))
        agree(told, steps[-1].ends_at if steps else begin, due)
        if steps:
            sums(told, steps, amount, begin)
        kind = "working time"
        if dice.random() < WALKED and due - begin <= timedelta(days=LONGEST):
            agree(f"{told}, walked", due, walk_working(begin, minutes, months.zone, lambda at: open_at(calendar, at)))
            kind = "working time, walked"
        asked[kind] += 1
    return asked


def main() -> int:
    """Ask all cases; return 1 at the first two that disagree."""
    print(f"seed {SEED}", flush=True)
    dice = random.Random(SEED)
    began = perf_counter()
    turns = [(zone, turn) for zone, found in TURNS.items() for turn in found]
    minutes = (BEFORE + AFTER) // MINUTE
    stretches = [prefix_sums.stretch(ZoneInfo(zone), turn - BEFORE, minutes) for zone, turn in turns]
    print(f"{len(stretches)} stretches of {minutes:,} minutes summed in {perf_counter() - began:.0f} s", flush=True)
    asked: Counter[str] = Counter()
    try:
        while asked.total() < CASES:
            months = dice.choice(stretches)
            if dice.random() < WITH_CALENDAR:
                asked += chores(dice, months, PER_CALENDAR)
            else:
                asked[a_promise(dice, months)] += 1
    except Disagreement as found:
        print(found)
        return 1
    print(f"{asked.total():,} cases agree in {perf_counter() - began:.0f} s, explanations sum")
    for kind, count in sorted(asked.items()):
        print(f"  {count:>8,}  {kind}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
