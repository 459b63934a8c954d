"""When a site works: its hours, public holidays and closures as one calendar. Read by notices as well as by chores."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from zoneinfo import ZoneInfo

import holidays
from sqlalchemy import select

from engage.domain.calendar_changes import slots_from
from engage.domain.calendars import Period, WorkingCalendar
from engage.extensions import db
from engage.models import Closure, Site, SiteHours

_LANGUAGE = "en_US"  # the language most countries' holidays are named in, beside their own


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


def closed_periods(site_id: uuid.UUID) -> tuple[Period, ...]:
    """Return every closure of a site as the rules read them, past ones too."""
    rows = db.session.scalars(select(Closure).where(Closure.site_id == site_id).order_by(Closure.first_day))
    return tuple(Period(row.first_day, row.last_day, row.reason) for row in rows)
