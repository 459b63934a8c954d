"""Accounts as pages need them."""

import uuid
from dataclasses import dataclass

from sqlalchemy import String, Uuid, bindparam, select

from engage.domain.policy import Actor, Membership
from engage.extensions import db
from engage.models import SecondFactor, Site, StaffMembership, StaffUser


@dataclass(frozen=True, slots=True)
class Account:
    """Who is signed in: values, so that a page may use them after a transaction has ended."""

    id: uuid.UUID
    email: str
    name: str
    locale: str
    must_change_password: bool
    has_second_factor: bool
    session_key: str
    actor: Actor
    places: tuple[tuple[uuid.UUID, str], ...]  # sites where they hold a role, by name; those of all sites left out

    @property
    def is_everywhere(self) -> bool:
        """Whether a role is held at all sites."""
        return any(held.site_id is None for held in self.actor.memberships)


# Built once: it is asked at every page of staff.
_BY_SESSION = (
    select(
        StaffUser.email,
        StaffUser.name,
        StaffUser.locale,
        StaffUser.must_change_password,
        SecondFactor.user_id.label("second_factor_of"),
        StaffMembership.role,
        StaffMembership.site_id,
        Site.name.label("site_name"),
    )
    .outerjoin(StaffMembership, StaffMembership.user_id == StaffUser.id)
    .outerjoin(Site, Site.id == StaffMembership.site_id)
    .outerjoin(SecondFactor, SecondFactor.user_id == StaffUser.id)
    .where(
        StaffUser.id == bindparam("user_id", type_=Uuid()),
        StaffUser.session_key == bindparam("session_key", type_=String()),
        StaffUser.is_active,
    )
    .order_by(Site.name)
)


def id_of(email: str) -> uuid.UUID | None:
    """Return whose address this is."""
    return db.session.scalar(select(StaffUser.id).where(StaffUser.email == email.strip().casefold()))


def by_session(user_id: uuid.UUID, session_key: str) -> Account | None:
    """Return the active user whose session this is, or None: gone, deactivated, or the session was ended."""
    rows = db.session.execute(_BY_SESSION, {"user_id": user_id, "session_key": session_key}).all()
    if not rows:
        return None
    held = frozenset(Membership(row.role, row.site_id) for row in rows if row.role is not None)
    places = dict.fromkeys((row.site_id, row.site_name) for row in rows if row.site_id is not None)
    first = rows[0]
    return Account(
        id=user_id,
        email=first.email,
        name=first.name,
        locale=first.locale,
        must_change_password=first.must_change_password,
        has_second_factor=first.second_factor_of is not None,
        session_key=session_key,
        actor=Actor(id=user_id, memberships=held),
        places=tuple(places),
    )
