"""Somebody leaves, or loses a role: nobody who came to us may be left waiting by it."""

import uuid
from collections.abc import Collection, Iterable

from sqlalchemy import or_, select

from engage.domain.escalation import Seat
from engage.domain.events import AssigneeLeft
from engage.domain.policy import SYSTEM, Membership, Role
from engage.extensions import db
from engage.models import Case, Site, StaffUser
from engage.queries import staffing
from engage.services.timeline import record

FOCAL = Seat(Role.FOCAL.value)


class LastFocalPoint(ValueError):
    """Nobody would see the restricted cases of these sites; `sites` holds their names."""

    def __init__(self, sites: Collection[str]) -> None:
        super().__init__(f"{len(sites)} sites")
        self.sites = sorted(sites)


def require_focal_points(user: StaffUser, kept: Collection[Membership]) -> None:
    """Let the user be left with these roles only if no site loses its last focal point by it.

    Restricted cases exist for focal points alone (product 6), and one may come in at any moment, so it does not matter
    whether there is one now. A user who cannot sign in is the focal point of nothing.

    Raises:
        LastFocalPoint: somewhere the user is the only one.
    """
    before = _focal_at(Membership(row.role, row.site_id) for row in user.memberships)
    after = _focal_at(kept)
    if not user.is_active or before <= after:
        return
    others = staffing.held(but=user.id)
    alone = [
        name
        for site_id, name in db.session.execute(select(Site.id, Site.name))
        if before & {None, site_id} and not after & {None, site_id} and not others.sits(FOCAL, site_id)
    ]
    if alone:
        raise LastFocalPoint(alone)


def hand_back(user_id: uuid.UUID) -> int:
    """Take every case that is open or owes a check out of the hands of somebody who left; return how many they were.

    The record of each says so, and whoever is told of new cases at its site is told. Safe to run twice.
    """
    held = db.session.scalars(
        select(Case)
        .where(Case.assignee_id == user_id, or_(Case.closed_at.is_(None), Case.next_due_at.is_not(None)))
        .order_by(Case.id)
        .with_for_update(of=Case)
        .execution_options(populate_existing=True)
    ).all()
    for case in held:
        case.assignee_id = None
        record(case, AssigneeLeft(assignee_id=user_id), actor=SYSTEM)
    return len(held)


def _focal_at(held: Iterable[Membership]) -> set[uuid.UUID | None]:
    return {one.site_id for one in held if one.role is Role.FOCAL}
