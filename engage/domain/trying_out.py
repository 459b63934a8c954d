"""Rules and calendars tried out before they are saved: which dates come out, the old way and the new, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from engage.domain.calendars import WorkingCalendar, explain_working
from engage.domain.deadlines import Promise, Step, explain
from engage.domain.pauses import Pause
from engage.domain.promises import OPENED_AT, Moment, PromiseTable
from engage.domain.severity import Level

# What begins with the receipt, and what with an assessment: tried as if that came at once.
TRIED = (*OPENED_AT[Moment.RECEIPT], *OPENED_AT[Moment.ASSESSMENT])


@dataclass(frozen=True, slots=True)
class Way:
    """How one date is counted; no step where nothing is promised. The last step ends at the date."""

    steps: tuple[Step, ...]

    @property
    def due_at(self) -> datetime | None:
        """The date, or None where nothing is promised or a pause without an end holds it."""
        return self.steps[-1].ends_at if self.steps else None


@dataclass(frozen=True, slots=True)
class Tried:
    """One promise, or one chore (None), counted both ways; no old way where there was nothing to count by."""

    promise: Promise | None
    old: Way
    new: Way

    @property
    def moves(self) -> bool:
        """Whether the two ways end at different dates."""
        return self.old.due_at != self.new.due_at


def try_rules(
    old: PromiseTable,
    new: PromiseTable,
    *,
    received_at: datetime,
    level: Level,
    zone: tzinfo,
    pauses: Iterable[Pause] = (),
    ongoing_harm: bool = False,
) -> list[Tried]:
    """Return each promise of a grievance that comes in at an instant, by both tables; those neither makes left out."""
    pauses = tuple(pauses)

    def way(table: PromiseTable, promise: Promise) -> Way:
        span = table.span(promise, level, ongoing_harm=ongoing_harm)
        counting = pauses if promise.can_pause else ()
        return Way(tuple(explain(received_at, span, zone, counting)) if span else ())

    rows = [Tried(promise, way(old, promise), way(new, promise)) for promise in TRIED]
    return [row for row in rows if row.old.steps or row.new.steps]


def try_calendar(
    old: WorkingCalendar | None, new: WorkingCalendar, *, starts_at: datetime, chores: Iterable[timedelta]
) -> list[Tried]:
    """Return when chores of so much working time are due, by both calendars."""

    def way(calendar: WorkingCalendar | None, amount: timedelta) -> Way:
        return Way(tuple(explain_working(calendar, starts_at, amount)) if calendar else ())

    return [Tried(None, way(old, amount), way(new, amount)) for amount in chores]
