"""What can happen to a case. Past tense, ids, codes and small values only: never words, names or addresses."""

import uuid
from dataclasses import dataclass, fields
from datetime import datetime
from enum import Enum


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a case. Its kind is the name of its class."""

    @property
    def kind(self) -> str:
        """The stored name of the event; it never changes once used."""
        return type(self).__name__

    def payload(self) -> dict[str, str | int | bool | None]:
        """Return the values as they are written into the record and hashed: plain JSON types."""
        return {item.name: _plain(getattr(self, item.name)) for item in fields(self)}


def _plain(value: object) -> str | int | bool | None:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)


@dataclass(frozen=True, slots=True)
class CaseReceived(Event):
    channel: str
    kind_of_case: str
    on_behalf: bool = False


@dataclass(frozen=True, slots=True)
class CaseRouted(Event):
    from_site_id: uuid.UUID
    to_site_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class CaseAcknowledged(Event):
    how: str


@dataclass(frozen=True, slots=True)
class CaseAssessed(Event):
    level: int
    potential: int
    category: str
    subcategory: str | None = None
    ongoing_harm: bool = False
    retaliation_risk: str | None = None


@dataclass(frozen=True, slots=True)
class UrgentFactFound(Event):
    fact: str
    role: str
    all_sites: bool = False


@dataclass(frozen=True, slots=True)
class InterimMeasureRecorded(Event):
    message_id: uuid.UUID
    possible: bool


@dataclass(frozen=True, slots=True)
class CaseAssigned(Event):
    assignee_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class CaseConverted(Event):
    from_kind: str
    to_kind: str


@dataclass(frozen=True, slots=True)
class CaseRestricted(Event):
    reason: str


@dataclass(frozen=True, slots=True)
class ScreenOutAsked(Event):
    screening_id: uuid.UUID
    reason_code: str


@dataclass(frozen=True, slots=True)
class ScreenOutDeclined(Event):
    screening_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class CaseScreenedOut(Event):
    screening_id: uuid.UUID
    reason_code: str


@dataclass(frozen=True, slots=True)
class InvestigationStarted(Event):
    pass


@dataclass(frozen=True, slots=True)
class ConsultationHeld(Event):
    message_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class ProposalDrafted(Event):
    proposal_id: uuid.UUID
    round: int


@dataclass(frozen=True, slots=True)
class ProposalApproved(Event):
    proposal_id: uuid.UUID
    role: str


@dataclass(frozen=True, slots=True)
class ProposalReturned(Event):
    proposal_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class ProposalSent(Event):
    proposal_id: uuid.UUID
    round: int
    respond_by: datetime


@dataclass(frozen=True, slots=True)
class ProposalAccepted(Event):
    proposal_id: uuid.UUID
    sign_off: str


@dataclass(frozen=True, slots=True)
class ProposalCountered(Event):
    proposal_id: uuid.UUID
    wants_meeting: bool
    sign_off: str


@dataclass(frozen=True, slots=True)
class ProposalRefused(Event):
    proposal_id: uuid.UUID
    wants_panel: bool
    sign_off: str


@dataclass(frozen=True, slots=True)
class CaseLapsed(Event):
    proposal_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class RemedyFinished(Event):
    remedy_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class RemedyConfirmed(Event):
    remedy_id: uuid.UUID
    confirmed: bool
    sign_off: str


@dataclass(frozen=True, slots=True)
class CaseVerified(Event):
    close_type: str
    unconfirmed: int = 0


@dataclass(frozen=True, slots=True)
class CaseAppealed(Event):
    appeal_id: uuid.UUID
    is_late: bool


@dataclass(frozen=True, slots=True)
class PanelSeated(Event):
    appeal_id: uuid.UUID
    members: int


@dataclass(frozen=True, slots=True)
class AppealDecided(Event):
    appeal_id: uuid.UUID
    outcome: str


@dataclass(frozen=True, slots=True)
class CaseReferred(Event):
    review_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class ReviewReported(Event):
    review_id: uuid.UUID
    outcome: str


@dataclass(frozen=True, slots=True)
class CaseReopened(Event):
    by_person: bool


@dataclass(frozen=True, slots=True)
class CaseAnswered(Event):
    message_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class CaseWithdrawn(Event):
    pressured: bool | None = None


@dataclass(frozen=True, slots=True)
class MessageWritten(Event):
    message_id: uuid.UUID
    writer: str
    asks: bool = False


@dataclass(frozen=True, slots=True)
class FilesAdded(Event):
    count: int


@dataclass(frozen=True, slots=True)
class AttemptLogged(Event):
    channel: str
    reached: bool


@dataclass(frozen=True, slots=True)
class ContactChanged(Event):
    road: str


@dataclass(frozen=True, slots=True)
class IdentityChanged(Event):
    identity: str


@dataclass(frozen=True, slots=True)
class CodeChanged(Event):
    why: str


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
class NoticeUndeliverable(Event):
    outbox_message_id: uuid.UUID
    template: str


@dataclass(frozen=True, slots=True)
class PersonTold(Event):
    errand_id: uuid.UUID
    reached: bool


@dataclass(frozen=True, slots=True)
class FeedbackGiven(Event):
    process: int
    outcome: int


@dataclass(frozen=True, slots=True)
class CheckedAfterwards(Event):
    deadline_id: uuid.UUID
    reached: bool
