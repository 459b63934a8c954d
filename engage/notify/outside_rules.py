"""Who is told of bodies outside and of what is handed over; engage.notify.rules takes the events into its table.

Nobody outside is ever told by us: whoever hands a matter over brings it there themselves (domain R36).
"""

from collections.abc import Callable, Mapping
from typing import Any

from engage.domain import aftercare_events as aftercare
from engage.domain import events as resolution
from engage.domain import outside_events as events
from engage.domain.event import Event
from engage.domain.lifecycle import Stage
from engage.models import Case
from engage.notify.audience import working_on
from engage.notify.notices import Notice, to_person, to_staff


def _proceeding(event: aftercare.ProceedingRecorded | aftercare.ProceedingEnded, case: Case) -> list[Notice]:
    """The person: case_news."""
    return to_person("case_news")


def _made(event: events.ReferralMade, case: Case) -> list[Notice]:
    """The person: case_news."""
    return to_person("case_news")


def _answered(event: events.ReferralAccepted | events.ReferralDeclined, case: Case) -> list[Notice]:
    """The person: case_news. Whoever works the case: case_moved."""
    return to_person("case_news") + to_staff(working_on(case), "case_moved")


def _appeal_decided(event: resolution.AppealDecided, case: Case) -> list[Notice]:
    """The person, when the case ends by it: case_finished. Whoever works the case: case_moved."""
    ended = to_person("case_finished") if case.stage is Stage.CLOSED else []
    return ended + to_staff(working_on(case), "case_moved")


def _review_offered(event: events.ReviewOffered, case: Case) -> list[Notice]:
    """The person, while the case goes on: appeal_decided. Where it has ended, that notice names the places."""
    return [] if case.stage is Stage.CLOSED else to_person("appeal_decided")


RULES: Mapping[type[Event], Callable[[Any, Case], list[Notice]]] = {
    aftercare.ProceedingRecorded: _proceeding,
    aftercare.ProceedingEnded: _proceeding,
    events.ReferralMade: _made,
    events.ReferralAccepted: _answered,
    events.ReferralDeclined: _answered,
    resolution.AppealDecided: _appeal_decided,
    events.ReviewOffered: _review_offered,
}
