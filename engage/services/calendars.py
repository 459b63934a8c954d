"""Working hours, closures and days of communities, as administrators keep them. Every change is in the audit record."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from engage import clock
from engage.domain import administration
from engage.domain.calendar_changes import require_days, slots_document, why_not_hours
from engage.domain.calendar_files import Left, sort_entries
from engage.domain.calendars import Period, Slot, WorkingCalendar, add_working
from engage.domain.guards import Refusal, Refused, stop_if
from engage.domain.policy import Actor
from engage.extensions import db
from engage.models import Closure, ClosureSource, CommunityPeriod, Site, SiteHours
from engage.queries import calendars
from engage.services import calendar_files, sites
from engage.services.audit import Change, note


class HoursChangedMeanwhile(RuntimeError):
    """Somebody saved other hours after the form was opened."""


@dataclass(frozen=True, slots=True)
class Hours:
    """When a site works by weekday (0 is Monday), and whose public holidays it keeps."""

    slots: Mapping[int, Sequence[Slot]]
    country: str
    region: str

    def document(self) -> dict[str, object]:
        """The hours as they are stored and recorded."""
        return {"slots": slots_document(self.slots), "country": self.country, "region": self.region}


def why_not(hours: Hours) -> Refusal | None:
    """Return what keeps the hours from being saved: no working time, or a region that is none of the country's."""
    known = hours.country in calendars.countries() if hours.country else True
    if not known or (hours.region and hours.region not in calendars.regions(hours.country)):
        return Refusal("unknown_region")
    return why_not_hours(hours.slots)


def as_calendar(site: Site, hours: Hours) -> WorkingCalendar:
    """Return the calendar the hours would make, with the closures there are. For trying it out.

    Raises:
        ValueError: no hours at all.
    """
    return WorkingCalendar(
        zone=ZoneInfo(site.time_zone),
        slots={weekday: tuple(slots) for weekday, slots in hours.slots.items()},
        holidays=calendars.public_holidays(hours.country, hours.region),
        closures=calendars.closed_periods(site.id),
    )


def set_hours(code: str, hours: Hours, *, seen_version: int, actor: Actor) -> None:
    """Save when a site works. Chores that were given out keep their dates.

    Raises:
        NoResultFound: there is no such site.
        NotAllowed: the actor does not administer it.
        HoursChangedMeanwhile: the form was opened before somebody else saved.
        Refused: see `why_not`.
    """
    site = _site(code, actor)
    row = calendars.hours_of(site.id)
    if (row.version if row else 0) != seen_version:
        raise HoursChangedMeanwhile(code)
    stop_if(why_not(hours))
    before = {"slots": row.slots, "country": row.country, "region": row.region} if row else {}
    if before == hours.document():
        return
    if row is None:
        row = SiteHours(site_id=site.id, version=0)
        db.session.add(row)
    row.slots, row.country, row.region = slots_document(hours.slots), hours.country, hours.region
    row.version, row.changed_at = row.version + 1, clock.utcnow()
    note(Change.HOURS_CHANGED, actor=actor, subject_id=site.id, before=before, after=hours.document())


def add_closure(code: str, period: Period, *, actor: Actor) -> None:
    """Close a site for some days.

    Raises:
        NoResultFound: there is no such site.
        NotAllowed: the actor does not administer it.
        Refused: the days are out of order, over, too many, or there already.
    """
    site = _site(code, actor)
    require_days(period.first, period.last, today=_today(site))
    if period in calendars.closed_periods(site.id):
        raise Refused(Refusal("already_there"))
    _close(site, [period], ClosureSource.TYPED, actor)


def import_closures(code: str, content: bytes, *, actor: Actor) -> tuple[int, Sequence[Left]]:
    """Close a site on the days of an iCal file; return how many were added, and what was left out and why.

    Doing it twice adds nothing the second time.

    Raises:
        NoResultFound: there is no such site.
        NotAllowed: the actor does not administer it.
        Refused: the file is too large, no calendar, or holds no day that lies ahead.
    """
    site = _site(code, actor)
    today = _today(site)
    entries = calendar_files.read(content, today=today)
    found = sort_entries(entries, calendars.closed_periods(site.id), today=today)
    if not found.taken and not found.left:
        raise Refused(Refusal("calendar_without_days"))
    if found.taken:
        _close(site, found.taken, ClosureSource.IMPORTED, actor)
    return len(found.taken), found.left


