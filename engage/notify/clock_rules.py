"""Who is told what of clocks that are stopped, and of what is late; engage.notify.rules takes them into its table."""

from collections.abc import Callable, Mapping
from typing import Any

from engage.domain import promise_events as events
from engage.domain.event import Event
from engage.models import Case
from engage.notify.audience import working_on
from engage.notify.notices import Notice, to_person, to_staff

QUIET: frozenset[type[Event]] = frozenset()


def _paused(event: events.ClockPaused, case: Case) -> list[Notice]:
    """The person: clock_paused."""
    return to_person("clock_paused", starts_at=event.starts_at.isoformat(), ends_at=event.ends_at.isoformat())


def _resumed(event: events.ClockResumed, case: Case) -> list[Notice]:
    """The person: clock_runs_again, but not after their own answer or where the case has ended. Whoever works the
    case, when the time is over: clock_runs."""
    if event.why in ("answered", "closed"):
        return []  # the answer is told as such, and so is the ending
    return to_person("clock_runs_again") + (to_staff(working_on(case), "clock_runs") if event.why == "over" else [])


RULES: Mapping[type[Event], Callable[[Any, Case], list[Notice]]] = {
    events.ClockPaused: _paused,
    events.ClockResumed: _resumed,
}
