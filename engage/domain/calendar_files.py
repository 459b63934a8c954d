"""Days from a calendar file: which entries are whole days that lie ahead, and why others are left out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from engage.domain.calendar_changes import why_not_days
from engage.domain.calendars import Period
from engage.domain.guards import Refusal


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a file: days with a name, or a name and why it has no days we can read."""

    name: str
    period: Period | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """An entry that is left out, and why."""

    name: str
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Sorted:
    """What is taken of a file and what is left out."""

    taken: tuple[Period, ...]
    left: tuple[Left, ...]


def sort_entries(entries: Iterable[Entry], known: Iterable[Period], *, today: date) -> Sorted:
    """Return which entries are new days that lie ahead, each once, and which are left out and why.

    What is over is left out without a word: files hold years.
    """
    seen, taken, left = set(known), [], []
    for entry in entries:
        if entry.period is None:
            left.append(Left(entry.name, entry.refusal or Refusal("days_unreadable")))
            continue
        refusal = why_not_days(entry.period.first, entry.period.last, today=today)
        if refusal is None and entry.period in seen:
            refusal = Refusal("already_there")
        if refusal is None:
            taken.append(entry.period)
            seen.add(entry.period)
        elif refusal.code != "is_over":
            left.append(Left(entry.name, refusal))
    return Sorted(tuple(taken), tuple(left))
