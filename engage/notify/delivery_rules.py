"""Who is told when a notice itself could not be delivered."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from engage.domain import events
from engage.domain.event import Event
from engage.extensions import db
from engage.models import Case, OutboxMessage
from engage.notify.addressing import NEUTRAL_FOR_STAFF
from engage.notify.audience import working_on
from engage.notify.notices import Notice, to_staff
from engage.scope import first_to_tell


def _told_instead(event: events.ToldInstead, case: Case) -> list[Notice]:
    """Those who come next in turn, by the message that could not be told to those before them."""
    return to_staff(event.user_ids, event.template)


def _undeliverable(event: events.NoticeUndeliverable, case: Case) -> list[Notice]:
    """Whoever works the case, but not who could not be reached: could_not_reach. Of such a notice itself: nobody."""
    if event.template in ("could_not_reach", NEUTRAL_FOR_STAFF):
        return []  # or an address that refuses everything would be written to for ever
    lost = db.session.get_one(OutboxMessage, event.outbox_message_id)
    for people in (working_on(case), first_to_tell(case)):
        if others := [user_id for user_id in people if user_id != lost.user_id]:
            return to_staff(others, "could_not_reach")
    return []


QUIET: frozenset[type[Event]] = frozenset({events.NoticeTriedAgain})  # whoever did it knows

RULES: Mapping[type[Event], Callable[[Any, Case], list[Notice]]] = MappingProxyType(
    {events.ToldInstead: _told_instead, events.NoticeUndeliverable: _undeliverable}
)
