"""How pages write instants and numbers: in the reader's language, in the zone that is named."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, format_timedelta, get_timezone_location
from flask import Flask, g
from flask_babel import ngettext
from markupsafe import Markup

from engage import clock
from engage.domain import receipts
from engage.queries.paging import COUNTED
from engage.web import locale
from engage.web.locale import gettext


def reader_zone() -> ZoneInfo:
    """Return the zone pages speak in: that of the site the page is about, set by its view, else UTC."""
    return ZoneInfo(g.get("time_zone") or "UTC")


def speak_in(time_zone: str) -> None:
    """Let this page write its times in a zone, by its IANA name."""
    g.time_zone = time_zone


def local(value: datetime) -> datetime:
    """Return the instant in the zone the page speaks in."""
    return value.astimezone(reader_zone())


def day(value: datetime | date | None) -> str:
    """Write a day out: Wednesday 25 November, with the year unless it is this one."""
    if value is None:
        return ""
    on = local(value).date() if isinstance(value, datetime) else value
    this_year = local(clock.utcnow()).year
    pattern = "EEEE d MMMM" if on.year == this_year else "EEEE d MMMM y"
    return _date(on, pattern, locale.code())


def short_day(value: datetime | date | None) -> str:
    """Write a day in short: 25 Nov, with the year unless it is this one."""
    if value is None:
        return ""
    on = local(value).date() if isinstance(value, datetime) else value
    pattern = "d MMM" if on.year == local(clock.utcnow()).year else "d MMM y"
    return _date(on, pattern, locale.code())


def moment(value: datetime | None) -> str:
    """Write an instant with its time and the zone named: 25 November 2026, 14:05 (Serbia Time)."""
    if value is None:
        return ""
    at = local(value)
    spoken = locale.code()
    on, zone = _date(at.date(), "d MMMM y", spoken), _zone_name(str(at.tzinfo), spoken)
    return f"{on}, {_time(at.hour, at.minute, spoken)} ({zone})"


# The same days, times and spans stand on every page, and writing one is slow: a tenth of the inbox.
@lru_cache(maxsize=4096)
def _date(on: date, pattern: str, spoken: str) -> str:
    return format_date(on, pattern, locale=spoken)


@lru_cache(maxsize=4096)
def _time(hour: int, minute: int, spoken: str) -> str:
    return format_time(time(hour, minute), "HH:mm", locale=spoken)


@lru_cache(maxsize=256)
def _zone_name(time_zone: str, spoken: str) -> str:
    return "UTC" if time_zone == "UTC" else get_timezone_location(time_zone, locale=spoken)


def zone_name() -> str:
    """Return the name of the zone the page speaks in, as people read it: Serbia Time."""
    return _zone_name(str(reader_zone()), locale.code())


def clock_time(value: datetime | None) -> str:
    """Write the time of day: 14:05."""
    if value is None:
        return ""
    at = local(value)
    return _time(at.hour, at.minute, locale.code())


def age(value: datetime | None) -> str:
    """Write how long ago something was: 5 days old."""
    if value is None:
        return ""
    return gettext("%(time)s old", time=_span(max(clock.utcnow() - value, timedelta(minutes=1))))


def due(value: datetime | None) -> str:
    """Write how far a due date is: 2 days late, today 17:00, tomorrow, 3 days."""
    if value is None:
        return ""
    now = clock.utcnow()
    if value < now:
        return gettext("%(time)s late", time=_span(now - value))
    days = (local(value).date() - local(now).date()).days
    if days == 0:
        return gettext("today %(time)s", time=clock_time(value))
    if days == 1:
        return gettext("tomorrow")
    return ngettext("%(num)d day", "%(num)d days", days)


def is_late(value: datetime | None) -> bool:
    """Whether a due date has passed."""
    return value is not None and value < clock.utcnow()


def is_soon(value: datetime | None) -> bool:
    """Whether a due date is today or tomorrow where the page is about."""
    return value is not None and (local(value).date() - local(clock.utcnow()).date()).days in (0, 1)


def _span(length: timedelta) -> str:
    return _minutes(max(1, length // timedelta(minutes=1)), locale.code())


@lru_cache(maxsize=4096)
def _minutes(count: int, spoken: str) -> str:
    return format_timedelta(timedelta(minutes=count), locale=spoken, threshold=1)


def capped(count: int) -> str:
    """Write a count that is exact to 999."""
    return str(count) if count <= COUNTED else f"{COUNTED}+"


def size(count: int) -> str:
    """Write a number of bytes as people read it."""
    if count < 1_000_000:
        return gettext("%(number)d kB", number=max(1, count // 1000))
    return gettext("%(number)s MB", number=f"{count / 1_000_000:.1f}")


def left_to_right(text: str) -> Markup:
    """Keep a number that is part of a longer text in its order: right-to-left text would turn its groups around."""
    return Markup('<bdi dir="ltr">{}</bdi>').format(text)


def init_app(app: Flask) -> None:
    """Give templates the filters."""
    for function in (day, short_day, moment, clock_time, age, due, is_late, is_soon, capped, size):
        app.add_template_filter(function)
    app.add_template_filter(receipts.grouped, "grouped")
