"""What happens on the roads to a person: errands, and texts they want no more of."""

import uuid
from dataclasses import dataclass

from engage.domain.event import Event


@dataclass(frozen=True, slots=True)
class PersonTold(Event):
    errand_id: uuid.UUID
    reached: bool


@dataclass(frozen=True, slots=True)
class ErrandDue(Event):
    """An errand is not done, and those who sit on a rung of the ladder hear of it."""

    errand_id: uuid.UUID
    role: str
    all_sites: bool


@dataclass(frozen=True, slots=True)
class ErrandGiven(Event):
    """Somebody of ours is to carry an errand."""

    errand_id: uuid.UUID
    carrier_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class TextsStopped(Event):
    """The person wants no more texts. Of several cases of one phone one tells it the person."""

    tells: bool


@dataclass(frozen=True, slots=True)
class PreferencesChanged(Event):
    """The person said otherwise how and when to be reached."""
