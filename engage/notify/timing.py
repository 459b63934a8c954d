"""When a notice may leave, by the hours of whoever reads it. The rules are in engage.domain.quiet."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from engage import clock, working_hours
from engage.domain import quiet
from engage.domain.calendars import WorkingCalendar
from engage.domain.delivery import Urgency, urgency_of
from engage.domain.notice_groups import AT_ANY_HOUR, GATHERED, StaffRoad, can_be_gathered
from engage.domain.promises import KEPT_BY_NOTICE
from engage.domain.quiet import Night
from engage.extensions import db
from engage.models import Case, Recipient, Site
from engage.notify.outbox import GATHER, Owed
from engage.settings import settings

HELD = "held"  # in the context of a notice: it goes in one mail with what else was held until then
UNTIL = "until"  # in the context of that mail: since when what was held may leave


def person_hours(case: Case) -> Night | None:
    """Return the hours in which the person of the case is not to be woken: those of the service."""
    return quiet.night_from(settings().QUIET_HOURS)


def for_person(template: str, case: Case, first: datetime) -> datetime:
    """Return when a notice to the person of the case may leave that is not to leave before `first`."""
    if template in quiet.ASKED_FOR:
        return first
    return quiet.to_person(
        template,
        urgency_of(template, case.level),
        now=first,
        zone=_zone(case),
        night=person_hours(case),
        due_at=case.next_due_at if template in KEPT_BY_NOTICE else None,
    )


@dataclass(frozen=True, slots=True)
class Leaving:
    """When a notice to staff may leave, and whether it goes in one mail with others then."""

    at: datetime
    is_held: bool = False


class StaffHours:
    """When notices about one case may leave to staff. The working hours of its site are read once, if at all."""

    def __init__(self, case: Case) -> None:
        self._case = case

    @cached_property
    def _calendar(self) -> WorkingCalendar | None:
        return working_hours.calendar_of(db.session.get_one(Site, self._case.site_id))

    def leaving(self, template: str, road: StaffRoad) -> Leaving:
        """Return when the notice may leave to somebody who chose the road for it."""
        now, urgency = clock.utcnow(), urgency_of(template, self._case.level)
        if template in AT_ANY_HOUR or urgency is Urgency.URGENT:
            return Leaving(now)
        if road is StaffRoad.DIGEST:
            return Leaving(quiet.next_morning(now, _zone(self._case), self._calendar), is_held=True)
        opens = quiet.to_staff(urgency, now=now, calendar=self._calendar, due_at=self._case.next_due_at)
        return Leaving(opens, is_held=opens > now and can_be_gathered(template))


def gathered(owed: Owed, until: datetime) -> Owed:
    """Return the one mail for all that is held for the reader of the notice until then.

    It leaves a little later, so that what was held is counted when it does; whoever holds a second thing owes it again.
    """
    return Owed(
        dedupe_key=f"{GATHERED}:{owed.user_id}:{until.isoformat()}",
        template=GATHERED,
        locale=owed.locale,
        recipient=Recipient.STAFF,
        user_id=owed.user_id,
        context={UNTIL: until.isoformat()},
        not_before=until + GATHER,
        is_shared=True,
    )


def _zone(case: Case) -> ZoneInfo:
    return ZoneInfo(db.session.get_one(Site, case.site_id).time_zone)
