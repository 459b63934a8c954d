"""What can happen between a case and bodies outside it: handed over, taken or sent back, offered a look."""

import uuid
from dataclasses import dataclass

from engage.domain.event import Event


@dataclass(frozen=True, slots=True)
class ReferralMade(Event):
    """One of us decided to hand a matter over; `basis` is what lets us (domain R35, R36)."""

    referral_id: uuid.UUID
    to_kind: str
    basis: str


@dataclass(frozen=True, slots=True)
class ReferralAccepted(Event):
    referral_id: uuid.UUID
    to_kind: str


@dataclass(frozen=True, slots=True)
class ReferralDeclined(Event):
    referral_id: uuid.UUID
    to_kind: str


@dataclass(frozen=True, slots=True)
class ReviewOffered(Event):
    """A panel has decided, and the person is told that a body outside can look at it next (domain R33)."""

    appeal_id: uuid.UUID
