"""What happens among those who decide an appeal."""

import uuid
from dataclasses import dataclass

from engage.domain.event import Event


@dataclass(frozen=True, slots=True)
class PanelDeclared(Event):
    """A member said that they have no conflict of interest, before they read anything (domain R02, R32)."""

    appeal_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class SeatGivenUp(Event):
    """A member said that they do have one, and sits on the panel no longer."""

    appeal_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class SeatVacated(Event):
    """A member may sit on no panel any more: they left, or lost the role."""

    appeal_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class PanelNoteWritten(Event):
    """A member wrote something that the panel alone reads."""

    appeal_id: uuid.UUID
    note_id: uuid.UUID
    dissents: bool = False
