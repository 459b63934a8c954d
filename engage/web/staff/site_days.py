"""Days as they are written into forms, and the instants at which they begin and end where the site is."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from engage.domain.wall_clock import first_showing


def start_of(on: date, time_zone: str) -> datetime:
    """Return the instant at which the day begins where the site is."""
    return first_showing(datetime.combine(on, time()), ZoneInfo(time_zone))


def midnight_after(on: date, time_zone: str) -> datetime:
    """Return the instant at which the day is over where the site is."""
    return start_of(on + timedelta(days=1), time_zone)


def end_of(on: date, time_zone: str) -> datetime:
    """Return the last minute of the day where the site is: a date that is shown is that day and not the next."""
    return midnight_after(on, time_zone) - timedelta(minutes=1)
