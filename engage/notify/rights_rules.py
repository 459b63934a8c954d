"""Who is told what of corrections, holds and erasures; engage.notify.rules takes them into its table."""

from collections.abc import Callable, Mapping
from typing import Any

from engage.domain import rights_events as events
from engage.domain.event import Event
from engage.domain.retention import ASKED
from engage.models import Case
from engage.notify.audience import working_on
from engage.notify.notices import Notice, to_person, to_staff

QUIET: frozenset[type[Event]] = frozenset({events.CorrectionAsked})  # whoever is to answer gets a task, which tells


def _news(event: events.CorrectionAnswered | events.HoldSet | events.HoldLifted, case: Case) -> list[Notice]:
    """The person: case_news."""
    return to_person("case_news")


def _erased(event: events.ContentErased, case: Case) -> list[Notice]:
    """Where the person had everything erased, whoever works the case: case_erased; by the schedule, nobody."""
    return to_staff(working_on(case), "case_erased") if event.rule == ASKED else []


RULES: Mapping[type[Event], Callable[[Any, Case], list[Notice]]] = {
    events.CorrectionAnswered: _news,
    events.HoldSet: _news,
    events.HoldLifted: _news,
    events.ContentErased: _erased,
}
