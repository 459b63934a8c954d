"""What happens while somebody waits: the person for news, we for their answer, one of us for a word from above."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from engage.domain.event import Event


@dataclass(frozen=True, slots=True)
class NewsMissed(Event):
    task_id: uuid.UUID
    role: str  # who hears of it: one step up
    all_sites: bool


@dataclass(frozen=True, slots=True)
class PersonReminded(Event):
    """The person was reminded of what we asked them, while the clock stands still for their answer."""

    pause_id: uuid.UUID
    number: int
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class ExtensionAsked(Event):
    request_id: uuid.UUID
    promise: str
    new_date: datetime


@dataclass(frozen=True, slots=True)
class ExtensionDeclined(Event):
    request_id: uuid.UUID
    promise: str
