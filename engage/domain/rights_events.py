"""What happens when the person demands something of what we hold, and when we keep or erase it."""

import uuid
from dataclasses import dataclass

from engage.domain.event import Event


@dataclass(frozen=True, slots=True)
class CorrectionAsked(Event):
    correction_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class CorrectionAnswered(Event):
    correction_id: uuid.UUID
    accepted: bool


@dataclass(frozen=True, slots=True)
class HoldSet(Event):
    hold_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class HoldLifted(Event):
    hold_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class ContentErased(Event):
    """Nothing of what it speaks of can be read any more; from here on the record holds without it."""

    scope: str
    rule: str
