"""Errands: who hears, and when, that word was not carried to a person; and what came of carrying it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from engage.domain.escalation import ASSIGNEE, Seat
from engage.domain.policy import Role

LETTER, BOARD = "letter", "board"  # roads of an errand, beside those of engage.domain.case.Road


class ErrandResult(StrEnum):
    """What came of an errand."""

    REACHED = "reached"
    SAID = "said"  # reached, and they said something that belongs on their case
    REFUSED = "refused"  # reached, and they did not want to hear it
    NOT_REACHED = "not_reached"
    SENT = "sent"  # a letter is in the post
    POSTED = "posted"  # a slip hangs on the board


# Which results an errand of each road can have; any other road is one by mouth.
RESULTS: Mapping[str, tuple[ErrandResult, ...]] = MappingProxyType(
    {LETTER: (ErrandResult.SENT, ErrandResult.NOT_REACHED), BOARD: (ErrandResult.POSTED, ErrandResult.NOT_REACHED)}
)
BY_MOUTH = (ErrandResult.REACHED, ErrandResult.SAID, ErrandResult.REFUSED, ErrandResult.NOT_REACHED)

# Who hears of an errand that is not done: whoever carries it when it is due, then as the ladder climbs (product 4).
RUNGS: tuple[tuple[timedelta, Seat], ...] = (
    (timedelta(), Seat(ASSIGNEE)),
    (timedelta(days=2), Seat(Role.COORDINATOR)),
    (timedelta(days=5), Seat(Role.APPROVER)),
)


def results_of(road: str) -> tuple[ErrandResult, ...]:
    """Return what can come of an errand on the road."""
    return RESULTS.get(road, BY_MOUTH)


def is_done(result: ErrandResult) -> bool:
    """Whether nothing more has to be carried. Who did not want to hear it has been reached all the same."""
    return result is not ErrandResult.NOT_REACHED


def step(rung: int, due_at: datetime, now: datetime) -> tuple[Seat | None, int, datetime | None]:
    """Return who hears now, how many rungs are then behind us, and when to look again; where several are due at once,
    the highest of them hears, since the lower ones would only hear the same."""
    reached = [place for place, (after, _) in enumerate(RUNGS) if place >= rung and due_at + after <= now]
    after_these = reached[-1] + 1 if reached else rung
    again = due_at + RUNGS[after_these][0] if after_these < len(RUNGS) else None
    return (RUNGS[reached[-1]][1] if reached else None), after_these, again
