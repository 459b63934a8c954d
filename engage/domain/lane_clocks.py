"""The clocks of the lane. They bind staff alone: no survivor is ever late, reminded or hurried."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType


class Clock(StrEnum):
    """What we owe by when, counted from the moment a report came in."""

    ALERT = "alert"  # a focal point has opened it
    SUPPORT = "support"  # services are offered
    LEAD = "lead"  # the human-rights lead knows that the lane holds something, and nothing else
    CHILD = "child"  # somebody wrote down what is best for the child


WITHIN: Mapping[Clock, timedelta] = MappingProxyType(
    {
        Clock.ALERT: timedelta(hours=1),  # Source: domain 5.4, "focal alerted <= 1 h".
        Clock.SUPPORT: timedelta(hours=24),  # Ours: health care has to begin within HEALTH_WITHIN, so a day is ours.
        Clock.LEAD: timedelta(hours=24),  # Source: domain 5.4, "lead informed <= 24 h without identity".
        Clock.CHILD: timedelta(hours=24),  # Source: domain 5.5, best-interests decision (UNICEF).
    }
)
HEALTH_WITHIN = timedelta(hours=72)  # Source: domain 5.4: after that some care against infection works no more.


class Late(StrEnum):
    """Who hears that a clock ran out, one after the other: focal points and nobody else."""

    AT_SITE = "at_site"
    ALL_SITES = "all_sites"


# How long after a clock ran out each of them hears. Ours: the first at once, and those of all sites soon after, since
# somebody waits for a word of ours.
LATE_AFTER: Mapping[Late, timedelta] = MappingProxyType(
    {Late.AT_SITE: timedelta(0), Late.ALL_SITES: timedelta(hours=1)}
)
_IN_ORDER = tuple(LATE_AFTER)


def due_at(clock: Clock, received_at: datetime) -> datetime:
    """Return when the clock runs out."""
    return received_at + WITHIN[clock]


def steps_due(due: datetime, taken: int, now: datetime) -> tuple[Late, ...]:
    """Return who has to hear by now and did not, in their order; `taken` is how many of them have."""
    return tuple(late for late in _IN_ORDER[taken:] if now >= due + LATE_AFTER[late])


def next_look(due: datetime, taken: int) -> datetime | None:
    """Return when the clock is to be looked at next, None once everybody has heard."""
    return due + LATE_AFTER[_IN_ORDER[taken]] if taken < len(_IN_ORDER) else None
