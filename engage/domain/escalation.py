"""The ladder: who is reminded of a promise, and who hears of it when it is late.

A ladder says when; the rows of what has fired make each rung happen once. Nothing here looks people up: a seat is a
role at the case's site or at all sites.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from engage.domain.deadlines import NOTHING, Promise
from engage.domain.severity import Level

# What a rung may bring besides its notice; each is a rule of the services. Source: domain 2.5, column "also".
DELAY_NOTICE, EXPLANATION, REASSIGNMENT = "delay_notice", "explanation", "suggest_reassignment"
PANEL, OUTSIDE, COUNTS = "offer_appeal", "offer_independent", "counts_only"
CONSEQUENCES = frozenset({DELAY_NOTICE, EXPLANATION, REASSIGNMENT, PANEL, OUTSIDE, COUNTS})
EXPLAIN_WITHIN, EXPLAIN_WITHIN_SEVERE = timedelta(hours=48), timedelta(hours=24)  # Ours: before the next rung comes.
AWAY_AFTER = timedelta(days=3)  # Source: domain 2.5, no sign-in for three days.
ASSIGNEE = "assignee"  # whoever works the case; before assignment the seat is empty and passes to the coordinators
PERSON = "person"  # whoever raised the case


class RungKind(StrEnum):
    """A reminder goes to whoever owes the promise, a rung to someone above."""

    REMINDER = "reminder"
    RUNG = "rung"


@dataclass(frozen=True, slots=True)
class Seat:
    """Those who hold a role at the site of the case, or at all sites."""

    role: str
    all_sites: bool = False


LAST_SEATS = (Seat("rights_lead", all_sites=True), Seat("approver", all_sites=True))  # ours, of product 6


@dataclass(frozen=True, slots=True)
class PartGone:
    """When so much of the time has passed."""

    percent: int


@dataclass(frozen=True, slots=True)
class Before:
    """So long before the due date, if there is more time than that in all."""

    wait: timedelta
    only_longer_than: timedelta


@dataclass(frozen=True, slots=True)
class After:
    """So long after the due date, sooner for severe cases."""

    wait: timedelta
    wait_severe: timedelta


When = PartGone | Before | After


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a ladder; `also` names what it brings besides its notice."""

    code: str
    kind: RungKind
    when: When
    seat: Seat
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Urgent:
    """A fact of a case that is told to these seats at once, whatever the clocks say."""

    fact: str
    tell: tuple[Seat, ...]


@dataclass(frozen=True, slots=True)
class Ladder:
    """One version of a site's ladder, rungs in order; levels from `severe_from` up climb faster."""

    version: int
    severe_from: Level
    merge_within: timedelta
    rungs: tuple[Rung, ...]
    urgent: tuple[Urgent, ...]

    def tell_at_once(self, facts: Collection[str]) -> tuple[Seat, ...]:
        """Return the seats that hear of these facts at once, each seat once."""
        return tuple(dict.fromkeys(seat for row in self.urgent if row.fact in facts for seat in row.tell))

    @property
    def seats(self) -> tuple[Seat, ...]:
        """Every seat that should have somebody on it, for checking a configuration; assignee and person are none."""
        told = [rung.seat for rung in self.rungs] + [seat for row in self.urgent for seat in row.tell]
        return tuple(dict.fromkeys(seat for seat in told if seat.role not in (ASSIGNEE, PERSON)))


@dataclass(frozen=True, slots=True)
class RungDue:
    """A rung whose time has come; a superseded one is recorded and not sent."""

    rung: Rung
    at: datetime
    superseded: bool = False


def rungs_due(
    ladder: Ladder,
    *,
    promise: Promise,
    starts_at: datetime,
    due_at: datetime | None,
    level: Level | None,
    fired: Collection[str],
    now: datetime,
) -> list[RungDue]:
    """Return the rungs to record now, earliest first, leaving out the codes that have fired for this deadline version.

    Calling it twice, late, or after the clock jumped is safe as long as what it returned is recorded. A reminder is
    superseded when the next reminder's time has come too; rungs above are never superseded. While a pause holds the due
    date (None) nothing is due. Level None is a case not assessed yet. All instants are aware.
    """
    times = _times(ladder, promise=promise, starts_at=starts_at, due_at=due_at, level=level)
    return [
        RungDue(rung, at, superseded=_is_superseded(times[place + 1 :], rung, fired, now))
        for place, (at, rung) in enumerate(times)
        if at <= now and rung.code not in fired
    ]


