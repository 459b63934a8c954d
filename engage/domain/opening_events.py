"""What happens when somebody of the case team is shown who a confidential person is."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from engage.domain.event import Event


@dataclass(frozen=True, slots=True)
class OpeningAsked(Event):
    opening_id: uuid.UUID
    days: int


@dataclass(frozen=True, slots=True)
class OpeningGranted(Event):
    opening_id: uuid.UUID
    until: datetime


@dataclass(frozen=True, slots=True)
class OpeningDeclined(Event):
    opening_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class OpeningEnded(Event):
    """Somebody took it back before its end; at its end nothing happens, since the row says until when."""

    opening_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class IdentityOpened(Event):
    """Somebody looked, for whom it was opened. Each look is one."""

    opening_id: uuid.UUID
