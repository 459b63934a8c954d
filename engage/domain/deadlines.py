"""Promises and when they fall due: spans, the due date, how a clock stands, and why.

Every instant that comes in is aware; every instant that goes out is in UTC. A due date is the end of its own
explanation, so the two cannot differ.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum

from engage.domain.pauses import Pause, as_if_ended, in_turn
from engage.domain.wall_clock import instant_of, utc, wall_time

NOTHING = timedelta(0)


class Promise(StrEnum):
    """What is owed by a date."""

    ACKNOWLEDGE = "acknowledge"
    ASSESS = "assess"
    INTERIM_MEASURE = "interim_measure"
    CONSULT = "consult"
    START_INVESTIGATION = "start_investigation"
    PROPOSE = "propose"
    ANSWER = "answer"
    IMPLEMENT = "implement"
    FORM_PANEL = "form_panel"
    DECIDE_APPEAL = "decide_appeal"
    CHECK_AFTERWARDS = "check_afterwards"

    @property
    def owed_by_us(self) -> bool:
        """Whether we owe it; what the person owes is never a breach and never climbs the ladder."""
        return self is not Promise.ANSWER

    @property
    def can_pause(self) -> bool:
        """Whether any pause counts; the clock of the acknowledgement never stops."""
        return self is not Promise.ACKNOWLEDGE


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours that pass, whatever the clocks on the wall do."""

    count: int


@dataclass(frozen=True, slots=True)
class Days:
    """Calendar days: the same time on the wall so many days later."""

    count: int


@dataclass(frozen=True, slots=True)
class ByDate:
    """A date that was told, agreed or planned; only pauses move it."""

    at: datetime


Span = Hours | Days | ByDate


def span_text(span: Span) -> str:
    """Return a span as it is stored: "hours:48", "days:30" or "date:" and the UTC instant."""
    match span:
        case Hours(count):
            return f"hours:{count}"
        case Days(count):
            return f"days:{count}"
    return f"date:{utc(span.at).isoformat()}"


def span_from(text: str) -> Span:
    """Return the span that was stored by `span_text`.

    Raises:
        ValueError: the text is no span.
    """
    unit, _, value = text.partition(":")
    match unit:
        case "hours":
            return Hours(int(value))
        case "days":
            return Days(int(value))
        case "date":
            return ByDate(utc(datetime.fromisoformat(value)))
        case _:
            raise ValueError(f"{text!r} is no span; it begins with hours:, days: or date:")


class StepCode(StrEnum):
    """What happened to the clock during a step."""

    COUNTED = "counted"
    PAUSED = "paused"
    MOVED_FORWARD = "moved_forward"
    NOT_WORKING = "not_working"
    HOLIDAY = "holiday"
    CLOSURE = "closure"


@dataclass(frozen=True, slots=True)
class Step:
    """One stretch of the way to a due date; `ends_at` is None only for a pause that still lasts.

    `counted` is wall-clock time where the span is in calendar days, so it differs from the elapsed time when clocks
    change.
    """

    code: StepCode
    starts_at: datetime
    ends_at: datetime | None
    counted: timedelta = NOTHING
    reason: str | None = None


def explain(starts_at: datetime, span: Span, zone: tzinfo, pauses: Iterable[Pause] = ()) -> list[Step]:
    """Return the steps from the start to the due date, without a hole; what they count sums to the span.

    The last step is a pause without an end when the clock stands still. `moved_forward` tells that the time of day does
    not exist on that date because clocks were put forward.
    """
    at = utc(starts_at)
    read = _scale(at, span, zone)
    left = _length(span, at, read)
    steps: list[Step] = []
    for pause in in_turn(pauses, since=at):
        counted = read(pause.starts_at) - read(at)
        if counted >= left:
            break
        if pause.starts_at > at:
            steps.append(Step(StepCode.COUNTED, at, pause.starts_at, counted))
        steps.append(Step(StepCode.PAUSED, pause.starts_at, pause.ends_at, reason=pause.reason_code))
        if pause.ends_at is None:
            return steps
        left -= counted
        at = pause.ends_at
    if isinstance(span, ByDate) and not steps:
        return [Step(StepCode.COUNTED, at, utc(span.at), left)]
    target = read(at) + left
    due = target if isinstance(span, Hours) else instant_of(target, zone)
    steps.append(Step(StepCode.COUNTED, at, due, left))
    if read(due) > target:
        steps.append(Step(StepCode.MOVED_FORWARD, due, due))
    return steps


def due_at(starts_at: datetime, span: Span, zone: tzinfo, pauses: Iterable[Pause] = ()) -> datetime | None:
    """Return the instant the span ends, or None while a pause without an end holds it.

    Hours are counted in UTC. Days are counted on the wall of `zone`, pauses too: three paused calendar days move the
    date by three calendar days even when clocks change. A local time that never happens moves forward, one that happens
    twice is the first.
    """
    return explain(starts_at, span, zone, pauses)[-1].ends_at


