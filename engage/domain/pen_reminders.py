"""When somebody hears again of what waits in the holding pen: those who sort it, then whoever stands above them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType


class Turn(StrEnum):
    """Who hears."""

    SORTING = "sorting"
    ABOVE = "above"


# Ours: as the ladder climbs when a promise is late (product 4), since whoever wrote may wait for an answer.
FIRST_AFTER: Mapping[Turn, timedelta] = MappingProxyType(
    {Turn.SORTING: timedelta(days=2), Turn.ABOVE: timedelta(days=5)}
)
# Ours: seldom enough to be read, and for ever, because nothing undecided is forgotten.
AGAIN_EVERY = timedelta(days=7)
LONGEST_BETWEEN = FIRST_AFTER[Turn.ABOVE] + AGAIN_EVERY - FIRST_AFTER[Turn.SORTING]


def fell_due(turn: Turn, came_at: datetime, now: datetime) -> datetime | None:
    """Return when they were last to hear of what came in at the instant; None where it is not their turn yet.

    Each hears once, those above later, and from then on all of them once a week. What was missed is not made up for:
    the last time counts.
    """
    first = came_at + FIRST_AFTER[turn]
    if now < first:
        return None
    from_then_on = came_at + FIRST_AFTER[Turn.ABOVE]
    weeks = max((now - from_then_on) // AGAIN_EVERY, 0)
    return from_then_on + weeks * AGAIN_EVERY if weeks else first


def is_overdue(came_at: datetime, now: datetime) -> bool:
    """Whether it waits for so long that those who sort hear of it again."""
    return now >= came_at + FIRST_AFTER[Turn.SORTING]
