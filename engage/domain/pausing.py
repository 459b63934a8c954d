"""Whether a clock may be stopped: what a pause needs before it is set. Source: domain 2.3, R49."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from engage.domain.catalogue import US, PauseReason
from engage.domain.deadlines import NOTHING
from engage.domain.guards import Refusal
from engage.domain.lifecycle import Stage
from engage.domain.pauses import Pause, limited
from engage.domain.wall_clock import utc

ONE_DAY = timedelta(days=1)
REMINDERS = 2  # Source: domain 2.2, NEEDS_INFO: after two reminders we go on with what is known.


def why_not_stop(stage: Stage) -> Refusal | None:
    """Time stands still for the promises of an open case; the checks after its closure wait for nobody (ours)."""
    return Refusal("closed_has_no_pause") if stage is Stage.CLOSED else None


def longest_end(reason: PauseReason, starts_at: datetime, others: Iterable[Pause]) -> datetime | None:
    """Return the latest end a pause may have that begins then, or None where the reason has no most.

    Of a reason we set ourselves, the time its other pauses take is gone.
    """
    if reason.most_days is None:
        return None
    most = timedelta(days=reason.most_days)
    if reason.set_by == US:
        same = limited((one for one in others if one.reason_code == reason.code), {reason.code: most})
        most -= sum((one.ends_at - one.starts_at for one in same if one.ends_at is not None), NOTHING)
    return utc(starts_at) + most


def why_not_pause(
    reason: PauseReason, starts_at: datetime, ends_at: datetime, *, others: Iterable[Pause], now: datetime
) -> Refusal | None:
    """Return why the pause cannot be set, or None. All instants are aware; `others` are the pauses of the case."""
    others = tuple(others)
    if utc(starts_at) < utc(now):
        return Refusal("pause_begins_in_the_past")
    if utc(ends_at) <= utc(starts_at):
        return Refusal("pause_ends_before_it_begins")
    if any(_overlaps(one, starts_at, ends_at) for one in others if one.reason_code == reason.code):
        return Refusal("pause_overlaps")
    latest = longest_end(reason, starts_at, others)
    if latest is None or utc(ends_at) <= latest:
        return None
    left = latest - utc(starts_at)
    if left < ONE_DAY:
        return Refusal("pause_used_up", {"most": reason.most_days or 0})
    return Refusal("pause_too_long", {"days": left // ONE_DAY})


def _overlaps(one: Pause, starts_at: datetime, ends_at: datetime) -> bool:
    begins_in_time = utc(one.starts_at) < utc(ends_at)
    return begins_in_time and (one.ends_at is None or utc(one.ends_at) > utc(starts_at))


def reminders_of(starts_at: datetime, ends_at: datetime) -> list[datetime]:
    """Return when the person is reminded of what we asked them: each after an equal part of the pause (ours)."""
    part = (utc(ends_at) - utc(starts_at)) / (REMINDERS + 1)
    return [utc(starts_at) + part * number for number in range(1, REMINDERS + 1)]


def next_look(starts_at: datetime, ends_at: datetime, *, reminds: bool, told: int) -> datetime:
    """Return when the sweep has something to do for a pause: the next reminder, if so many are told, or its end."""
    left = reminders_of(starts_at, ends_at)[told:] if reminds else []
    return min([*left, utc(ends_at)])
