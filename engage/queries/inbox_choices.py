"""What the inbox can be filtered by, beside the lists of the catalogue: sites and people."""

import uuid
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Select, or_, select

from engage.domain.policy import GRANTS, Actor, Permission, Role
from engage.extensions import db
from engage.models import Site, StaffMembership, StaffUser

# Who can be assigned a case.
_WORK_CASES = (Role.COORDINATOR, Role.OFFICER, Role.APPROVER, Role.LIAISON, Role.FOCAL)
_MOST_PEOPLE = 300  # Ours: a longer list is not read; nobody filters by a name they cannot find.


@dataclass(frozen=True, slots=True)
class SiteChoice:
    """A site whose cases somebody may see."""

    id: uuid.UUID
    name: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Choices:
    """Sites by name, and people by name."""

    sites: tuple[SiteChoice, ...]
    people: tuple[tuple[uuid.UUID, str], ...]


def choices(actor: Actor) -> Choices:
    """Return the sites at which the actor may see cases, and the people who work there. Two statements."""
    sites, people = _statements(
        frozenset(one.site_id for one in actor.memberships if one.role in GRANTS[Permission.VIEW])
    )
    return Choices(
        tuple(SiteChoice(*row) for row in db.session.execute(sites)),
        tuple((row.id, row.name) for row in db.session.execute(people)),
    )


@lru_cache(maxsize=1000)
def _statements(held: frozenset[uuid.UUID | None]) -> tuple[Select[uuid.UUID, str, str], Select[uuid.UUID, str]]:
    """The two statements for somebody who holds roles at those sites; None stands for all of them."""
    sites = select(Site.id, Site.name, Site.time_zone).order_by(Site.is_group_intake, Site.name)
    people = (
        select(StaffUser.id, StaffUser.name)
        .join(StaffMembership, StaffMembership.user_id == StaffUser.id)
        .where(StaffUser.is_active, StaffMembership.role.in_(_WORK_CASES))
        .distinct()
        .order_by(StaffUser.name, StaffUser.id)
        .limit(_MOST_PEOPLE)
    )
    if None not in held:
        sites = sites.where(Site.id.in_(held))
        people = people.where(or_(StaffMembership.site_id.is_(None), StaffMembership.site_id.in_(held)))
    return sites, people
