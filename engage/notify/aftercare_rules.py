"""Who is told what of meetings, talks after closure and what repeats; engage.notify.rules takes them into its table."""

from collections.abc import Callable, Mapping
from typing import Any

from engage.domain import aftercare_events as events
from engage.domain.event import Event
from engage.domain.policy import Role
from engage.models import Case
from engage.notify.audience import deciding_on
from engage.notify.notices import Notice, to_person, to_staff

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


RULES: Mapping[type[Event], Callable[[Any, Case], list[Notice]]] = {
    events.ReportedBack: _reported_back,
    events.JoinedSystemicIssue: _joined,
}
