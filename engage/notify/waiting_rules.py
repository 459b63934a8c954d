"""Who is told what while somebody waits; engage.notify.rules takes them into its table."""

from collections.abc import Callable, Mapping
from typing import Any

from engage.domain import waiting_events as events
from engage.domain.event import Event
from engage.extensions import db
from engage.models import Case, ExtensionRequest
from engage.notify.audience import on_rung, one_level_up
from engage.notify.notices import Notice, to_person, to_staff


def _news_missed(event: events.NewsMissed, case: Case) -> list[Notice]:
    """Those one step up, or whoever works the case where nobody is above: news_missing."""
    return to_staff(on_rung(case, event.role, all_sites=event.all_sites), "news_missing")


def _reminded(event: events.PersonReminded, case: Case) -> list[Notice]:
    """The person: reminder_to_reply."""
    return to_person("reminder_to_reply", ends_at=event.ends_at.isoformat())


def _extension_asked(event: events.ExtensionAsked, case: Case) -> list[Notice]:
    """Those who may put the promise off once more, but not who asked: extension_to_decide."""
    row = db.session.get_one(ExtensionRequest, event.request_id)
    people = one_level_up(case, row.first_by_id, but=row.asked_by_id)
    return to_staff(people, "extension_to_decide", promise=event.promise)


def _extension_declined(event: events.ExtensionDeclined, case: Case) -> list[Notice]:
    """Who asked for more time: sent_back."""
    return to_staff([db.session.get_one(ExtensionRequest, event.request_id).asked_by_id], "sent_back")


RULES: Mapping[type[Event], Callable[[Any, Case], list[Notice]]] = {
    events.NewsMissed: _news_missed,
    events.PersonReminded: _reminded,
    events.ExtensionAsked: _extension_asked,
    events.ExtensionDeclined: _extension_declined,
}
