"""What can happen to what we promised: kept, missed, put off, reminded of, escalated."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from engage.domain.event import Event


@dataclass(frozen=True, slots=True)
class DeadlineMet(Event):
    deadline_id: uuid.UUID
    promise: str
    late: bool


@dataclass(frozen=True, slots=True)
class DeadlineMissed(Event):
    deadline_id: uuid.UUID
    promise: str


@dataclass(frozen=True, slots=True)
class DelayTold(Event):
    deadline_id: uuid.UUID
    promise: str
    message_id: uuid.UUID
    new_date: datetime


@dataclass(frozen=True, slots=True)
class DeadlineExtended(Event):
    deadline_id: uuid.UUID
    promise: str
    message_id: uuid.UUID
    new_date: datetime
    number: int  # the first time, the second


@dataclass(frozen=True, slots=True)
class ReminderDue(Event):
    deadline_id: uuid.UUID
    promise: str
    rung: str


@dataclass(frozen=True, slots=True)
class RungReached(Event):
    deadline_id: uuid.UUID
    promise: str
    rung: str
    role: str
    all_sites: bool = False


@dataclass(frozen=True, slots=True)
class ClockPaused(Event):
    pause_id: uuid.UUID
    reason: str
    message_id: uuid.UUID
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class ClockResumed(Event):
    pause_id: uuid.UUID
    reason: str
    why: str  # ended, answered, over, closed
