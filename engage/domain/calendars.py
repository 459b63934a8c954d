"""Working time of our own chores, and the days a community keeps for itself; both are values."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import takewhile

from engage.domain.deadlines import NOTHING, Step, StepCode
from engage.domain.pauses import Pause
from engage.domain.wall_clock import first_showing, utc

ONE_DAY = timedelta(days=1)
MIDNIGHT = time(0)


@dataclass(frozen=True, slots=True)
class Slot:
    """Working hours within one day on the wall; closing at midnight is the end of the day."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Period:
    """Days from the first to the last, both included, and why."""

    first: date
    last: date
    reason: str

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"a period ends before it begins: {self.first} to {self.last}")


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """When a site works: slots by weekday (0 is Monday), public holidays by name, and stretches it is closed.

    Raises:
        ValueError: no slot at all, or slots of a day that overlap or end before they begin.
    """

    zone: tzinfo
    slots: Mapping[int, tuple[Slot, ...]]
    holidays: Mapping[date, str]
    closures: tuple[Period, ...] = ()

    def __post_init__(self) -> None:
        if not any(self.slots.values()):
            raise ValueError("a working calendar needs at least one slot; give the hours of one weekday")
        for weekday, slots in self.slots.items():
            edges = [edge for slot in slots for edge in (slot.opens, slot.closes)]
            if edges and edges[-1] == MIDNIGHT:
                edges[-1] = time.max
            if edges != sorted(edges) or any(slot.opens == slot.closes != MIDNIGHT for slot in slots):
                raise ValueError(
                    f"the slots of weekday {weekday} overlap or are out of order; list them from morning to night"
                )


def working_between(calendar: WorkingCalendar, start: datetime, end: datetime) -> timedelta:
    """Return the working time that passes from one instant to a later one, zero if it is not later."""
    passed = takewhile(lambda step: step.starts_at < utc(end), _steps(calendar, utc(start)))
    return sum((min(step.counted, utc(end) - step.starts_at) for step in passed), NOTHING)


def explain_working(calendar: WorkingCalendar, start: datetime, amount: timedelta) -> list[Step]:
    """Return the steps from the start until the amount of working time has passed, with each stretch skipped and why.

    Raises:
        ValueError: the amount is negative.
    """
    if amount < NOTHING:
        raise ValueError("working time can only be added; the amount is negative")
    steps: list[Step] = []
    left = amount
    stretches = _steps(calendar, utc(start))
    while left:
        step = next(stretches)
        if step.code is StepCode.COUNTED:
            counted = min(step.counted, left)
            step = Step(StepCode.COUNTED, step.starts_at, step.starts_at + counted, counted)
            left -= counted
        steps.append(step)
    return steps


def add_working(calendar: WorkingCalendar, start: datetime, amount: timedelta) -> datetime:
    """Return the first instant at which the amount of working time has passed since the start.

    Raises:
        ValueError: the amount is negative.
    """
    steps = explain_working(calendar, start, amount)
    return (steps[-1].ends_at if steps else None) or utc(start)


def community_pauses(periods: Iterable[Period], zone: tzinfo) -> tuple[Pause, ...]:
    """Return a community's own days as pauses, from the first midnight to the one after the last day.

    A period's reason is the code of a pause reason, whose words the person can read.
    """
    return tuple(
        Pause(_midnight(period.first, zone), _midnight(period.last + ONE_DAY, zone), period.reason)
        for period in periods
    )


def _midnight(day: date, zone: tzinfo) -> datetime:
    return first_showing(datetime.combine(day, MIDNIGHT), zone)


def _steps(calendar: WorkingCalendar, start: datetime) -> Iterator[Step]:
    """All stretches from the start on, without a hole and without an end."""
    at = start
    day = start.astimezone(calendar.zone).date()
    while True:
        until = _midnight(day + ONE_DAY, calendar.zone)
        for opens, closes in _open_hours(calendar, day, until):
            if closes <= at:
                continue
            if opens > at:
                yield Step(StepCode.NOT_WORKING, at, opens)
                at = opens
            yield Step(StepCode.COUNTED, at, closes, closes - at)
            at = closes
        if until > at:
            code, reason = _why_closed(calendar, day)
            yield Step(code, at, until, reason=reason)
            at = until
        day += ONE_DAY


def _open_hours(calendar: WorkingCalendar, day: date, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    if _why_closed(calendar, day)[0] is StepCode.NOT_WORKING:
        for slot in calendar.slots.get(day.weekday(), ()):
            opens = first_showing(datetime.combine(day, slot.opens), calendar.zone)
            closes = until
            if slot.closes != MIDNIGHT:
                closes = first_showing(datetime.combine(day, slot.closes), calendar.zone)
            if closes > opens:  # else the slot lies in an hour that clocks skip on this day
                yield opens, closes


def _why_closed(calendar: WorkingCalendar, day: date) -> tuple[StepCode, str | None]:
    if day in calendar.holidays:
        return StepCode.HOLIDAY, calendar.holidays[day]
    for closure in calendar.closures:
        if closure.first <= day <= closure.last:
            return StepCode.CLOSURE, closure.reason
    return StepCode.NOT_WORKING, None
