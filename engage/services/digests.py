"""The summary of the week, and each day what is late, for those who see to it: counts and references, no content."""

import logging
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select

from engage import clock
from engage.domain import quiet
from engage.domain.calendars import WorkingCalendar
from engage.domain.lifecycle import Stage
from engage.domain.notice_groups import OVERDUE, WEEKLY
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import Absence, OutboxMessage, Recipient, Site, StaffMembership, StaffUser
from engage.notify import outbox
from engage.notify.outbox import Owed
from engage.queries import digests
from engage.unit_of_work import unit_of_work
from engage.working_hours import calendar_of

log = logging.getLogger(__name__)
NAMED = 10  # Ours: so many references fit into a mail; the rest is in the inbox.
_READ_BY: Mapping[str, tuple[Role, ...]] = {
    WEEKLY: (Role.COORDINATOR,),
    OVERDUE: (Role.COORDINATOR, Role.APPROVER),
}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where somebody reads in the morning."""

    zone: ZoneInfo
    calendar: WorkingCalendar | None

    def opened_on(self, day: date) -> datetime:
        """Return when work began there from a day on."""
        return quiet.begins(day, self.zone, self.calendar)


def send_due(now: datetime | None = None) -> int:
    """Owe everybody the digests whose morning has come, and return how many.

    Safe to run twice, late, and at the same time: each is owed once for each reader and day. Whoever is away gets none,
    nor does anybody to whom there is nothing to tell. A reader who fails stops no other.
    """
    now, count = now or clock.utcnow(), 0
    away = exists().where(Absence.user_id == StaffUser.id, Absence.starts_at <= now, Absence.ends_at > now)
    reads = StaffUser.memberships.any(StaffMembership.role.in_(_READ_BY[OVERDUE]) & StaffMembership.counts)
    readers = select(StaffUser.id).where(StaffUser.is_active, reads, ~away).order_by(StaffUser.id)
    places: dict[uuid.UUID | None, _Place] = {None: _Place(ZoneInfo("UTC"), None)}
    for user_id in db.session.scalars(readers).all():
        try:
            with unit_of_work():
                count += _send_due_to(db.session.get_one(StaffUser, user_id), places, now)
        except Exception:  # one bad row must not stop the rest; it is tried again by the next run
            log.exception("the digests of %s could not be made", user_id)
    return count


def _send_due_to(user: StaffUser, places: dict[uuid.UUID | None, _Place], now: datetime) -> int:
    keys: dict[str, tuple[str, datetime]] = {}
    for template, roles in _READ_BY.items():
        held = [row.site_id for row in user.memberships if row.counts and row.role in roles]
        if held and (begun := _begun(template, now, place := _place(held, places))) is not None:
            keys[f"{template}:{user.id}:{begun.isoformat()}"] = (template, place.opened_on(begun))
    there = set(db.session.scalars(select(OutboxMessage.dedupe_key).where(OutboxMessage.dedupe_key.in_(keys))))
    return sum(_owe(key, *which, user, now) for key, which in keys.items() if key not in there)


def _place(held: Sequence[uuid.UUID | None], places: dict[uuid.UUID | None, _Place]) -> _Place:
    """The place of somebody's site, read once for all; whoever works for all sites alone reads by UTC."""
    site_id = min((one for one in held if one is not None), default=None)
    if site_id not in places:
        site = db.session.get_one(Site, site_id)
        places[site_id] = _Place(ZoneInfo(site.time_zone), calendar_of(site))
    return places[site_id]


def _begun(template: str, now: datetime, place: _Place) -> date | None:
    """The day or the Monday of which the digest tells; none of them is owed in the evening or at night."""
    today = quiet.day_begun(now, place.zone, place.calendar)
    return quiet.week_begun(now, place.zone, place.calendar) if template == WEEKLY and today else today


def _owe(key: str, template: str, opened: datetime, user: StaffUser, now: datetime) -> bool:
    """Owe it, where there is something to tell. What falls due during the day is not late in the morning."""
    said = _week(user, now) if template == WEEKLY else _late(user, opened)
    if said is None:
        return False
    outbox.enqueue(Owed(key, template, user.locale, Recipient.STAFF, user_id=user.id, context=said))
    return True


def _week(user: StaffUser, now: datetime) -> dict[str, str] | None:
    found = digests.week(user.actor, now)
    if not found.open:
        return None
    stages = {stage.value: found.by_stage.get(stage, 0) for stage in Stage if stage is not Stage.CLOSED}
    counts = {"open": found.open, "late": found.late, "due_soon": found.due_soon, "unassigned": found.unassigned}
    return {name: str(count) for name, count in {**counts, **stages}.items()}


def _late(user: StaffUser, opened: datetime) -> dict[str, str] | None:
    found = digests.late(user.actor, opened, named=NAMED)
    if not found.count:
        return None
    more = found.count - len(found.references)
    return {"late": str(found.count), "references": ", ".join(found.references), "more": str(more)}
