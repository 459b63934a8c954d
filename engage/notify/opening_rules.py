"""Who is told what when a confidential identity is opened; engage.notify.rules takes them into its table."""

from collections.abc import Callable, Mapping
from typing import Any

from engage.domain import opening_events as events
from engage.domain.event import Event
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import Case, Opening
from engage.notify.audience import deciding_on
from engage.notify.notices import Notice, to_person, to_staff

QUIET: frozenset[type[Event]] = frozenset({events.OpeningEnded})  # the page says so to whoever comes to look


def _asked(event: events.OpeningAsked, case: Case) -> list[Notice]:
    """Custodians and approvers, but not who asked: opening_to_decide."""
    row = db.session.get_one(Opening, event.opening_id)
    return to_staff(deciding_on(case, Role.CUSTODIAN, Role.APPROVER, but=row.asked_by_id), "opening_to_decide")


def _granted(event: events.OpeningGranted, case: Case) -> list[Notice]:
    """Who asked: opening_granted."""
    row = db.session.get_one(Opening, event.opening_id)
    return to_staff([row.asked_by_id], "opening_granted", ends_at=event.until.isoformat())


def _declined(event: events.OpeningDeclined, case: Case) -> list[Notice]:
    """Who asked: sent_back."""
    return to_staff([db.session.get_one(Opening, event.opening_id).asked_by_id], "sent_back")


def _opened(event: events.IdentityOpened, case: Case) -> list[Notice]:
    """The person: identity_opened."""
    return to_person("identity_opened")


RULES: Mapping[type[Event], Callable[[Any, Case], list[Notice]]] = {
    events.OpeningAsked: _asked,
    events.OpeningGranted: _granted,
    events.OpeningDeclined: _declined,
    events.IdentityOpened: _opened,
}
