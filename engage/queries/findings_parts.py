"""What a case page shows of how facts are established: the plans of the investigation."""

import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Uuid, bindparam, exists, select

from engage.extensions import db
from engage.models import Case, InvestigationPlan

# Asked for together with the case, so that only what there is is read.
THERE: Mapping[str, ColumnElement[bool]] = {"plans": exists().where(InvestigationPlan.case_id == Case.id)}
_PLANS = (
    select(InvestigationPlan)
    .where(InvestigationPlan.case_id == bindparam("case_id", type_=Uuid()))
    .order_by(InvestigationPlan.number.desc())
)


def plans(case_id: uuid.UUID) -> Sequence[InvestigationPlan]:
    """Return the plans of the case's investigation, the newest first."""
    return db.session.scalars(_PLANS, {"case_id": case_id}).all()
