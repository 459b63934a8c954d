"""What can happen to a case. Past tense, ids, codes and small values only: never words, names or addresses."""

import uuid
from dataclasses import dataclass

from engage.domain.aftercare_events import CheckedAfterwards as CheckedAfterwards
from engage.domain.aftercare_events import CorrectiveActionDecided as CorrectiveActionDecided
from engage.domain.aftercare_events import CorrectiveActionDone as CorrectiveActionDone
from engage.domain.aftercare_events import CorrectiveActionDue as CorrectiveActionDue
from engage.domain.aftercare_events import CorrectiveActionPassedOn as CorrectiveActionPassedOn
from engage.domain.aftercare_events import FeedbackGiven as FeedbackGiven
from engage.domain.aftercare_events import JoinedSystemicIssue as JoinedSystemicIssue
from engage.domain.aftercare_events import MeetingHeld as MeetingHeld
from engage.domain.aftercare_events import ProceedingEnded as ProceedingEnded
from engage.domain.aftercare_events import ProceedingRecorded as ProceedingRecorded
from engage.domain.aftercare_events import ReportedBack as ReportedBack
from engage.domain.aftercare_events import RetaliationFound as RetaliationFound
from engage.domain.conversation_events import MailPlaced as MailPlaced
from engage.domain.conversation_events import MessageWritten as MessageWritten
from engage.domain.delivery_events import NoticeTriedAgain as NoticeTriedAgain
from engage.domain.delivery_events import NoticeUndeliverable as NoticeUndeliverable
from engage.domain.delivery_events import ToldInstead as ToldInstead
from engage.domain.event import Event as Event  # what is defined beside the events is imported along with them
from engage.domain.file_events import FileLocked as FileLocked
from engage.domain.file_events import FileUnlocked as FileUnlocked
from engage.domain.file_events import OriginalKept as OriginalKept
from engage.domain.file_events import OriginalOpened as OriginalOpened
from engage.domain.file_events import OriginalsForgotten as OriginalsForgotten
from engage.domain.findings_events import InvestigationPlanned as InvestigationPlanned
from engage.domain.opening_events import IdentityOpened as IdentityOpened
from engage.domain.opening_events import OpeningAsked as OpeningAsked
from engage.domain.opening_events import OpeningDeclined as OpeningDeclined
from engage.domain.opening_events import OpeningEnded as OpeningEnded
from engage.domain.opening_events import OpeningGranted as OpeningGranted
from engage.domain.outside_events import ReferralAccepted as ReferralAccepted
from engage.domain.outside_events import ReferralDeclined as ReferralDeclined
from engage.domain.outside_events import ReferralMade as ReferralMade
from engage.domain.outside_events import ReviewOffered as ReviewOffered
from engage.domain.panel_events import PanelDeclared as PanelDeclared
from engage.domain.panel_events import PanelNoteWritten as PanelNoteWritten
from engage.domain.panel_events import SeatGivenUp as SeatGivenUp
from engage.domain.panel_events import SeatVacated as SeatVacated
from engage.domain.promise_events import ClockPaused as ClockPaused
from engage.domain.promise_events import ClockResumed as ClockResumed
from engage.domain.promise_events import DeadlineExtended as DeadlineExtended
from engage.domain.promise_events import DeadlineMet as DeadlineMet
from engage.domain.promise_events import DeadlineMissed as DeadlineMissed
from engage.domain.promise_events import DelayTold as DelayTold
from engage.domain.promise_events import ExplanationAsked as ExplanationAsked
from engage.domain.promise_events import ExplanationMissed as ExplanationMissed
from engage.domain.promise_events import ExplanationWritten as ExplanationWritten
from engage.domain.promise_events import OutsideOffered as OutsideOffered
from engage.domain.promise_events import PanelOffered as PanelOffered
from engage.domain.promise_events import ReminderDue as ReminderDue
from engage.domain.promise_events import RungReached as RungReached
from engage.domain.resolution_events import CaseLapsed as CaseLapsed
from engage.domain.resolution_events import CaseVerified as CaseVerified
from engage.domain.resolution_events import ProposalAccepted as ProposalAccepted
from engage.domain.resolution_events import ProposalApproved as ProposalApproved
from engage.domain.resolution_events import ProposalCountered as ProposalCountered
from engage.domain.resolution_events import ProposalDrafted as ProposalDrafted
from engage.domain.resolution_events import ProposalRefused as ProposalRefused
from engage.domain.resolution_events import ProposalReturned as ProposalReturned
from engage.domain.resolution_events import ProposalSent as ProposalSent
from engage.domain.resolution_events import RemedyConfirmed as RemedyConfirmed
from engage.domain.resolution_events import RemedyFinished as RemedyFinished
from engage.domain.resolution_events import RemedyPassedOn as RemedyPassedOn
from engage.domain.rights_events import ContentErased as ContentErased
from engage.domain.rights_events import CorrectionAnswered as CorrectionAnswered
from engage.domain.rights_events import CorrectionAsked as CorrectionAsked
from engage.domain.rights_events import HoldLifted as HoldLifted
from engage.domain.rights_events import HoldSet as HoldSet
from engage.domain.road_events import ErrandDue as ErrandDue
from engage.domain.road_events import ErrandGiven as ErrandGiven
from engage.domain.road_events import PersonTold as PersonTold
from engage.domain.road_events import PreferencesChanged as PreferencesChanged
from engage.domain.road_events import TextsStopped as TextsStopped
from engage.domain.triage_events import CaseLinked as CaseLinked
from engage.domain.triage_events import CaseMovedToLane as CaseMovedToLane
from engage.domain.triage_events import CaseUnlinked as CaseUnlinked
from engage.domain.triage_events import ConflictRefused as ConflictRefused
from engage.domain.triage_events import ConversionAnswered as ConversionAnswered
from engage.domain.triage_events import ConversionAsked as ConversionAsked
from engage.domain.triage_events import DowngradeAsked as DowngradeAsked
from engage.domain.triage_events import DowngradeDeclined as DowngradeDeclined
from engage.domain.triage_events import IncidentLinked as IncidentLinked
from engage.domain.triage_events import InformationRefused as InformationRefused
from engage.domain.triage_events import ItemDone as ItemDone
from engage.domain.triage_events import ItemOpened as ItemOpened
from engage.domain.triage_events import RefusalAsked as RefusalAsked
from engage.domain.triage_events import RetaliationAssessed as RetaliationAssessed
from engage.domain.triage_events import SeverityRated as SeverityRated
from engage.domain.triage_events import SiftedAsNoise as SiftedAsNoise
from engage.domain.triage_events import SiftedAsReal as SiftedAsReal
from engage.domain.triage_events import SubjectNamed as SubjectNamed
from engage.domain.triage_events import SubjectRemoved as SubjectRemoved
from engage.domain.triage_events import TakenOff as TakenOff
from engage.domain.waiting_events import ExtensionAsked as ExtensionAsked
from engage.domain.waiting_events import ExtensionDeclined as ExtensionDeclined
from engage.domain.waiting_events import NewsMissed as NewsMissed
from engage.domain.waiting_events import PersonReminded as PersonReminded
from engage.domain.work_events import ColleagueMentioned as ColleagueMentioned
from engage.domain.work_events import TaskAdded as TaskAdded
from engage.domain.work_events import TaskDue as TaskDue
from engage.domain.work_events import TaskFinished as TaskFinished
from engage.domain.work_events import TaskPassedOn as TaskPassedOn


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
    danger: str | None = None
    complexity: str | None = None


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
class AssigneeLeft(Event):
    """Whoever worked the case left, or can work it no longer where it is now; it is unassigned again."""

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
    held: bool = True  # or a try that reached nobody


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
class AddressConfirmed(Event):
    """The person opened the link that went to their new address."""


@dataclass(frozen=True, slots=True)
class ConcernsPutTogether(Event):
    """The person lets us know which other concerns are theirs, or no longer."""

    agreed: bool


@dataclass(frozen=True, slots=True)
class IdentityChanged(Event):
    identity: str


@dataclass(frozen=True, slots=True)
class CodeChanged(Event):
    why: str
