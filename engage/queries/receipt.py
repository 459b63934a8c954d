"""What a receipt says of the days to come."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Uuid, bindparam, select

from engage.domain.case import CaseClass, Identity, Kind, Road
from engage.domain.deadlines import Promise
from engage.extensions import db
from engage.models import Case, Deadline, Site

# The promises a person can plan with; the rest is ours to keep. Source: look.md, receipt.
_TOLD = (Promise.ACKNOWLEDGE, Promise.START_INVESTIGATION, Promise.PROPOSE)

# Built once: putting a statement together costs as much as running it.
_CASE_ID = bindparam("case_id", type_=Uuid())
_CASE = (
    select(Site.code, Site.is_group_intake, Site.time_zone, Case.kind, Case.identity, Case.road, Case.class_)
    .join(Site, Site.id == Case.site_id)
    .where(Case.id == _CASE_ID)
)
_OWED = (
    select(Deadline.promise, Deadline.due_at)
    .where(Deadline.case_id == _CASE_ID, Deadline.ended_at.is_(None), Deadline.promise.in_(_TOLD))
    .order_by(Deadline.due_at)
)


@dataclass(frozen=True, slots=True)
class Step:
    """Something we owe, and the instant by which we owe it."""

    promise: Promise
    due_at: datetime


@dataclass(frozen=True, slots=True)
class NextDays:
    """The dated steps after receipt, in the site's time zone, and what the person let us know of themselves."""

    site_code: str | None  # None while the concern waits at the group intake
    time_zone: str
    kind: Kind
    identity: Identity
    road: Road
    is_sensitive: bool
    steps: Sequence[Step]


def next_days(case_id: uuid.UUID) -> NextDays:
    """Return what happens next in a case, from its own deadlines, earliest first. For the page that shows its code.

    Raises:
        NoResultFound: there is no such case.
    """
    case = db.session.execute(_CASE, {"case_id": case_id}).one()
    owed = db.session.execute(_OWED, {"case_id": case_id})
    return NextDays(
        site_code=None if case.is_group_intake else case.code,
        time_zone=case.time_zone,
        kind=case.kind,
        identity=case.identity,
        road=case.road,
        is_sensitive=case.class_ is CaseClass.RESTRICTED,
        steps=[Step(*row) for row in owed],
    )
