"""What a person demanded of what we hold, and what stands against it, as the pages of a case show it."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Uuid, bindparam, exists, select

from engage.extensions import db
from engage.models import Case, Correction, LegalHold, Tombstone

_CASE_ID = bindparam("case_id", type_=Uuid())
# Asked for together with the case, so that only what there is is read.
THERE: Mapping[str, ColumnElement[bool]] = {
    "corrections": exists().where(Correction.case_id == Case.id),
    "holds": exists().where(LegalHold.case_id == Case.id),
    "tombstones": exists().where(Tombstone.case_id == Case.id),
}
_CORRECTIONS = select(Correction).where(Correction.case_id == _CASE_ID).order_by(Correction.asked_at, Correction.id)
_HOLDS = select(LegalHold).where(LegalHold.case_id == _CASE_ID).order_by(LegalHold.set_at.desc())
_TOMBSTONES = select(Tombstone).where(Tombstone.case_id == _CASE_ID).order_by(Tombstone.erased_at)


@dataclass(frozen=True, slots=True)
class RightsParts:
    """Corrections as they were asked for, holds with the newest first, and what was erased."""

    corrections: Sequence[Correction] = ()
    holds: Sequence[LegalHold] = ()
    tombstones: Sequence[Tombstone] = ()

    @property
    def hold(self) -> LegalHold | None:
        """The hold that stands, or None."""
        return next((row for row in self.holds if row.lifted_at is None), None)

    @property
    def waiting(self) -> Sequence[Correction]:
        """Corrections that nobody has answered."""
        return [row for row in self.corrections if row.answered_at is None]


def of(case_id: uuid.UUID, there: Collection[str]) -> RightsParts:
    """Return the parts of the case, with one statement for each of those that are there."""
    of_case = {"case_id": case_id}
    return RightsParts(
        corrections=db.session.scalars(_CORRECTIONS, of_case).all() if "corrections" in there else (),
        holds=db.session.scalars(_HOLDS, of_case).all() if "holds" in there else (),
        tombstones=db.session.scalars(_TOMBSTONES, of_case).all() if "tombstones" in there else (),
    )
