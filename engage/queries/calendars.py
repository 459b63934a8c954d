"""When sites work, and which days their communities keep for themselves. Nothing of any case is read here."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays
from sqlalchemy import select, true

from engage.domain.calendar_changes import slots_from
from engage.domain.calendars import Period, WorkingCalendar
from engage.domain.policy import Actor
from engage.extensions import db
from engage.models import Closure, CommunityPeriod, Site, SiteHours

_LANGUAGE = "en_US"  # the language most countries' holidays are named in, beside their own


@dataclass(frozen=True, slots=True)
class Free:
    """A day or more on which a site does not work, and why."""

    first: date
    last: date
    reason: str
    is_holiday: bool


@cache
def countries() -> Sequence[str]:
    """Return the two-letter codes of the countries whose public holidays are known."""
    return sorted(code for code in holidays.list_supported_countries(include_aliases=False) if len(code) == 2)


@cache
def regions(country: str) -> Mapping[str, str]:
    """Return the parts of a country that have holidays of their own, with their names where those are known."""
    codes = holidays.list_supported_countries(include_aliases=False).get(country, [])
    named: dict[str, str] = {}
    if codes:
        aliases = holidays.country_holidays(country).get_subdivision_aliases()
        named = {code: names[0] for code, names in aliases.items() if names}
    return {code: named.get(code, code) for code in codes}


def public_holidays(country: str, region: str) -> Mapping[date, str]:
    """Return the public holidays by day. Years are filled in when they are asked for.

    Empty without a country, and for one that a newer library knows no longer: chores go on being counted.
    """
    if country not in countries() or (region and region not in regions(country)):
        return {}
    speaks = getattr(holidays.country_holidays(country), "supported_languages", ())
    language = _LANGUAGE if _LANGUAGE in speaks else None
    return holidays.country_holidays(country, subdiv=region or None, language=language)


def hours_of(site_id: uuid.UUID) -> SiteHours | None:
    """Return the working hours of a site, or None where it has none yet and works at all hours."""
    return db.session.scalar(
        select(SiteHours).where(SiteHours.site_id == site_id).execution_options(populate_existing=True)
    )


def calendar_of(site: Site) -> WorkingCalendar | None:
    """Return the working calendar of a site in its zone, or None where it has none yet and works at all hours."""
    hours = hours_of(site.id)
    if hours is None:
        return None
    return WorkingCalendar(
        zone=ZoneInfo(site.time_zone),
        slots=slots_from(hours.slots),
        holidays=public_holidays(hours.country, hours.region),
        closures=closed_periods(site.id),
    )


def sites_of(actor: Actor) -> Sequence[Site]:
    """Return the sites at which the actor holds a role, by name; a role at all sites is one at each."""
    held = {one.site_id for one in actor.memberships}
    own = true() if None in held else Site.id.in_(held)
    return db.session.scalars(select(Site).where(own).order_by(Site.is_group_intake, Site.name)).all()


def closed_periods(site_id: uuid.UUID) -> tuple[Period, ...]:
    """Return every closure of a site as the rules read them, past ones too."""
    rows = db.session.scalars(select(Closure).where(Closure.site_id == site_id).order_by(Closure.first_day))
    return tuple(Period(row.first_day, row.last_day, row.reason) for row in rows)


def closures(site_id: uuid.UUID, *, since: date) -> Sequence[Closure]:
    """Return the closures of a site that are not over on the day, the next first."""
    wanted = select(Closure).where(Closure.site_id == site_id, Closure.last_day >= since)
    return db.session.scalars(wanted.order_by(Closure.first_day, Closure.last_day, Closure.reason)).all()


def free_days(site_id: uuid.UUID, *, since: date, until: date) -> Sequence[Free]:
    """Return public holidays and closures of a site between two days, both included, in their order."""
    hours = hours_of(site_id)
    found = [Free(row.first_day, row.last_day, row.reason, False) for row in closures(site_id, since=since)]
    kept = public_holidays(hours.country, hours.region) if hours else {}
    for number in range((until - since).days + 1):
        day = since + timedelta(days=number)
        if day in kept:
            found.append(Free(day, day, kept[day], True))
    return sorted((one for one in found if one.first <= until), key=lambda one: (one.first, one.last, one.reason))


def community_periods(site_id: uuid.UUID, first: date, last: date) -> Sequence[CommunityPeriod]:
    """Return the days that communities of a site keep for themselves, as far as they overlap the days given.

    Days are those of the site; both ends are included. The reason's code is one of the site's pause reasons.
    """
    return db.session.scalars(
        select(CommunityPeriod)
        .where(CommunityPeriod.site_id == site_id, CommunityPeriod.first_day <= last, CommunityPeriod.last_day >= first)
        .order_by(CommunityPeriod.first_day, CommunityPeriod.community, CommunityPeriod.id)
    ).all()


def coming_periods(site_id: uuid.UUID, since: date) -> Sequence[CommunityPeriod]:
    """Return the days of communities of a site that are not over on the day, the next first."""
    return community_periods(site_id, since, date.max)