def next_rung(
    ladder: Ladder,
    *,
    promise: Promise,
    starts_at: datetime,
    due_at: datetime | None,
    level: Level | None,
    fired: Collection[str],
    now: datetime,
) -> RungDue | None:
    """Return the rung that will be told next and when, or None when nothing is left or a pause holds the due date.

    One whose time has come but that has not fired yet is the next.
    """
    times = _times(ladder, promise=promise, starts_at=starts_at, due_at=due_at, level=level)
    for place, (at, rung) in enumerate(times):
        if rung.code not in fired and not _is_superseded(times[place + 1 :], rung, fired, now):
            return RungDue(rung, at)
    return None


def schedule(
    ladder: Ladder, *, promise: Promise, starts_at: datetime, due_at: datetime | None, level: Level | None
) -> list[RungDue]:
    """Return every reminder and rung of one deadline with its time, earliest first, whether it has come or not."""
    times = _times(ladder, promise=promise, starts_at=starts_at, due_at=due_at, level=level)
    return [RungDue(rung, at) for at, rung in times]


def explanation_due(ladder: Ladder, level: Level | None, asked_at: datetime) -> datetime:
    """Return by when it has to be explained in writing why a promise is late."""
    is_severe = level is not None and level >= ladder.severe_from
    return asked_at + (EXPLAIN_WITHIN_SEVERE if is_severe else EXPLAIN_WITHIN)


def rung_above(ladder: Ladder, seat: Seat, has_people: Callable[[Seat], bool]) -> Rung | None:
    """Return the next rung further up than the seat that has somebody, or None.

    Whoever reads counts only (the committee) is told of no single case. A seat that is on no rung stands below all.
    """
    rungs = [rung for rung in ladder.rungs if rung.kind is RungKind.RUNG]
    places = [place for place, rung in enumerate(rungs) if rung.seat == seat]
    above = rungs[max(places, default=-1) + 1 :]
    return next((rung for rung in above if COUNTS not in rung.also and has_people(rung.seat)), None)


def is_away(last_seen: datetime, now: datetime) -> bool:
    """Whether somebody of ours seems to be away: what waits for them goes one step up at once."""
    return now - last_seen > AWAY_AFTER


def next_rung_with_people(ladder: Ladder, rung: Rung, has_people: Callable[[Seat], bool]) -> Rung | None:
    """Return the rung itself, or the next one above whose seat has somebody free to act.

    `has_people` says no for a vacant seat and for one whose people are all in conflict with the case. None means that
    nobody is left above: the caller must make that visible and not count the rung as told.
    """
    above = ladder.rungs[[step.code for step in ladder.rungs].index(rung.code) :]
    return next((step for step in above if has_people(step.seat)), None)


def last_resort(ladder: Ladder, rung: Rung, has_people: Callable[[Seat], bool]) -> Seat | None:
    """Return who hears of what a rung should tell where nobody is left on it and above it: never nobody (product 4).

    Those beside the line, then those of all sites, then the nearest below on the ladder: ours. They hear counts only,
    as the committee would. The rung is one above, no reminder.
    """
    below = [step.seat for step in ladder.rungs if step.kind is RungKind.RUNG]
    nearest = reversed(below[: below.index(rung.seat)])
    return next((seat for seat in (*LAST_SEATS, *nearest) if has_people(seat)), None)


def _times(
    ladder: Ladder, *, promise: Promise, starts_at: datetime, due_at: datetime | None, level: Level | None
) -> list[tuple[datetime, Rung]]:
    """When each rung comes for one deadline, in order of time; equal times keep the ladder's order."""
    if due_at is None:
        return []
    is_severe = level is not None and level >= ladder.severe_from
    times: list[tuple[datetime, Rung]] = []
    for rung in ladder.rungs:
        at = _time(rung.when, starts_at, due_at, is_severe)
        if at is not None and promise.owed_by_us:
            times.append((at, rung))
        elif at is not None and rung.kind is RungKind.REMINDER:
            times.append((at, replace(rung, seat=Seat(PERSON))))
    return sorted(times, key=lambda pair: pair[0])


def _time(when: When, starts_at: datetime, due_at: datetime, is_severe: bool) -> datetime | None:
    match when:
        case PartGone(percent):
            return starts_at + max(due_at - starts_at, NOTHING) * percent / 100
        case Before(wait, only_longer_than):
            return due_at - wait if due_at - starts_at > only_longer_than else None
    return due_at + (when.wait_severe if is_severe else when.wait)


def _is_superseded(later: list[tuple[datetime, Rung]], rung: Rung, fired: Collection[str], now: datetime) -> bool:
    if rung.kind is not RungKind.REMINDER:
        return False
    following = [(at, step) for at, step in later if step.kind is RungKind.REMINDER]
    return bool(following) and (following[0][0] <= now or any(step.code in fired for _, step in following))
