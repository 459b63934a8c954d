"""When a notice may leave, by the hours of whoever reads it. The rules are in engage.domain.quiet."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from engage import clock, working_hours
from engage.domain import quiet
from engage.domain.calendars import WorkingCalendar
from engage.domain.delivery import Urgency, urgency_of
from engage.domain.notice_groups import AT_ANY_HOUR, GATHERED, IN_HOURS, StaffRoad, can_be_gathered
from engage.domain.promises import KEPT_BY_NOTICE
from engage.domain.quiet import Night
from engage.extensions import db
from engage.models import Case, Recipient, Site, StaffUser
from engage.notify.claims import Claimed
from engage.notify.outbox import GATHER, Owed
from engage.settings import settings

HELD = "held"  # in the context of a notice: it goes in one mail with what else was held until then
OVERTIME = timedelta(hours=1)  # Ours: what leaves so long after its hours were asked still wakes nobody.
UNTIL = "until"  # in the context of that mail: since when what was held may leave


def person_hours(case: Case) -> tuple[Night | None, ZoneInfo]:
    """Return the hours in which the person of the case is to be left alone, and the zone of the wall they stand on.

    They are the person's own, if they chose some, and else those of the service at the site. The same hour at both
    ends is none.
    """
    own = case.preference
    if own is None or own.quiet_from is None or own.quiet_until is None:
        return quiet.night_from(settings().QUIET_HOURS), _zone(case.site_id)
    return Night(own.quiet_from, own.quiet_until), ZoneInfo(own.time_zone) if own.time_zone else _zone(case.site_id)


def for_holder(site_id: uuid.UUID) -> datetime:
    """Return when word may leave to who holds a report of the lane: never at night.

    It is asked when the word is owed, and again when it is to leave: a mail server may come back at night.

    Ours: a phone that lights up at night is seen by others in the house, and what was said is on her page at once.
    """
    return quiet.after_night(clock.utcnow(), _zone(site_id), quiet.night_from(settings().QUIET_HOURS))


def for_person(template: str, case: Case, first: datetime) -> datetime:
    """Return when a notice to the person of the case may leave that is not to leave before `first`.

    It is asked when the notice is owed, and again when it is to leave: hours pass while nothing can, or are chosen.
    """
    if template in quiet.ASKED_FOR:
        return first
    night, zone = person_hours(case)
    return quiet.to_person(
        template,
        urgency_of(template, case.level),
        now=first,
        zone=zone,
        night=night,
        due_at=case.next_due_at if template in KEPT_BY_NOTICE else None,
    )


@dataclass(frozen=True, slots=True)
class Leaving:
    """When a notice to staff may leave, and whether it goes in one mail with others then."""

    at: datetime
    is_held: bool = False


class StaffHours:
    """When notices of one site may leave to staff. Its working hours are read once, if at all.

    `level` is how grave the case is that they are about, and `due_at` when something falls due in it.
    """

    def __init__(self, site_id: uuid.UUID, *, level: int | None = None, due_at: datetime | None = None) -> None:
        self._site_id, self._level, self._due_at = site_id, level, due_at

    @cached_property
    def _calendar(self) -> WorkingCalendar | None:
        return working_hours.calendar_of(db.session.get_one(Site, self._site_id))

    def leaving(self, template: str, road: StaffRoad) -> Leaving:
        """Return when the notice may leave to somebody who chose the road for it."""
        now, urgency = clock.utcnow(), urgency_of(template, self._level)
        if template in AT_ANY_HOUR or urgency is Urgency.URGENT:
            return Leaving(now)
        if road is StaffRoad.DIGEST:
            return Leaving(quiet.next_morning(now, _zone(self._site_id), self._calendar), is_held=True)
        opens = quiet.to_staff(urgency, now=now, calendar=self._calendar, due_at=self._due_at)
        return Leaving(opens, is_held=opens > now and can_be_gathered(template))


def for_staff(message: Claimed, template: str, user: StaffUser, case: Case | None) -> datetime:
    """Return when a notice to the user may leave that goes out as the template and was to leave before now.

    Its hours counted when it was owed. They are asked again only long after that: a mail server may come back at night.
    Without a case they are those of the reader's site, the first of several; whoever works for all alone has none.
    """
    now = clock.utcnow()
    if now - message.created_at <= OVERTIME or not (case is not None or template in IN_HOURS):
        return now
    if case is not None:
        hours = StaffHours(case.site_id, level=case.level, due_at=case.next_due_at)
        return hours.leaving(template, StaffRoad.MAIL).at
    sites = [row.site_id for row in user.memberships if row.counts and row.site_id is not None]
    return StaffHours(min(sites)).leaving(template, StaffRoad.MAIL).at if sites else now


def with_its_mail(owed: Owed, leaving: Leaving) -> list[Owed]:
    """Return the notice as it leaves, and where it is held the one mail for all that is held for its reader until then.

    That mail leaves a little later, so that what was held is counted when it does; whoever holds a second thing owes it
    again.
    """
    if not leaving.is_held:
        return [owed]
    mail = Owed(
        dedupe_key=f"{GATHERED}:{owed.user_id}:{leaving.at.isoformat()}",
        template=GATHERED,
        locale=owed.locale,
        recipient=Recipient.STAFF,
        user_id=owed.user_id,
        context={UNTIL: leaving.at.isoformat()},
        not_before=leaving.at + GATHER,
        is_shared=True,
    )
    return [replace(owed, context={**owed.context, HELD: "yes"}), mail]


def _zone(site_id: uuid.UUID) -> ZoneInfo:
    return ZoneInfo(db.session.get_one(Site, site_id).time_zone)
