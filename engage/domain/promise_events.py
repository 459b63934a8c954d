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
    """The person read that we are late; a role, where it is not the first time and somebody further up hears of it."""

    deadline_id: uuid.UUID
    promise: str
    message_id: uuid.UUID
    new_date: datetime
    role: str = ""
    all_sites: bool = False


@dataclass(frozen=True, slots=True)
class DeadlineExtended(Event):
    deadline_id: uuid.UUID
    promise: str
    message_id: uuid.UUID
    new_date: datetime
    number: int  # the first time, the second
    offers_panel: bool = False


@dataclass(frozen=True, slots=True)
class PanelOffered(Event):
    deadline_id: uuid.UUID
    promise: str


@dataclass(frozen=True, slots=True)
class ReminderDue(Event):
    deadline_id: uuid.UUID
    promise: str
    rung: str
    role: str | None = None  # who hears of it too, one step up, because whoever owes it seems to be away
    all_sites: bool = False


@dataclass(frozen=True, slots=True)
class RungReached(Event):
    deadline_id: uuid.UUID
    promise: str
    rung: str
    role: str
    all_sites: bool = False
    counts_only: bool = False  # nobody is left on the rung or above it, so they hear a count in their place


@dataclass(frozen=True, slots=True)
class OutsideOffered(Event):
    deadline_id: uuid.UUID
    promise: str


@dataclass(frozen=True, slots=True)
class ExplanationAsked(Event):
    explanation_id: uuid.UUID
    promise: str
    due_at: datetime
    role: str  # whose people wait for it
    all_sites: bool


@dataclass(frozen=True, slots=True)
class ExplanationWritten(Event):
    explanation_id: uuid.UUID
    promise: str
    message_id: uuid.UUID
    role: str
    all_sites: bool


@dataclass(frozen=True, slots=True)
class ExplanationMissed(Event):
    explanation_id: uuid.UUID
    promise: str
    role: str  # who hears of it: one step further up
    all_sites: bool


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
    why: str  # ended, answered, over, unanswered, closed
