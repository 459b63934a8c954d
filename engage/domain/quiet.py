"""When a notice may leave: not at night, not outside working hours, and no second one while the first was not seen.

Instants come in aware and go out in UTC. What stands on the wall of the place counts, whatever clocks do in that night.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from engage.domain.calendars import WorkingCalendar, explain_working
from engage.domain.delivery import Urgency
from engage.domain.wall_clock import first_showing, utc

LONGEST_WAIT = timedelta(days=4)  # Ours: a long weekend. Of a week's closure somebody should hear all the same.
# Ours: a summary of the week that comes later than that after its first working day tells of another week.
WORTH_A_SUMMARY = timedelta(days=3)
# Ours: in the evening a list of the morning is old news; what is late then stands in that of tomorrow.
WORTH_TODAY = timedelta(hours=12)
MORNING = time(7)  # Ours: when a place without working hours of its own reads what was gathered for it.

# What the person asked for or did a moment ago, so that they are awake: their receipt, a link, a new code, an address.
ASKED_FOR = frozenset(
    {"case_received", "first_code_link", "code_link", "code_changed", "contact_changed", "address_left"}
)
# Notices that say only that there is news; the news itself is on the page of the case. What has to be said by itself
# (receipt, proposal, dates, addresses, codes, appeal, ending) is none of them.
NEWS = frozenset({"case_news"})


@dataclass(frozen=True, slots=True)
class Night:
    """The hours on the wall in which nobody is to be woken, the second instant left out; the same twice is none."""

    starts: time
    ends: time


def night_from(text: str) -> Night | None:
    """Return the night written as "21:00-07:00", or None for an empty text.

    Raises:
        ValueError: it does not read like that.
    """
    if not text.strip():
        return None
    starts, dash, ends = text.partition("-")
    if not dash:
        raise ValueError(f"{text!r} is no night; write it as 21:00-07:00, or leave it empty for none")
    return Night(time.fromisoformat(starts.strip()), time.fromisoformat(ends.strip()))


def after_night(now: datetime, zone: tzinfo, night: Night | None) -> datetime:
    """Return the end of the night that the instant lies in, or the instant itself in the day.

    An end that the wall never shows, because clocks are put forward over it, is the instant they are.
    """
    shown = utc(now).astimezone(zone)
    at, day = shown.time(), shown.date()
    if night is None or night.starts == night.ends:
        return utc(now)
    if night.starts < night.ends:
        inside = night.starts <= at < night.ends
    else:
        inside = at >= night.starts or at < night.ends
        day += timedelta(days=1) if at >= night.starts else timedelta()
    if not inside:
        return utc(now)
    # In an hour that is repeated the end may have been shown already.
    return max(utc(now), first_showing(datetime.combine(day, night.ends), zone))


def at_opening(now: datetime, calendar: WorkingCalendar | None) -> datetime:
    """Return the first working instant from now on; without a calendar the place works at all hours."""
    if calendar is None:
        return utc(now)
    return explain_working(calendar, utc(now), timedelta.resolution)[-1].starts_at


def next_morning(now: datetime, zone: tzinfo, calendar: WorkingCalendar | None) -> datetime:
    """Return when the next working day begins at the place, or the next day where that is further than `LONGEST_WAIT`.

    A place without working hours begins in the `MORNING`.
    """
    tomorrow = utc(now).astimezone(zone).date() + timedelta(days=1)
    opens = at_opening(first_showing(datetime.combine(tomorrow, time()), zone), calendar)
    if calendar is None or opens - utc(now) > LONGEST_WAIT:
        return first_showing(datetime.combine(tomorrow, MORNING), zone)
    return opens


def to_person(
    template: str,
    urgency: Urgency,
    *,
    now: datetime,
    zone: tzinfo,
    night: Night | None,
    due_at: datetime | None,
) -> datetime:
    """Return when a notice to the person may leave.

    `due_at` is when a promise falls due that its arrival keeps, None where it keeps none: such a notice never waits for
    a morning that is too late.
    """
    morning = after_night(now, zone, night)
    is_kept_by_it = due_at is not None and utc(due_at) <= morning
    if urgency is Urgency.URGENT or template in ASKED_FOR or is_kept_by_it:
        return utc(now)
    return morning


def to_staff(urgency: Urgency, *, now: datetime, calendar: WorkingCalendar | None, due_at: datetime | None) -> datetime:
    """Return when a notice to staff may leave: in working hours, unless something falls due before they begin.

    A closure longer than `LONGEST_WAIT` holds nothing back. What is owed already is no reason to wake anybody.
    """
    opens = at_opening(now, calendar)
    falls_due = due_at is not None and utc(now) < utc(due_at) <= opens
    if urgency is Urgency.URGENT or falls_due or opens - utc(now) > LONGEST_WAIT:
        return utc(now)
    return opens


def news_may_leave(now: datetime, last_sent_at: datetime | None, *, gather: timedelta, again: timedelta) -> datetime:
    """Return when news may be told: after gathering what follows it, and not before the last was let lie for a while.

    `last_sent_at` is when the last of them left that the person has not looked at since, None where there is none.
    """
    first = utc(now) + gather
    return first if last_sent_at is None else max(first, utc(last_sent_at) + again)


def day_begun(now: datetime, zone: tzinfo, calendar: WorkingCalendar | None) -> date | None:
    """Return the day at the place, once its work has begun; None before, in the evening, and on a day on which nobody
    works."""
    today = utc(now).astimezone(zone).date()
    at = begins(today, zone, calendar)
    return today if at.astimezone(zone).date() == today and at <= utc(now) < at + WORTH_TODAY else None


def week_begun(now: datetime, zone: tzinfo, calendar: WorkingCalendar | None) -> date | None:
    """Return the Monday of the week at the place, once its work has begun, for as long as that is worth a summary."""
    today = utc(now).astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    at = begins(monday, zone, calendar)
    is_late = at.astimezone(zone).date() - monday >= WORTH_A_SUMMARY
    is_over = today - at.astimezone(zone).date() >= WORTH_A_SUMMARY
    return None if is_late or is_over or utc(now) < at else monday


def begins(day: date, zone: tzinfo, calendar: WorkingCalendar | None) -> datetime:
    """Return when work begins at the place from a day on."""
    if calendar is None:
        return first_showing(datetime.combine(day, MORNING), zone)
    return at_opening(first_showing(datetime.combine(day, time()), zone), calendar)
