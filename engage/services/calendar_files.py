"""Reading of iCal files: whole days, once or every year. A broken entry is left out, a broken file refused."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from dateutil.rrule import rrulestr
from icalendar import Calendar

from engage.domain.calendar_files import Entry
from engage.domain.calendars import ONE_DAY, Period
from engage.domain.guards import Refusal, Refused

LARGEST_BYTES = 1_000_000  # Ours: two thousand entries with long texts.
MOST_ENTRIES = 2_000  # Ours: fifty holidays and closures a year for forty years.
YEARS_AHEAD = 5  # Ours: how far an entry that comes back every year is followed.
_LONGEST_NAME = 200
_FINER = frozenset({"BYHOUR", "BYMINUTE", "BYSECOND"})


def read(content: bytes, *, today: date) -> list[Entry]:
    """Return the entries of an iCal file, those that come back every year once per year to come.

    Raises:
        Refused: it is too large, no calendar, or has too many entries.
    """
    if len(content) > LARGEST_BYTES:
        raise Refused(Refusal("calendar_too_large", {"megabytes": LARGEST_BYTES // 1_000_000}))
    try:
        calendars = Calendar.from_ical(content, multiple=True)
        events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    except Exception as error:  # the parser of a file from outside raises whatever the file made it meet
        raise Refused(Refusal("no_calendar_in_file")) from error
    if not calendars or any(calendar.name != "VCALENDAR" for calendar in calendars):  # cut off, or something else
        raise Refused(Refusal("no_calendar_in_file"))
    if len(events) > MOST_ENTRIES:
        raise Refused(Refusal("too_many_days", {"most": MOST_ENTRIES}))
    return [entry for event in events for entry in _entries(event, today)]


def _entries(event: Any, today: date) -> list[Entry]:
    name = " ".join(str(event.get("SUMMARY", "")).replace("\0", "").split())[:_LONGEST_NAME]
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return []
    try:
        return list(_read_one(event, name, today))
    except Exception:  # as above: one broken entry says nothing of the others
        return [Entry(name, refusal=Refusal("days_unreadable"))]


def _read_one(event: Any, name: str, today: date) -> Iterator[Entry]:
    first = event["DTSTART"].dt
    if isinstance(first, datetime):
        yield Entry(name, refusal=Refusal("not_whole_days"))
        return
    length = _length(event, first)
    if "RRULE" in event and not _is_yearly(event["RRULE"]):
        yield Entry(name, refusal=Refusal("comes_back_otherwise"))
        return
    for start in _starts(event, first, today):
        last = start + length - ONE_DAY
        if last < start:
            yield Entry(name, refusal=Refusal("days_out_of_order"))
        else:
            yield Entry(name, Period(start, last, name))


def _length(event: Any, first: date) -> timedelta:
    """An entry lasts until the day before its end; without an end, a day. Source: RFC 5545, 3.6.1."""
    if "DTEND" in event:
        end = event["DTEND"].dt
        return (end.date() if isinstance(end, datetime) else end) - first
    return event["DURATION"].dt if "DURATION" in event else ONE_DAY


def _is_yearly(rule: Any) -> bool:
    if any(step < 1 for step in rule.get("INTERVAL", [])):  # would stay in its year for ever
        return False
    return [str(one).upper() for one in rule.get("FREQ", [])] == ["YEARLY"] and not _FINER & set(rule)


def _starts(event: Any, first: date, today: date) -> list[date]:
    if "RRULE" not in event:
        return [first]
    begin = datetime(first.year, first.month, first.day)  # noqa: DTZ001 - days on the wall have no zone
    since = datetime(today.year - 1, 1, 1)  # noqa: DTZ001 - as above
    until = datetime(today.year + YEARS_AHEAD, 12, 31)  # noqa: DTZ001 - as above
    found = rrulestr(event["RRULE"].to_ical().decode(), dtstart=begin, ignoretz=True).between(since, until, inc=True)
    days, left_out = [one.date() for one in found[:MOST_ENTRIES]], _left_out(event)
    return [one for one in days if one not in left_out]


def _left_out(event: Any) -> frozenset[date]:
    """The days on which an entry does not come back. Source: RFC 5545, 3.8.5.1, EXDATE."""
    rows = event.get("EXDATE", [])
    found = [one.dt for row in (rows if isinstance(rows, list) else [rows]) for one in row.dts]
    return frozenset(one.date() if isinstance(one, datetime) else one for one in found)
