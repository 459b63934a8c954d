"""Openings of a confidential identity, as the case page shows them."""

import uuid
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, Uuid, bindparam, exists, select

from engage.extensions import db
from engage.models import Case, Opening

# Asked for together with the case, so that only what there is is read.
THERE: Mapping[str, ColumnElement[bool]] = {"openings": exists().where(Opening.case_id == Case.id)}
_OPENINGS = (
    select(Opening)
    .where(Opening.case_id == bindparam("case_id", type_=Uuid()))
    .order_by(Opening.asked_at.desc(), Opening.id)
)


def of(case_id: uuid.UUID, there: Collection[str]) -> Sequence[Opening]:
    """Return what was asked for and what became of it, the newest first."""
    return db.session.scalars(_OPENINGS, {"case_id": case_id}).all() if "openings" in there else ()
