"""Whether somebody sits where somebody is needed: on every rung, and where new concerns arrive."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select, true

from engage.domain.escalation import Seat
from engage.domain.policy import Membership, Role
from engage.extensions import db
from engage.models import Site, StaffMembership, StaffUser

FOCAL = Seat(Role.FOCAL.value)


@dataclass(frozen=True, slots=True)
class Held:
    """Which roles active people hold, by site; None stands for all sites."""

    roles: Mapping[uuid.UUID | None, frozenset[str]]

    def sits(self, seat: Seat, site_id: uuid.UUID) -> bool:
        """Whether somebody is on a seat for the site."""
        everywhere = seat.role in self.roles.get(None, ())
        return everywhere if seat.all_sites else everywhere or seat.role in self.roles.get(site_id, ())

    def vacant(self, seats: Iterable[Seat], site_id: uuid.UUID) -> list[Seat]:
        """Return the seats nobody is on."""
        return [seat for seat in seats if not self.sits(seat, site_id)]

    def hears_of_new(self, site_id: uuid.UUID) -> bool:
        """Whether somebody is told of a new concern, and somebody of a restricted one. Source: product 6."""
        told = (Seat(Role.COORDINATOR), Seat(Role.APPROVER), Seat(Role.COORDINATOR, all_sites=True))
        return any(self.sits(seat, site_id) for seat in told) and self.sits(Seat(Role.FOCAL), site_id)

    @property
    def has_admin(self) -> bool:
        """Whether somebody administers all sites."""
        return Role.ADMIN in self.roles.get(None, ())


def held(*, but: uuid.UUID | None = None) -> Held:
    """Return who sits where, as far as they are active; `but` is left out."""
    found: dict[uuid.UUID | None, set[str]] = defaultdict(set)
    rows = db.session.execute(
        select(StaffMembership.site_id, StaffMembership.role)
        .join(StaffUser)
        .where(StaffUser.is_active, StaffMembership.counts, StaffUser.id != but if but else true())
        .distinct()
    )
    for row in rows:
        found[row.site_id].add(row.role.value)
    return Held({site_id: frozenset(roles) for site_id, roles in found.items()})


def sees_alone(user: StaffUser, kept: Collection[Membership] = ()) -> list[str]:
    """Return the names of the sites whose restricted cases nobody would see if the user were left with these roles.

    Restricted cases exist for focal points alone (product 6), and one may come in at any moment, so it does not matter
    whether there is one now. A user who cannot sign in is the focal point of nothing.
    """
    before, after = focal_at(user.actor.memberships), focal_at(kept)
    if before <= after:
        return []
    others = held(but=user.id)
    return [
        name
        for site_id, name in db.session.execute(select(Site.id, Site.name))
        if before & {None, site_id} and not after & {None, site_id} and not others.sits(FOCAL, site_id)
    ]


def focal_at(roles: Iterable[Membership]) -> set[uuid.UUID | None]:
    """Return of which sites these roles make a focal point; None stands for all sites."""
    return {one.site_id for one in roles if one.role is Role.FOCAL}


def administers_alone(user: StaffUser) -> bool:
    """Whether nobody but the user administers all sites."""
    return Membership(Role.ADMIN, None) in user.actor.memberships and not held(but=user.id).has_admin


def is_needed(user: StaffUser) -> bool:
    """Whether the user has to stay, though their time is up: nobody would see what they see, or could name another."""
    return administers_alone(user) or bool(sees_alone(user))


def open_sites() -> list[tuple[uuid.UUID, str]]:
    """Return the sites that take concerns, with their codes; the group intake is one."""
    return [
        (row.id, row.code)
        for row in db.session.execute(select(Site.id, Site.code).where(Site.is_open).order_by(Site.code))
    ]


def without_security() -> frozenset[uuid.UUID]:
    """Return the open sites of which nobody said who does security there; the group intake is none."""
    rows = db.session.execute(select(Site.id, Site.security).where(Site.is_open, ~Site.is_group_intake))
    return frozenset(site_id for site_id, named in rows if not named)


def without_own_focal_points() -> frozenset[uuid.UUID]:
    """Return the open sites where no active person holds the role of focal point; the group intake needs none."""
    own = (
        select(StaffMembership.site_id)
        .join(StaffUser)
        .where(StaffUser.is_active, StaffMembership.role == Role.FOCAL, StaffMembership.site_id.is_not(None))
    )
    rows = db.session.scalars(select(Site.id).where(Site.is_open, ~Site.is_group_intake, Site.id.not_in(own)))
    return frozenset(rows)
