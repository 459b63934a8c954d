"""What becomes of a notice, as its row says it, and what one attempt to deliver it came to."""

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Protocol


class NoticeState(StrEnum):
    """Where a notice stands. Only the first two are still to be carried."""

    WAITING = "waiting"
    CLAIMED = "claimed"  # a worker has it in its hands
    SENT = "sent"
    BOUNCED = "bounced"  # it left, and came back
    DEAD = "dead"  # given up
    REPLACED = "replaced"  # another notice says it: on the next road, or for several at once


class Outcome(StrEnum):
    """What one attempt came to."""

    SENT = "sent"
    DEFERRED = "deferred"  # not now
    REFUSED = "refused"  # never
    FAILED = "failed"  # a fault of ours
    DOWN = "down"  # nothing could leave by this road; no fault of the notice
    BOUNCED = "bounced"  # a report came back later
    ARRIVED = "arrived"  # a report of arrival came back later


class Urgency(IntEnum):
    """Which notice leaves first where many wait. Ours."""

    URGENT = 0  # what cannot wait: urgent facts, levels 4 and 5, ways back into an account or a case
    ORDINARY = 1
    BULK = 2  # digests and counts


class Fate(Protocol):
    """What a row says of its notice. All of them instants in UTC, and `not_before` the end of a claim."""

    @property
    def sent_at(self) -> datetime | None: ...
    @property
    def dead_at(self) -> datetime | None: ...
    @property
    def bounced_at(self) -> datetime | None: ...
    @property
    def replaced_at(self) -> datetime | None: ...
    @property
    def claimed_at(self) -> datetime | None: ...
    @property
    def not_before(self) -> datetime: ...


def state_at(fate: Fate, now: datetime) -> NoticeState:
    """Return where the notice stands at the instant, see `state_of`."""
    return state_of(
        sent_at=fate.sent_at,
        dead_at=fate.dead_at,
        bounced_at=fate.bounced_at,
        replaced_at=fate.replaced_at,
        claimed_at=fate.claimed_at,
        not_before=fate.not_before,
        now=now,
    )


def state_of(
    *,
    sent_at: datetime | None,
    dead_at: datetime | None,
    bounced_at: datetime | None,
    replaced_at: datetime | None,
    claimed_at: datetime | None,
    not_before: datetime,
    now: datetime,
) -> NoticeState:
    """Return where a notice stands. What happened last counts; a claim counts until it runs out."""
    if replaced_at is not None:
        return NoticeState.REPLACED
    if bounced_at is not None:
        return NoticeState.BOUNCED
    if dead_at is not None:
        return NoticeState.DEAD
    if sent_at is not None:
        return NoticeState.SENT
    return NoticeState.CLAIMED if claimed_at is not None and not_before > now else NoticeState.WAITING


# Ways back into an account or a case, and what a person's safety hangs on.
_URGENT = frozenset(
    {
        "urgent_fact",
        "first_code_link",
        "code_link",
        "password_link",
        "invitation",
        "lane_holds_something",
        "could_not_reach",
        "new_browser",
    }
)
_BULK = frozenset({"late_count", "flagged_cases", "checkpoint_made"})
_GRAVE = 4  # domain 2.4: levels 4 and 5 have the shortest days


def urgency_of(template: str, level: int | None) -> Urgency:
    """Return how soon a notice leaves beside others that are due; the level is that of its case, if it has one."""
    if template in _BULK:
        return Urgency.BULK
    return Urgency.URGENT if template in _URGENT or (level or 0) >= _GRAVE else Urgency.ORDINARY
