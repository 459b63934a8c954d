"""When operators are told, by a road that is no mail of ours, that notices do not reach people.

Each fault is told once it has lasted, again after a while, and once more when it is over.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType


class Fault(StrEnum):
    """What keeps notices from people."""

    OWED_TOO_LONG = "owed_too_long"  # the oldest notice waits, for whatever reason
    ROAD_DOWN = "road_down"  # nothing leaves by a road
    MANY_GIVEN_UP = "many_given_up"
    SCHEDULE_SILENT = "schedule_silent"
    WORKER_AWAY = "worker_away"
    HELD_BY_CEILING = "held_by_ceiling"  # more is owed than may leave within the hour
    INBOUND_STUCK = "inbound_stuck"  # what people wrote to us lies unread


class Moment(StrEnum):
    """What is told of a fault."""

    BEGAN = "began"
    LASTS = "lasts"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Figures:
    """How delivery is doing at an instant."""

    owed: int
    oldest_owed: timedelta
    held_up: int  # notices whose last try met a road that was down
    given_up_today: int
    silent: int  # entries of the schedule
    is_worker_away: bool
    is_held_by_ceiling: bool = False
    unread: int = 0  # mails that came in and were not looked at
    oldest_unread: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Limits:
    """What an operator bears. `again` is how long after it was told a fault that lasts is told once more."""

    owed: timedelta
    down: timedelta
    given_up: int
    again: timedelta


# Ours: how long telling an alarm may take, after which another run may try. Longer than both roads together take.
LEASE = timedelta(minutes=2)


def found(figures: Figures, limits: Limits) -> Mapping[Fault, int]:
    """Return the faults that are there now, each with how many it is about."""
    worker = int(figures.is_worker_away)
    counts = {
        Fault.OWED_TOO_LONG: figures.owed if figures.oldest_owed > limits.owed else 0,
        Fault.ROAD_DOWN: figures.held_up,
        Fault.MANY_GIVEN_UP: figures.given_up_today if figures.given_up_today > limits.given_up else 0,
        Fault.SCHEDULE_SILENT: figures.silent,
        Fault.WORKER_AWAY: worker,
        Fault.HELD_BY_CEILING: int(figures.is_held_by_ceiling),
        Fault.INBOUND_STUCK: figures.unread if figures.oldest_unread > limits.owed else 0,
    }
    return MappingProxyType({fault: count for fault, count in counts.items() if count})


# Ours: after a long rest of the whole service an entry that comes once an hour gets its chance first.
SCHEDULE_PATIENCE = timedelta(minutes=70)


def first_told_at(fault: Fault, since: datetime, limits: Limits) -> datetime:
    """Return when a fault that goes on is told first: at once, unless it is one that often passes by itself."""
    match fault:
        case Fault.ROAD_DOWN:
            return since + limits.down
        case Fault.SCHEDULE_SILENT:
            return since + SCHEDULE_PATIENCE
        case _:
            return since


def moment(*, told_at: datetime | None, ended_at: datetime | None) -> Moment:
    """Return what is to be told of a fault that was told at the one instant and ended at the other, if ever."""
    if ended_at is not None:
        return Moment.OVER
    return Moment.BEGAN if told_at is None else Moment.LASTS