def remove_closure(code: str, closure_id: uuid.UUID, *, actor: Actor) -> None:
    """Take a closure back.

    Raises:
        NoResultFound: there is no such site, or no such closure of it any more.
        NotAllowed: the actor does not administer it.
    """
    site = _site(code, actor)
    row = db.session.scalars(select(Closure).where(Closure.id == closure_id, Closure.site_id == site.id)).one()
    before = {"days": _days(row.first_day, row.last_day), "reason": row.reason}
    db.session.delete(row)
    note(Change.CLOSURE_REMOVED, actor=actor, subject_id=site.id, before=before)


def add_period(code: str, community: str, period: Period, *, actor: Actor) -> None:
    """Write down days a community keeps for itself; the period's reason is the code of a pause reason it may set.

    It pauses nothing by itself: whoever works a case decides, and the person reads why.

    Raises:
        NoResultFound: there is no such site.
        NotAllowed: the actor does not administer it.
        Refused: the reason is none of the site's, or the days are out of order, over, too many, or there already.
    """
    site = _site(code, actor)
    require_days(period.first, period.last, today=_today(site))
    if period.reason not in {one.code for one in sites.in_force(site.id).pauses if one.set_by == "community"}:
        raise Refused(Refusal("not_a_community_reason"))
    same = [
        row.id
        for row in calendars.community_periods(site.id, period.first, period.last)
        if (row.community, row.first_day, row.last_day) == (community, period.first, period.last)
    ]
    if same:
        raise Refused(Refusal("already_there"))
    db.session.add(
        CommunityPeriod(
            site_id=site.id,
            community=community,
            first_day=period.first,
            last_day=period.last,
            reason_code=period.reason,
        )
    )
    days = _days(period.first, period.last)
    after = {"community": community, "days": days, "reason": period.reason}
    note(Change.PERIOD_ADDED, actor=actor, subject_id=site.id, after=after)


def remove_period(code: str, period_id: uuid.UUID, *, actor: Actor) -> None:
    """Take days of a community back; pauses that were set for them stay.

    Raises:
        NoResultFound: there is no such site, or no such days at it any more.
        NotAllowed: the actor does not administer it.
    """
    site = _site(code, actor)
    wanted = select(CommunityPeriod).where(CommunityPeriod.id == period_id, CommunityPeriod.site_id == site.id)
    row = db.session.scalars(wanted).one()
    before = {"community": row.community, "days": _days(row.first_day, row.last_day), "reason": row.reason_code}
    db.session.delete(row)
    note(Change.PERIOD_REMOVED, actor=actor, subject_id=site.id, before=before)


def chore_due(site_id: uuid.UUID, start: datetime, *, working: timedelta, otherwise: timedelta) -> datetime:
    """Return when a chore of ours is due: after so much working time, or so much time where a site has no hours.

    Promises to people never come here: they run in calendar days. Source: product 4.
    """
    site = db.session.get_one(Site, site_id)
    calendar = calendars.calendar_of(site)
    return add_working(calendar, start, working) if calendar else start + otherwise


def _site(code: str, actor: Actor) -> Site:
    site = db.session.scalars(select(Site).where(Site.code == code.upper()).with_for_update()).one()
    administration.require_sites(actor, [site.id])
    return site


def _today(site: Site) -> date:
    return clock.utcnow().astimezone(ZoneInfo(site.time_zone)).date()


def _close(site: Site, periods: Sequence[Period], source: ClosureSource, actor: Actor) -> None:
    db.session.add_all(
        Closure(site_id=site.id, first_day=one.first, last_day=one.last, reason=one.reason, source=source)
        for one in periods
    )
    after = {"days": [f"{_days(one.first, one.last)} {one.reason}" for one in periods], "source": source.value}
    note(Change.CLOSURE_ADDED, actor=actor, subject_id=site.id, after=after)


def _days(first: date, last: date) -> str:
    return first.isoformat() if first == last else f"{first.isoformat()} to {last.isoformat()}"
