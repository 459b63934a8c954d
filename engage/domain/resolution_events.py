"""What can happen on the way to a resolution: an offer, the answer to it, and remedies carried out."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from engage.domain.event import Event


@dataclass(frozen=True, slots=True)
class ProposalDrafted(Event):
    proposal_id: uuid.UUID
    round: int
    held_by_words: bool = False  # they seem to take a right or to buy silence (domain R34)


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
class RemedyPassedOn(Event):
    remedy_id: uuid.UUID
    owner_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class RemedyConfirmed(Event):
    remedy_id: uuid.UUID
    confirmed: bool
    sign_off: str


@dataclass(frozen=True, slots=True)
class CaseVerified(Event):
    close_type: str
    unconfirmed: int = 0
