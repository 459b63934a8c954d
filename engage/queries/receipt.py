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
_OWED = select(Deadline).where(Deadline.case_id == bindparam("case_id", type_=Uuid()), Deadline.ended_at.is_(None))


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
    news_by: datetime | None  # when the person hears from us at the latest, None once nothing is going on


def next_days(case_id: uuid.UUID) -> NextDays:
    """Return what happens next in a case, from its own deadlines, earliest first. For the page that shows its code.

    Raises:
        NoResultFound: there is no such case.
    """
    case = db.session.get_one(Case, case_id)
    site = db.session.get_one(Site, case.site_id)
    return days_of(case, site, db.session.scalars(_OWED, {"case_id": case_id}).all())


def days_of(case: Case, site: Site, owed: Sequence[Deadline]) -> NextDays:
    """Return the same of a case that is at hand with its site and what is owed in it. Sends no statement."""
    told = sorted((row for row in owed if row.promise in _TOLD), key=lambda row: row.due_at)
    return NextDays(
        site_code=None if site.is_group_intake else site.code,
        time_zone=site.time_zone,
        kind=case.kind,
        identity=case.identity,
        road=case.road,
        is_sensitive=case.class_ is CaseClass.RESTRICTED,
        steps=[Step(row.promise, row.due_at) for row in told],
        news_by=case.news_due_at,
    )
