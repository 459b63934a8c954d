"""What happens while facts are established; engage.domain.events takes the events in."""

import uuid
from dataclasses import dataclass

from engage.domain.event import Event


@dataclass(frozen=True, slots=True)
class InvestigationPlanned(Event):
    """The plan was written, or written anew: `number` counts from 1."""

    plan_id: uuid.UUID
    number: int
