"""Unusual reading, for auditors: what is to be looked at, and which cases it was about."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, select, true

from engage.domain.policy import Actor, Role
from engage.extensions import db
from engage.models import Access, Case, Site, StaffUser, UnusualReading
from engage.scope import visible_to

MOST = 200  # Ours: more than anybody reads of one page; what is not settled comes first.


@dataclass(frozen=True, slots=True)
class Found:
    """A finding, with the names that go with it."""

    row: UnusualReading
    site: Site
    who: str


@dataclass(frozen=True, slots=True)
class FoundPage:
    """One finding, the cases that were read on that day as far as the auditor may see them, and in which role."""

    found: Found
    cases: Sequence[tuple[str, str]]


def _readable(actor: Actor) -> ColumnElement[bool]:
    held = {one.site_id for one in actor.memberships if one.role is Role.AUDITOR}
    here = true() if None in held else UnusualReading.site_id.in_(held)
    return and_(here, UnusualReading.user_id != actor.id)


def found_for(actor: Actor) -> list[Found]:
    """Return what is unusual at the sites the actor audits, what is not settled first, the newest first."""
    rows = db.session.execute(
        select(UnusualReading, Site, StaffUser.name)
        .join(Site, Site.id == UnusualReading.site_id)
        .join(StaffUser, StaffUser.id == UnusualReading.user_id)
        .where(_readable(actor))
        .order_by(UnusualReading.settled_at.is_not(None), UnusualReading.on.desc(), UnusualReading.id)
        .limit(MOST)
    )
    return [Found(*row) for row in rows]


def page(reading_id: uuid.UUID, actor: Actor) -> FoundPage:
    """Return one finding.

    Raises:
        NoResultFound: there is none, it is at no site the actor audits, or it is about the actor.
    """
    row, site, who = db.session.execute(
        select(UnusualReading, Site, StaffUser.name)
        .join(Site, Site.id == UnusualReading.site_id)
        .join(StaffUser, StaffUser.id == UnusualReading.user_id)
        .where(UnusualReading.id == reading_id, _readable(actor))
    ).one()
    cases = db.session.execute(
        select(Case.reference, Access.role)
        .join(Access, Access.case_id == Case.id)
        .where(Access.on == row.on, Access.user_id == row.user_id, Case.site_id == site.id, visible_to(actor))
        .distinct()
        .order_by(Case.reference)
        .limit(MOST)
    )
    return FoundPage(Found(row, site, who), [(reference, role) for reference, role in cases])
