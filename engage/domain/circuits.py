"""When a road or a domain that fails is left alone, and for how long. Pure rules; a row holds what they speak of."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """What holds notices up."""

    ROAD = "road"  # a transport that fails
    DOMAIN = "domain"  # whose mail server says "later" each time
    CEILING = "ceiling"  # a road by which as much has left as may in an hour
    READER = "reader"  # somebody who was told as much as may be in an hour


# Ours. One mail may break a connection by itself; two in a row are the server's fault. Of a domain more are needed: a
# server that greylists says "later" once to each address.
FAULTS: Mapping[Kind, int] = MappingProxyType({Kind.ROAD: 2, Kind.DOMAIN: 5})
# Ours: a mail server that came back is found within ten minutes, beside a shortest promise of four hours.
LONGEST: Mapping[Kind, timedelta] = MappingProxyType(
    {Kind.ROAD: timedelta(minutes=10), Kind.DOMAIN: timedelta(minutes=30)}
)


@dataclass(frozen=True, slots=True)
class Breaker:
    """How a road or a domain has done lately. None stands for one that is well."""

    faults: int
    openings: int
    opened_until: datetime | None
    since: datetime

    def is_open(self, now: datetime) -> bool:
        """Whether nothing passes now."""
        return self.opened_until is not None and now < self.opened_until

    def wants_trial(self, now: datetime) -> bool:
        """Whether one notice may try whether it is well again."""
        return self.opened_until is not None and not self.is_open(now)


def after_fault(
    kind: Kind, before: Breaker | None, now: datetime, *, first: timedelta, on_trial: bool = False
) -> Breaker:
    """Return what follows from one more fault in a row. `first` is how long it stays open the first time; it doubles.

    A fault of what was on its way when it opened tells nothing new; that of the one that tries opens it again.
    """
    last = before or Breaker(faults=0, openings=0, opened_until=None, since=now)
    if last.is_open(now) and not on_trial:
        return last
    faults = last.faults + 1
    if faults < FAULTS[kind]:
        return replace(last, faults=faults)
    wait = min(first * 2 ** min(last.openings, 30), LONGEST[kind])
    return replace(last, faults=faults, openings=last.openings + 1, opened_until=now + wait)


def is_hopeless(breaker: Breaker, owed_since: datetime, now: datetime, dead_after: timedelta) -> bool:
    """Whether a notice that a domain holds up is given up: the domain has failed, and the notice has waited, that long.

    Else each of many notices would get its turn to try so seldom that nobody was asked to go and knock for weeks.
    """
    return max(breaker.since, owed_since) <= now - dead_after
