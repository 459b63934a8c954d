"""What triage brings about: who is kept out of a case, how serious it is, what it needs, what it is linked with."""

import uuid
from dataclasses import dataclass

from engage.domain.event import Event


@dataclass(frozen=True, slots=True)
class RefusalAsked(Event):
    """Somebody asks a second person to refuse a request for information (domain R62)."""

    screening_id: uuid.UUID
    reason_code: str


@dataclass(frozen=True, slots=True)
class InformationRefused(Event):
    screening_id: uuid.UUID
    reason_code: str


@dataclass(frozen=True, slots=True)
class SiftedAsReal(Event):
    """What looked as if a program had sent it is a concern like any other."""

    by_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class SiftedAsNoise(Event):
    """Nobody could see a concern in what looked as if a program had sent it; its sender was answered all the same."""

    message_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class SubjectNamed(Event):
    involvement_id: uuid.UUID
    kind_of_subject: str


@dataclass(frozen=True, slots=True)
class SubjectRemoved(Event):
    involvement_id: uuid.UUID
    kind_of_subject: str


@dataclass(frozen=True, slots=True)
class TakenOff(Event):
    """Somebody who is kept out of the case from now on had a part in it: worked on it, or sat on its panel."""

    user_id: uuid.UUID
    part: str


@dataclass(frozen=True, slots=True)
class ConflictRefused(Event):
    """Somebody who is kept out of the case tried it, or somebody tried to bring them in (domain R02)."""

    user_id: uuid.UUID
    what: str
    by_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class SeverityRated(Event):
    rating_id: uuid.UUID
    phase: str
    level: int
    actual: int
    potential: int


@dataclass(frozen=True, slots=True)
class DowngradeAsked(Event):
    rating_id: uuid.UUID
    level: int


@dataclass(frozen=True, slots=True)
class DowngradeDeclined(Event):
    rating_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class RetaliationAssessed(Event):
    likelihood: str
    severity: str
    risk: str
    at_stage: str


@dataclass(frozen=True, slots=True)
class ItemOpened(Event):
    item_id: uuid.UUID
    code: str


@dataclass(frozen=True, slots=True)
class ItemDone(Event):
    item_id: uuid.UUID
    code: str


@dataclass(frozen=True, slots=True)
class CaseLinked(Event):
    link_id: uuid.UUID
    other_id: uuid.UUID
    link_kind: str


@dataclass(frozen=True, slots=True)
class CaseUnlinked(Event):
    link_id: uuid.UUID
    other_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class ConversionAsked(Event):
    request_id: uuid.UUID
    to_kind: str


@dataclass(frozen=True, slots=True)
class ConversionAnswered(Event):
    request_id: uuid.UUID
    agreed: bool
    sign_off: str


@dataclass(frozen=True, slots=True)
class IncidentLinked(Event):
    """The number of the internal incident that the case belongs to, or None where it belongs to none after all."""

    incident: str | None


@dataclass(frozen=True, slots=True)
class CaseMovedToLane(Event):
    """What was said of it lies in the restricted lane from now on; of the case its record alone is left."""
