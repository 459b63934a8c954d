"""People in hand: taken out of the database for a change, with what they hold."""

import uuid
from collections.abc import Iterable, Mapping

from sqlalchemy import select

from engage.domain import administration
from engage.domain.conflicts import Employed
from engage.domain.policy import Actor, Membership, NotAllowed
from engage.extensions import db
from engage.models import StaffUser


def memberships_of(user: StaffUser) -> frozenset[Membership]:
    """Return the roles of a user, active or not."""
    return frozenset(Membership(row.role, row.site_id) for row in user.memberships)


def locked(user_id: uuid.UUID) -> StaffUser:
    """Return the user, kept from others until the unit of work ends."""
    return db.session.scalars(select(StaffUser).where(StaffUser.id == user_id).with_for_update()).one()


def managed(user_id: uuid.UUID, actor: Actor) -> StaffUser:
    """Return the user, kept from others until the unit of work ends.

    Raises:
        NotAllowed: the user is not the actor's to manage.
    """
    user = locked(user_id)
    if not administration.may_manage(actor, user.id, memberships_of(user)):
        raise NotAllowed("user")
    return user


def employed() -> Mapping[uuid.UUID, Employed]:
    """Return where each of our people stands, by which it is worked out who is kept out of what."""
    rows = select(StaffUser.id, StaffUser.reports_to_id, StaffUser.department, StaffUser.contractor)
    return {
        user_id: Employed(lead, department, contractor)
        for user_id, lead, department, contractor in db.session.execute(rows)
    }


def codes_of(held: Iterable[Membership]) -> list[str]:
    """Return roles at their places as the record of changes has them."""
    return sorted(f"{one.role.value}@{one.site_id or 'all'}" for one in held)
