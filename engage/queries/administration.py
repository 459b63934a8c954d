"""People and settings as administrators see them. Of cases nothing is read here but how many somebody works on."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select, true
from sqlalchemy.orm import selectinload

from engage.domain.administration import sites_of
from engage.domain.case import CaseClass
from engage.domain.policy import Actor
from engage.extensions import db
from engage.models import AuditEvent, Case, Passkey, SecondFactor, Site, StaffMembership, StaffUser

SHOWN = 500


@dataclass(frozen=True, slots=True)
class Changed:
    """One entry of the audit record, with names for its ids."""

    at: datetime
    kind: str
    by: str | None
    subject: str
    before: dict[str, Any]
    after: dict[str, Any]


def sites(actor: Actor) -> Sequence[Site]:
    """Return the sites the actor looks after, by name."""
    return db.session.scalars(select(Site).where(_own(actor)).order_by(Site.is_group_intake, Site.name)).all()


def site(code: str, actor: Actor) -> Site:
    """Return one site.

    Raises:
        NoResultFound: there is none, or the actor does not look after it.
    """
    return db.session.scalars(select(Site).where(Site.code == code.upper(), _own(actor))).one()


def users(actor: Actor) -> Sequence[StaffUser]:
    """Return the people with a role at the actor's sites, by name; for all sites everybody."""
    return db.session.scalars(
        select(StaffUser)
        .where(_known_to(actor))
        .options(selectinload(StaffUser.memberships))
        .order_by(StaffUser.is_active.desc(), StaffUser.name, StaffUser.id)
    ).all()


def user(user_id: uuid.UUID, actor: Actor) -> StaffUser:
    """Return one of them.

    Raises:
        NoResultFound: there is none, or they have no role at the actor's sites.
    """
    return db.session.scalars(select(StaffUser).where(StaffUser.id == user_id, _known_to(actor))).one()


def open_cases_of(user_id: uuid.UUID) -> int:
    """Return how many open cases the user works on: a count and nothing else, restricted ones left out."""
    return (
        db.session.scalar(
            select(func.count(Case.id)).where(
                Case.assignee_id == user_id, Case.closed_at.is_(None), Case.class_ != CaseClass.RESTRICTED
            )
        )
        or 0
    )


def zone_of(user: StaffUser) -> str:
    """Return the zone in which the user's days begin and end: that of their sites, or UTC where those have several."""
    places = {row.site_id for row in user.memberships if row.site_id is not None}
    zones = set(db.session.scalars(select(Site.time_zone).where(Site.id.in_(places))))
    return zones.pop() if len(zones) == 1 else "UTC"


def names() -> dict[uuid.UUID, str]:
    """Return the names of everybody who works or worked here."""
    return {user_id: name for user_id, name in db.session.execute(select(StaffUser.id, StaffUser.name))}


def has_second_factor(user_id: uuid.UUID) -> bool:
    """Whether the user signs in with more than a password."""
    app = exists().where(SecondFactor.user_id == user_id)
    return bool(db.session.scalar(select(or_(app, exists().where(Passkey.user_id == user_id)))))


def changes() -> Sequence[Changed]:
    """Return the newest entries of the audit record, the newest first. Three statements."""
    rows = db.session.scalars(select(AuditEvent).order_by(AuditEvent.number.desc()).limit(SHOWN)).all()
    ids = {key for row in rows for key in (row.actor_id, row.subject_id) if key is not None}
    names = {
        row.id: row.name
        for row in db.session.execute(select(StaffUser.id, StaffUser.name).where(StaffUser.id.in_(ids)))
    }
    names |= {row.id: row.name for row in db.session.execute(select(Site.id, Site.name).where(Site.id.in_(ids)))}
    found = []
    for row in rows:
        values = json.loads(row.payload)
        by = names.get(row.actor_id) if row.actor_id else None
        subject = names.get(row.subject_id, "") if row.subject_id else ""
        found.append(Changed(row.at, row.kind, by, subject, values["before"], values["after"]))
    return found


def _own(actor: Actor) -> ColumnElement[bool]:
    own = sites_of(actor)
    return true() if own is None else Site.id.in_(own)


def _known_to(actor: Actor) -> ColumnElement[bool]:
    own = sites_of(actor)
    if own is None:
        return true()
    held = select(StaffMembership.user_id).where(StaffMembership.site_id.in_(own))
    return or_(StaffUser.id.in_(held))
