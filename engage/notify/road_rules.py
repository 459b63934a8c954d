"""Who is told of errands, and of texts that somebody wants no more of; engage.notify.rules takes them in."""

from collections.abc import Callable, Mapping
from typing import Any

from engage.domain import policy
from engage.domain import road_events as events
from engage.domain.escalation import ASSIGNEE
from engage.domain.event import Event
from engage.domain.policy import Permission
from engage.extensions import db
from engage.models import Case, Errand, StaffUser
from engage.notify.audience import on_rung
from engage.notify.notices import Notice, to_person, to_staff
from engage.scope import first_to_tell

QUIET: frozenset[type[Event]] = frozenset({events.PersonTold, events.PreferencesChanged})


def _due(event: events.ErrandDue, case: Case) -> list[Notice]:
    """Whoever carries it, or works the case; two days later the coordinators, five days later the approvers, or who is
    told of new cases where nobody is on that rung: errand_due."""
    errand = db.session.get_one(Errand, event.errand_id)
    carrier = db.session.get(StaffUser, errand.carrier_id) if errand.carrier_id is not None else None
    # Whoever may not know of the case any more would have it withheld, and then nobody hears.
    if event.role == ASSIGNEE and carrier is not None and policy.may(carrier.actor, Permission.VIEW, case.facts):
        return to_staff([carrier.id], "errand_due", due_at=errand.due_at.isoformat())
    people = on_rung(case, event.role, all_sites=event.all_sites) or first_to_tell(case)
    return to_staff(people, "errand_due", due_at=errand.due_at.isoformat())


def _given(event: events.ErrandGiven, case: Case) -> list[Notice]:
    """Whoever is to carry it: errand_for_you."""
    errand = db.session.get_one(Errand, event.errand_id)
    return to_staff([event.carrier_id], "errand_for_you", due_at=errand.due_at.isoformat())


def _stopped(event: events.TextsStopped, case: Case) -> list[Notice]:
    """The person, by a last text: texts_stopped. Where several cases were written about to one phone, once."""
    return to_person("texts_stopped") if event.tells else []


RULES: Mapping[type[Event], Callable[[Any, Case], list[Notice]]] = {
    events.ErrandDue: _due,
    events.ErrandGiven: _given,
    events.TextsStopped: _stopped,
}
