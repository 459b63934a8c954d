"""What bodies outside have to do with a case: proceedings elsewhere, and what was handed over."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Uuid, bindparam, exists, select

from engage.extensions import db
from engage.models import Case, Proceeding, Referral, Site


@dataclass(frozen=True, slots=True)
class OutsideParts:
    """What most cases have nothing of, the oldest first."""

    proceedings: Sequence[Proceeding] = ()
    referrals: Sequence[Referral] = ()


# Built once: putting a statement together costs as much as running it.
_CASE_ID = bindparam("case_id", type_=Uuid())
# Asked for together with the case, so that only what there is is read.
THERE: Mapping[str, ColumnElement[bool]] = {
    "proceedings": exists().where(Proceeding.case_id == Case.id),
    "referrals": exists().where(Referral.case_id == Case.id),
}
_PROCEEDINGS = select(Proceeding).where(Proceeding.case_id == _CASE_ID).order_by(Proceeding.recorded_at, Proceeding.id)
_REFERRALS = select(Referral).where(Referral.case_id == _CASE_ID).order_by(Referral.made_at, Referral.id)


def of(case_id: uuid.UUID, there: Collection[str]) -> OutsideParts:
    """Return the parts of the case, with one statement for each of those that are there."""
    of_case = {"case_id": case_id}
    return OutsideParts(
        proceedings=db.session.scalars(_PROCEEDINGS, of_case).all() if "proceedings" in there else (),
        referrals=db.session.scalars(_REFERRALS, of_case).all() if "referrals" in there else (),
    )


def directory(site_id: uuid.UUID) -> list[Any]:
    """Return the places outside the company that the site names, as its administrator keeps them."""
    return list(db.session.scalars(select(Site.outside_avenues).where(Site.id == site_id)).one())
