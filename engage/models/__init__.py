"""Tables. Importing this package makes every table known to the metadata."""

from engage.models.account import AccountLink, AskedReset, FormerAddress, TrainingRecord
from engage.models.aftercare import AfterCheck, CorrectiveAction, IssueCase, Meeting, Proceeding, SystemicIssue
from engage.models.alarm import Alarm
from engage.models.base import Base
from engage.models.calendars import Closure, ClosureSource, CommunityPeriod, SiteHours
from engage.models.case import Case, CaseSubject
from engage.models.circuit import Circuit
from engage.models.content import Feedback, Message, Statement
from engage.models.files import Attachment, Original
from engage.models.foreign_identity import ForeignIdentity
from engage.models.identity import (
    AddressChange,
    CodeLink,
    DataKey,
    Draft,
    Receipt,
    SamePerson,
    SealedContact,
    SealedIdentity,
    SentForm,
)
from engage.models.investigation import InvestigationPlan
from engage.models.lane import (
    LaneAccess,
    LaneAccount,
    LaneClock,
    LaneConsent,
    LaneContact,
    LaneEvent,
    LaneHead,
    LaneKey,
    LaneNamed,
    LaneReceipt,
    LaneReferral,
    LaneReport,
    LaneSubject,
    LaneWord,
)
from engage.models.mail import PenGuess, PenItem, ReceivedMail
from engage.models.message_version import MessageVersion
from engage.models.notice import (
    WAITING,
    ContactAttempt,
    DeliveryAttempt,
    Errand,
    Heartbeat,
    OutboxMessage,
    Recipient,
    waits,
)
from engage.models.notification import NoticePreference, Watching
from engage.models.opening import Opening
from engage.models.outside import Referral
from engage.models.panel import PanelNote
from engage.models.passkey import Passkey, PasskeyChallenge
from engage.models.promise import Deadline, Explanation, Pause, ReachedRung
from engage.models.reaching import ContactPreference, EarlyReport, ReceivedText, SmsThread
from engage.models.reading import UnusualReading
from engage.models.record import Access, AuditEvent, CaseEvent, CaseHead, Checkpoint
from engage.models.resolution import (
    Appeal,
    Approval,
    IndependentReview,
    PanelSeat,
    Proposal,
    Remedy,
    Screening,
)
from engage.models.retention import RetentionItem, RetentionRun
from engage.models.rights import Correction, DoomedFile, LegalHold, Tombstone
from engage.models.second_factor import RecoveryCode, SecondFactor
from engage.models.site import RuleSet, SignInTry, Site, StaffMembership, StaffUser
from engage.models.staff_session import StaffSession
from engage.models.triage import CaseLink, ConversionRequest, Involvement, OpenItem, Rating
from engage.models.waiting import ExtensionRequest
from engage.models.work import Absence, Task

__all__ = [
    "WAITING",
    "Absence",
    "Access",
    "AddressChange",
    "AccountLink",
    "AfterCheck",
    "Alarm",
    "Appeal",
    "Approval",
    "AskedReset",
    "Attachment",
    "AuditEvent",
    "Base",
    "Case",
    "CaseEvent",
    "CaseHead",
    "CaseLink",
    "CaseSubject",
    "Checkpoint",
    "Circuit",
    "Closure",
    "ClosureSource",
    "CodeLink",
    "CommunityPeriod",
    "ContactAttempt",
    "ContactPreference",
    "ConversionRequest",
    "Correction",
    "CorrectiveAction",
    "DataKey",
    "Deadline",
    "DeliveryAttempt",
    "DoomedFile",
    "DeliveryAttempt",
    "Draft",
    "EarlyReport",
    "Errand",
    "Explanation",
    "ExtensionRequest",
    "Feedback",
    "ForeignIdentity",
    "FormerAddress",
    "Heartbeat",
    "IndependentReview",
    "InvestigationPlan",
    "Involvement",
    "IssueCase",
    "LegalHold",
    "LaneAccess",
    "LaneAccount",
    "LaneClock",
    "LaneConsent",
    "LaneContact",
    "LaneEvent",
    "LaneHead",
    "LaneKey",
    "LaneNamed",
    "LaneReceipt",
    "LaneReferral",
    "LaneReport",
    "LaneSubject",
    "LaneWord",
    "Meeting",
    "Message",
    "MessageVersion",
    "OpenItem",
    "Opening",
    "Original",
    "NoticePreference",
    "OutboxMessage",
    "PanelNote",
    "PanelSeat",
    "Passkey",
    "PasskeyChallenge",
    "Pause",
    "PenGuess",
    "PenItem",
    "Proceeding",
    "Proposal",
    "Rating",
    "ReachedRung",
    "Receipt",
    "ReceivedMail",
    "Recipient",
    "ReceivedText",
    "RecoveryCode",
    "Referral",
    "Remedy",
    "RetentionItem",
    "RetentionRun",
    "RuleSet",
    "Screening",
    "SamePerson",
    "SealedContact",
    "SealedIdentity",
    "SecondFactor",
    "SentForm",
    "SignInTry",
    "Site",
    "SiteHours",
    "SmsThread",
    "StaffMembership",
    "StaffSession",
    "StaffUser",
    "Statement",
    "SystemicIssue",
    "Task",
    "UnusualReading",
    "Tombstone",
    "TrainingRecord",
    "Watching",
    "waits",
]
