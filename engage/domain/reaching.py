"""On which roads word goes to a person, in which order, and at which hours."""

from collections.abc import Collection
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum

from engage.domain import wall_clock


class Way(StrEnum):
    """How one notice is carried to a person. The first two a machine carries, the others somebody of ours."""

    EMAIL = "email"
    SMS = "sms"
    CALL = "call"  # said by mouth: by phone, at the door, or through somebody they trust
    LETTER = "letter"


BY_MACHINE = frozenset({Way.EMAIL, Way.SMS})
# Ours: what costs nothing and leaves a text to read comes first; what a human carries comes last and is the end.
_USUAL = (Way.EMAIL, Way.SMS, Way.CALL, Way.LETTER)
URGENT_FROM = 4  # Source: domain 2.4: word of a case of level 4 or 5 waits for no morning.


def ways(left: Collection[Way], first: Way | None) -> tuple[Way, ...]:
    """Return the ways to try, one after the other, of those for which the person left something.

    Their own first choice comes first where it can. After one that a human carries none follows: they see to it that
    the person hears.
    """
    order = sorted(left, key=lambda way: (way is not first, _USUAL.index(way)))
    found: list[Way] = []
    for way in order:
        found.append(way)
        if way not in BY_MACHINE:
            break
    return tuple(found)


def next_way(order: Collection[Way], tried: Collection[str]) -> Way | None:
    """Return the next way a machine carries that was not tried; None where a human has to go."""
    return next((way for way in order if way in BY_MACHINE and way not in tried), None)


def quiet_until(now: datetime, begins: time | None, ends: time | None, zone: tzinfo) -> datetime | None:
    """Return when hours end in which the person wants to be left alone; None outside of them, or where there are none.

    The hours may go over midnight. Where clocks are put forward over their end, they end as the clocks are.
    """
    if begins is None or ends is None or begins == ends:
        return None
    wall = wall_clock.utc(now).astimezone(zone)
    shown = wall.time().replace(tzinfo=None)
    within = begins <= shown < ends if begins < ends else shown >= begins or shown < ends
    if not within:
        return None
    day = wall.date() + timedelta(days=1 if shown >= ends else 0)
    return wall_clock.first_showing(datetime.combine(day, ends), zone)
