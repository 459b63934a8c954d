"""Who of us opened a case, as its person reads it: roles and days, never names."""

import uuid
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import Uuid, bindparam, select

from engage.domain.events import IdentityOpened
from engage.extensions import db
from engage.models import Access, Case, CaseEvent

# Built once: putting a statement together costs as much as running it.
_CASE_ID = bindparam("case_id", type_=Uuid())
_NAME_SEEN = (
    select(CaseEvent.actor_role, CaseEvent.at)
    .where(CaseEvent.case_id == _CASE_ID, CaseEvent.kind == IdentityOpened.__name__)
    .order_by(CaseEvent.actor_role, CaseEvent.at)
)
_SEEN = select(Access.role, Access.on).where(Access.case_id == _CASE_ID).distinct().order_by(Access.role, Access.on)


@dataclass(frozen=True, slots=True)
class Seen:
    """A role under which the case was opened, and the days, at the site, on which it was."""

    role: str
    days: tuple[date, ...]


def seen_by(case_id: uuid.UUID) -> list[Seen]:
    """Return who opened the case, by role and day: the person learns that somebody did, not which of us."""
    rows = db.session.execute(_SEEN, {"case_id": case_id})
    return [Seen(role, tuple(row.on for row in some)) for role, some in groupby(rows, key=lambda row: row.role)]


def name_seen_by(case: Case) -> list[Seen]:
    """Return to whom a name that is kept secret was shown, by role and day at the site."""
    zone = ZoneInfo(case.site.time_zone)
    rows = db.session.execute(_NAME_SEEN, {"case_id": case.id})
    days = [(role or "none", at.astimezone(zone).date()) for role, at in rows]
    return [
        Seen(role, tuple(on for _, on in some)) for role, some in groupby(dict.fromkeys(days), key=lambda one: one[0])
    ]
