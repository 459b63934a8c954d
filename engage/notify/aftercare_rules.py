"""Who is told what of meetings, talks after closure and what repeats; engage.notify.rules takes them into its table."""

from collections.abc import Callable, Mapping
from typing import Any

from engage.domain import aftercare_events as events
from engage.domain import policy
from engage.domain.event import Event
from engage.domain.policy import Permission, Role
from engage.extensions import db
from engage.models import Case, CorrectiveAction, StaffUser
from engage.notify.audience import deciding_on
from engage.notify.notices import Notice, to_person, to_staff
from engage.scope import first_to_tell

QUIET: frozenset[type[Event]] = frozenset(
    {
        events.MeetingHeld,  # those whom it concerns were there
        events.RetaliationFound,  # the urgent fact tells those whom the matrix names
    }
)


def _reported_back(event: events.ReportedBack, case: Case) -> list[Notice]:
    """The person: case_news."""
    return to_person("case_news")


def _joined(event: events.JoinedSystemicIssue, case: Case) -> list[Notice]:
    """Coordinators and approvers, of the case that made it so many: case_moved."""
    return to_staff(deciding_on(case, Role.COORDINATOR, Role.APPROVER), "case_moved") if event.opens else []


def _decided(event: events.CorrectiveActionDecided, case: Case) -> list[Notice]:
    """Whoever sees to it, unless they decided on it themselves: task_for_you. The person, where they may read of it:
    case_news."""
    row = db.session.get_one(CorrectiveAction, event.action_id)
    own = event.owner_id == row.added_by_id
    staff = to_staff([] if own else [event.owner_id], "task_for_you")
    return staff + (to_person("case_news") if event.shared else [])


def _passed_on(event: events.CorrectiveActionPassedOn, case: Case) -> list[Notice]:
    """Whoever sees to it now: task_for_you."""
    return to_staff([event.owner_id], "task_for_you")


def _done(event: events.CorrectiveActionDone, case: Case) -> list[Notice]:
    """The person, where they may read of it: case_news."""
    return to_person("case_news") if event.shared else []


def _due(event: events.CorrectiveActionDue, case: Case) -> list[Notice]:
    """Whoever sees to it, or whoever is told of new cases where they may not know of the case any more: task_due."""
    user = db.session.get_one(StaffUser, event.owner_id)
    sees = policy.may(user.actor, Permission.VIEW, case.facts)
    return to_staff([user.id] if sees else first_to_tell(case), "task_due")


RULES: Mapping[type[Event], Callable[[Any, Case], list[Notice]]] = {
    events.ReportedBack: _reported_back,
    events.JoinedSystemicIssue: _joined,
    events.CorrectiveActionDecided: _decided,
    events.CorrectiveActionPassedOn: _passed_on,
    events.CorrectiveActionDone: _done,
    events.CorrectiveActionDue: _due,
}
