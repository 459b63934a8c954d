"""Meetings, talks after closure, what a case shares with others, and what bodies outside do meanwhile."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from engage.domain.event import Event


@dataclass(frozen=True, slots=True)
class MeetingHeld(Event):
    meeting_id: uuid.UUID
    round: int


@dataclass(frozen=True, slots=True)
class ReportedBack(Event):
    """A group was told, where its people are, how its concern goes out (domain R46)."""

    meeting_id: uuid.UUID
    message_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class RetaliationFound(Event):
    """Somebody said after closure that they were punished for speaking up (domain R52); before a check: of none."""

    check_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class JoinedSystemicIssue(Event):
    """The same thing keeps happening at its place; `opens` where this case was the one that made it so many."""

    issue_id: uuid.UUID
    opens: bool


@dataclass(frozen=True, slots=True)
class ProceedingRecorded(Event):
    """A court, a regulator or another body has the same matter; the case goes on (domain R34)."""

    proceeding_id: uuid.UUID
    kind_of_body: str


@dataclass(frozen=True, slots=True)
class ProceedingEnded(Event):
    proceeding_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class FeedbackGiven(Event):
    """The person answered the two questions; how, stands apart and is read only in sums (domain R55)."""


@dataclass(frozen=True, slots=True)
class CheckedAfterwards(Event):
    deadline_id: uuid.UUID
    reached: bool


@dataclass(frozen=True, slots=True)
class CorrectiveActionDecided(Event):
    """Something is changed so that it does not happen again (domain R53); `shared` where the person reads of it."""

    action_id: uuid.UUID
    owner_id: uuid.UUID
    due_at: datetime
    shared: bool = False


@dataclass(frozen=True, slots=True)
class CorrectiveActionPassedOn(Event):
    """Whoever saw to it is with us no longer, and somebody else sees to it now."""

    action_id: uuid.UUID
    owner_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class CorrectiveActionDone(Event):
    action_id: uuid.UUID
    shared: bool = False


@dataclass(frozen=True, slots=True)
class CorrectiveActionDue(Event):
    action_id: uuid.UUID
    owner_id: uuid.UUID
