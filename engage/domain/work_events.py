"""What happens to the work on a case beside its steps: tasks, and notes for a colleague."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from engage.domain.event import Event


@dataclass(frozen=True, slots=True)
class TaskAdded(Event):
    task_id: uuid.UUID
    owner_id: uuid.UUID
    due_at: datetime


@dataclass(frozen=True, slots=True)
class TaskPassedOn(Event):
    task_id: uuid.UUID
    owner_id: uuid.UUID
    taken: bool = False


@dataclass(frozen=True, slots=True)
class TaskFinished(Event):
    task_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class TaskDue(Event):
    task_id: uuid.UUID
    owner_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class ColleagueMentioned(Event):
    """Whoever wrote a note wants somebody of ours to read it."""

    message_id: uuid.UUID
    user_id: uuid.UUID
