"""Who else of ours may see a case, so that somebody can ask them to read something in it."""

import uuid
from collections.abc import Sequence

from sqlalchemy import or_, select

from engage.domain import policy
from engage.domain.policy import Actor, Permission
from engage.extensions import db
from engage.models import Case, StaffMembership, StaffUser


def who_may_see(case: Case, *, but: Actor) -> Sequence[tuple[uuid.UUID, str]]:
    """Return id and name of everybody active who may see the case, by name, the one who asks left out."""
    here = or_(StaffMembership.site_id.is_(None), StaffMembership.site_id == case.site_id)
    holds = StaffUser.memberships.any(StaffMembership.counts & here)
    found = db.session.scalars(
        select(StaffUser).where(StaffUser.is_active, StaffUser.id != but.id, holds).order_by(StaffUser.name)
    )
    facts = case.facts
    return [(user.id, user.name) for user in found if policy.may(user.actor, Permission.VIEW, facts)]
