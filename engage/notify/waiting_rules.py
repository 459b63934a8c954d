"""Who is told what while somebody waits; engage.notify.rules takes them into its table."""

from collections.abc import Callable, Mapping
from typing import Any

from engage.domain import waiting_events as events
from engage.domain.event import Event
from engage.models import Case
from engage.notify.audience import on_rung
from engage.notify.notices import Notice, to_person, to_staff


def _news_missed(event: events.NewsMissed, case: Case) -> list[Notice]:
    """Those one step up, or whoever works the case where nobody is above: news_missing."""
    return to_staff(on_rung(case, event.role, all_sites=event.all_sites), "news_missing")


def _reminded(event: events.PersonReminded, case: Case) -> list[Notice]:
    """The person: reminder_to_reply."""
    return to_person("reminder_to_reply", ends_at=event.ends_at.isoformat())


RULES: Mapping[type[Event], Callable[[Any, Case], list[Notice]]] = {
    events.NewsMissed: _news_missed,
    events.PersonReminded: _reminded,
}
