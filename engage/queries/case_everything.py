"""Everything that the person of a case may take with them, read in a number of statements that does not grow.

Never in it: notes and findings among staff, who of us did something beyond their role, and who the person is: the file
lies about on a phone, and whoever finds it is not to learn more than whoever finds the code.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Uuid, bindparam, select

from engage.domain.case import Writer
from engage.domain.policy import Actor
from engage.extensions import db
from engage.models import (
    Attachment,
    CaseEvent,
    Feedback,
    Meeting,
    Message,
    SealedContact,
    SealedIdentity,
)
from engage.queries import case_file
from engage.queries.case_file import CaseFile
from engage.queries.seen import Seen, name_seen_by

# What happened to a case that its person is told of. Another event is work among staff, or told by one of these.
TOLD = (
    "CaseReceived",
    "CaseRouted",
    "CaseAcknowledged",
    "CaseAssessed",
    "InvestigationStarted",
    "ProposalSent",
    "ProposalAccepted",
    "ProposalCountered",
    "ProposalRefused",
    "RemedyFinished",
    "RemedyConfirmed",
    "CaseAppealed",
    "PanelSeated",
    "AppealDecided",
    "CaseReferred",
    "ReviewReported",
    "CaseReopened",
    "CaseConverted",
    "CaseAnswered",
    "CaseScreenedOut",
    "InformationRefused",
    "CaseLapsed",
    "CaseVerified",
    "CaseWithdrawn",
    "DeadlineExtended",
    "DelayTold",
    "ClockPaused",
    "ClockResumed",
    "ReportedBack",
    "AttemptLogged",
    "PersonTold",
    "ContactChanged",
    "IdentityChanged",
    "CodeChanged",
    "IdentityOpened",
    "FeedbackGiven",
    "CorrectionAsked",
    "CorrectionAnswered",
    "HoldSet",
    "HoldLifted",
    "ContentErased",
)

_CASE_ID = bindparam("case_id", type_=Uuid())
_HAPPENED = (
    select(CaseEvent.kind, CaseEvent.at, CaseEvent.actor_party, CaseEvent.actor_role)
    .where(CaseEvent.case_id == _CASE_ID, CaseEvent.kind.in_(TOLD))
    .order_by(CaseEvent.number)
)
_FILES = (
    select(Attachment)
    .where(Attachment.case_id == _CASE_ID, Attachment.writer != Writer.NOTE)
    .order_by(Attachment.added_at, Attachment.id)
)
_MEETINGS = (
    select(Meeting)
    .join(Message, Message.id == Meeting.message_id)
    .where(Meeting.case_id == _CASE_ID, Message.writer != Writer.NOTE)
    .order_by(Meeting.held_at, Meeting.recorded_at)
)


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened: which event, when, and on whose side; of us the role alone."""

    kind: str
    at: datetime
    party: str
    role: str | None


@dataclass(frozen=True, slots=True)
class Everything:
    """What the person may take with them of their case."""

    file: CaseFile
    happened: Sequence[Happened]
    files: Sequence[Attachment]  # in the order in which they came
    meetings: Sequence[Meeting]  # of which the person was told
    feedback: Feedback | None
    name_seen: Sequence[Seen]
    has_identity: bool
    has_contact: bool


def own(actor: Actor) -> Everything:
    """Return everything of the actor's own case.

    Raises:
        NoResultFound: there is no such case.
    """
    found = case_file.own(actor)
    of_case = {"case_id": found.case.id}
    return Everything(
        file=found,
        happened=[Happened(*row) for row in db.session.execute(_HAPPENED, of_case)],
        files=db.session.scalars(_FILES, of_case).all(),
        meetings=db.session.scalars(_MEETINGS, of_case).all(),
        feedback=db.session.get(Feedback, found.case.id),
        name_seen=name_seen_by(found.case),
        has_identity=_is_there(SealedIdentity, found.case.id),
        has_contact=_is_there(SealedContact, found.case.id),
    )


def _is_there(kind: type[SealedIdentity] | type[SealedContact], case_id: uuid.UUID) -> bool:
    return db.session.get(kind, case_id) is not None
