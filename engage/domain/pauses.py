"""Pauses: stretches of time that do not count, with a reason the person can read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from engage.domain.wall_clock import utc


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch of time that does not count, with a reason the person can read; without an end it still lasts."""

    starts_at: datetime
    ends_at: datetime | None
    reason_code: str
    set_at: datetime | None = None  # when we wrote it down, where that was not when it began

    def __post_init__(self) -> None:
        if self.ends_at is not None and utc(self.ends_at) < utc(self.starts_at):
            raise ValueError(f"a pause ends before it starts: {self.starts_at} to {self.ends_at}")

    def covers(self, instant: datetime) -> bool:
        """Whether the clock stands still at the instant; at the very end of the pause it runs again."""
        return utc(self.starts_at) <= utc(instant) and (self.ends_at is None or utc(instant) < utc(self.ends_at))


def in_turn(pauses: Iterable[Pause], since: datetime | None = None) -> list[Pause]:
    """Return the pauses after `since`, in UTC, in order and without overlap: the earlier one keeps shared time."""
    turns: list[Pause] = []
    for pause in sorted(pauses, key=lambda pause: utc(pause.starts_at)):
        starts_at = utc(pause.starts_at) if since is None else max(utc(pause.starts_at), since)
        ends_at = None if pause.ends_at is None else utc(pause.ends_at)
        if ends_at is None or ends_at > starts_at:
            turns.append(Pause(starts_at, ends_at, pause.reason_code))
            since = ends_at
        if ends_at is None:
            break
    return turns


def set_since(pauses: Iterable[Pause], told_at: datetime | None) -> tuple[Pause, ...]:
    """Return the pauses that were set at an instant or later; all of them where there is none.

    A date told to the person while a pause was known has that pause in it already.
    """
    return tuple(one for one in pauses if told_at is None or utc(one.set_at or one.starts_at) >= utc(told_at))


def as_if_ended(pauses: Iterable[Pause], now: datetime) -> tuple[Pause, ...]:
    """Return the pauses with those that still last ended now; one that has not begun yet and has no end is left out."""
    return tuple(
        pause if pause.ends_at is not None else replace(pause, ends_at=now)
        for pause in pauses
        if pause.ends_at is not None or utc(pause.starts_at) <= utc(now)
    )


def limited(pauses: Iterable[Pause], most: Mapping[str, timedelta]) -> tuple[Pause, ...]:
    """Return the pauses cut where all those of one reason together reach the most that reason allows.

    A pause that still lasts gets the end at which it will have used up its reason, so that a due date is known.
    """
    pauses = tuple(pauses)
    kept: list[Pause] = []
    left = dict(most)
    for reason in sorted({pause.reason_code for pause in pauses}):
        for pause in in_turn(pause for pause in pauses if pause.reason_code == reason):
            if reason in left:
                latest = pause.starts_at + left[reason]
                ends_at = latest if pause.ends_at is None else min(pause.ends_at, latest)
                left[reason] -= ends_at - pause.starts_at
                pause = replace(pause, ends_at=ends_at)
            kept.append(pause)
    return tuple(sorted(kept, key=lambda pause: pause.starts_at))