class State(StrEnum):
    """How a promise stands."""

    DUE = "due"
    MET = "met"
    MET_LATE = "met_late"
    BREACHED = "breached"


@dataclass(frozen=True, slots=True)
class Clock:
    """One promise running: since when, for how long, where, and what did not count."""

    promise: Promise
    starts_at: datetime
    span: Span
    zone: tzinfo
    pauses: tuple[Pause, ...] = ()

    @property
    def counting_pauses(self) -> tuple[Pause, ...]:
        """The pauses that stop this clock: none where the promise cannot pause."""
        return self.pauses if self.promise.can_pause else ()

    @property
    def due_at(self) -> datetime | None:
        """When it falls due, or None while a pause without an end holds it."""
        return due_at(self.starts_at, self.span, self.zone, self.counting_pauses)

    def explain(self) -> list[Step]:
        """The steps to the due date; see `explain`."""
        return explain(self.starts_at, self.span, self.zone, self.counting_pauses)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a clock stands at an instant.

    `remaining` is the time to the due date, negative when late, and stands still during a pause without an end; of a
    promise that was met it is what was left then. `total_pause` is elapsed time up to that instant.
    """

    state: State
    due_at: datetime | None
    remaining: timedelta
    total_pause: timedelta
    is_paused: bool


def reading(clock: Clock, *, now: datetime, met_at: datetime | None = None) -> Reading:
    """Return how the clock stands; the instant of the due date itself is still in time."""
    at = utc(now if met_at is None else met_at)
    due = clock.due_at
    pauses = as_if_ended(clock.counting_pauses, at)
    late = due is not None and at > due and clock.promise.owed_by_us
    if met_at is None:
        state = State.BREACHED if late else State.DUE
    else:
        state = State.MET_LATE if late else State.MET
    so_far = [pause for pause in in_turn(pauses, since=utc(clock.starts_at)) if pause.starts_at < at]
    return Reading(
        state=state,
        due_at=due,
        remaining=(due or due_at(clock.starts_at, clock.span, clock.zone, pauses) or at) - at,
        total_pause=sum((min(pause.ends_at or at, at) - pause.starts_at for pause in so_far), NOTHING),
        is_paused=met_at is None and any(pause.covers(at) for pause in clock.counting_pauses),
    )


class Why(StrEnum):
    """Which date counts after an assessment."""

    LEVEL = "level"
    TOLD = "told"
    GRACE = "grace"


@dataclass(frozen=True, slots=True)
class Recomputed:
    """The new version of a deadline: a clock from `starts_at` over `span`; `due_at` is None while a pause holds it."""

    starts_at: datetime
    span: Span
    due_at: datetime | None
    why: Why


def recompute_at_assessment(
    *,
    received_at: datetime,
    span: Span | None,
    told_due: datetime | None,
    zone: tzinfo,
    pauses: Iterable[Pause],
    now: datetime,
    grace: timedelta,
) -> Recomputed | None:
    """Return a promise's clock once the level is known, or None when it is neither promised nor told.

    `span` is the level's, counted from receipt; `told_due` is the date in force, a pause that still lasts read as ended
    now (see `as_if_ended`). The person is never given a later date than the one told. A date of the level that is
    already past becomes now plus `grace`, which is no breach; a told date that is past stays, because that breach has
    happened. The same call serves a later change of level and a conversion to a grievance.
    """
    pauses = tuple(pauses)
    now = utc(now)
    by_level = None if span is None else due_at(received_at, span, zone, as_if_ended(pauses, now))
    wanted = by_level if by_level is None or by_level >= now else now + grace
    if told_due is not None and (wanted is None or utc(told_due) <= wanted):
        starts_at, counts, why = now, ByDate(utc(told_due)), Why.TOLD
    elif span is None or wanted is None:
        return None
    elif wanted == by_level:
        return Recomputed(utc(received_at), span, due_at(received_at, span, zone, pauses), Why.LEVEL)
    else:
        starts_at, counts, why = now, ByDate(wanted), Why.GRACE
    return Recomputed(starts_at, counts, due_at(starts_at, counts, zone, pauses), why)


def _scale(starts_at: datetime, span: Span, zone: tzinfo) -> Callable[[datetime], datetime]:
    if isinstance(span, Hours):
        return utc
    return lambda instant: wall_time(instant, zone, since=starts_at)


def _length(span: Span, starts_at: datetime, read: Callable[[datetime], datetime]) -> timedelta:
    match span:
        case Hours(count):
            return timedelta(hours=count)
        case Days(count):
            return timedelta(days=count)
    return read(span.at) - read(starts_at)
