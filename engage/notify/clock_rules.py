"""Who is told what of clocks that are stopped, and of what is late; engage.notify.rules takes them into its table."""

from collections.abc import Callable, Mapping
from typing import Any

from engage.domain import promise_events as events
from engage.domain.event import Event
from engage.models import Case
from engage.notify.audience import on_rung, working_on
from engage.notify.notices import Notice, to_person, to_staff
from engage.scope import first_to_tell

QUIET: frozenset[type[Event]] = frozenset()


def _paused(event: events.ClockPaused, case: Case) -> list[Notice]:
    """The person: clock_paused."""
    return to_person("clock_paused", starts_at=event.starts_at.isoformat(), ends_at=event.ends_at.isoformat())


def _resumed(event: events.ClockResumed, case: Case) -> list[Notice]:
    """The person: clock_runs_again, or going_on where they were asked and did not answer; but not after their answer or
    where the case has ended. Whoever works the case, when the time is over: clock_runs, or nobody_answered."""
    if event.why in ("answered", "closed"):
        return []  # the answer is told as such, and so is the ending
    if event.why == "unanswered":
        return to_person("going_on") + to_staff(working_on(case), "nobody_answered")
    return to_person("clock_runs_again") + (to_staff(working_on(case), "clock_runs") if event.why == "over" else [])


def _panel_offered(event: events.PanelOffered, case: Case) -> list[Notice]:
    """The person: panel_offered."""
    return to_person("panel_offered", promise=event.promise)


def _outside_offered(event: events.OutsideOffered, case: Case) -> list[Notice]:
    """The person: outside_offered."""
    return to_person("outside_offered", promise=event.promise)


def _explanation_asked(event: events.ExplanationAsked, case: Case) -> list[Notice]:
    """Whoever works the case: explanation_wanted."""
    return to_staff(working_on(case), "explanation_wanted", promise=event.promise, due_at=event.due_at.isoformat())


def _explanation_written(event: events.ExplanationWritten, case: Case) -> list[Notice]:
    """Those on the rung that asked for it: explanation_written."""
    people = on_rung(case, event.role, all_sites=event.all_sites)
    return to_staff(people, "explanation_written", promise=event.promise)


def _explanation_missed(event: events.ExplanationMissed, case: Case) -> list[Notice]:
    """Those one step further up, or whoever is told of new cases where nobody is: explanation_missing."""
    people = on_rung(case, event.role, all_sites=event.all_sites) or first_to_tell(case)
    return to_staff(people, "explanation_missing", promise=event.promise)


RULES: Mapping[type[Event], Callable[[Any, Case], list[Notice]]] = {
    events.ClockPaused: _paused,
    events.ClockResumed: _resumed,
    events.PanelOffered: _panel_offered,
    events.OutsideOffered: _outside_offered,
    events.ExplanationAsked: _explanation_asked,
    events.ExplanationWritten: _explanation_written,
    events.ExplanationMissed: _explanation_missed,
}
