"""How often each entry of the schedule comes, so that whoever looks can tell which of them fell silent."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

MISSED = 3  # ours: an entry that stayed away this many times in a row
AT_LEAST = timedelta(minutes=1)  # ours: and at least so long, however short the interval
# Ours: longer than a task may take before it is ended (worker.app), since one worker may be busy with one for so long.
WORKER_AWAY = timedelta(minutes=11)
WORKER = "worker"  # what the worker leaves at each sweep, before it begins


class Pace(StrEnum):
    """How often an entry comes."""

    SWEEP = "sweep"
    FETCH = "fetch"
    DEADLINES = "deadlines"
    HOURLY = "hourly"
    DAILY = "daily"


PACES: Mapping[str, Pace] = MappingProxyType(
    {
        "sweep-outbox": Pace.SWEEP,
        "sweep-mail": Pace.SWEEP,
        "fetch-mail": Pace.FETCH,
        "read-texts": Pace.SWEEP,
        "answer-resets": Pace.SWEEP,
        "scan-files": Pace.SWEEP,
        "watch-delivery": Pace.SWEEP,
        "climb-ladder": Pace.DEADLINES,
        "chase-explanations": Pace.DEADLINES,
        "end-pauses": Pace.DEADLINES,
        "ask-for-news": Pace.DEADLINES,
        "watch-lane": Pace.DEADLINES,
        "remind-tasks": Pace.DEADLINES,
        "watch-repetition": Pace.HOURLY,
        "watch-readings": Pace.HOURLY,
        "send-digests": Pace.HOURLY,
        "review-accounts": Pace.HOURLY,
        "make-checkpoint": Pace.HOURLY,
        "apply-retention": Pace.DAILY,
    }
)
# What comes often enough for its silence to be seen on a service that has only begun.
OFTEN = frozenset({Pace.SWEEP, Pace.FETCH, Pace.DEADLINES})


def intervals(*, sweep_seconds: float, escalate_seconds: float, fetch_seconds: float) -> dict[str, timedelta]:
    """Return how long it is from one time of each entry to its next."""
    lengths = {
        Pace.SWEEP: timedelta(seconds=sweep_seconds),
        Pace.FETCH: timedelta(seconds=fetch_seconds),
        Pace.DEADLINES: timedelta(seconds=escalate_seconds),
        Pace.HOURLY: timedelta(hours=1),
        Pace.DAILY: timedelta(days=1),
    }
    return {entry: lengths[pace] for entry, pace in PACES.items()}


def silent(ages: Mapping[str, timedelta], expected: Mapping[str, timedelta]) -> list[str]:
    """Return the entries that stayed away too long, by name; ages are since each last finished.

    One that was never heard of counts at once where it comes often. Of the others nobody can tell whether their first
    time was missed: a fresh service waits for it for up to a day.
    """
    return sorted(
        entry
        for entry, every in expected.items()
        if (ages[entry] > max(MISSED * every, AT_LEAST) if entry in ages else PACES.get(entry) in OFTEN)
    )


def is_worker_away(ages: Mapping[str, timedelta], *, sweep_seconds: float) -> bool:
    """Whether no worker was seen for longer than the longest task explains."""
    return WORKER not in ages or ages[WORKER] > max(MISSED * timedelta(seconds=sweep_seconds), WORKER_AWAY)


def of_schedule(ages: Mapping[str, timedelta], entries: Iterable[str]) -> dict[str, timedelta]:
    """Return the ages of entries of the schedule alone."""
    return {entry: ages[entry] for entry in sorted(entries) if entry in ages}
