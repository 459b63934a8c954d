"""What the inbox can be filtered by, beside the lists of the catalogue: sites and people."""

import uuid
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import CompoundSelect, case, literal, or_, select

from engage.domain.policy import GRANTS, Actor, Permission, Role
from engage.extensions import db
from engage.models import Site, StaffMembership, StaffUser

# Who can be assigned a case.
_WORK_CASES = (Role.COORDINATOR, Role.OFFICER, Role.APPROVER, Role.LIAISON, Role.FOCAL)
_SITE, _INTAKE, _PERSON = range(3)
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
    """Return the sites at which the actor may see cases, and the people who work there. One statement."""
    wanted = _statement(frozenset(one.site_id for one in actor.memberships if one.role in GRANTS[Permission.VIEW]))
    sites: list[SiteChoice] = []
    people: list[tuple[uuid.UUID, str]] = []
    for kind, id_, name, time_zone in db.session.execute(wanted):
        if kind == _PERSON:
            people.append((id_, name))
        else:
            sites.append(SiteChoice(id_, name, time_zone))
    return Choices(tuple(sites), tuple(people))


@lru_cache(maxsize=1000)
def _statement(held: frozenset[uuid.UUID | None]) -> CompoundSelect[int, uuid.UUID, str, str]:
    """What reads both for somebody who holds roles at those sites; None stands for all of them.

    Sites come first, the group intake after the others, then people.
    """
    sites = select(case((Site.is_group_intake, _INTAKE), else_=_SITE).label("kind"), Site.id, Site.name, Site.time_zone)
    people = (
        select(literal(_PERSON), StaffUser.id, StaffUser.name, literal(""))
        .join(StaffMembership, StaffMembership.user_id == StaffUser.id)
        .where(StaffUser.is_active, StaffMembership.counts, StaffMembership.role.in_(_WORK_CASES))
        .distinct()
        .order_by(StaffUser.name, StaffUser.id)
        .limit(_MOST_PEOPLE)
    )
    if None not in held:
        sites = sites.where(Site.id.in_(held))
        people = people.where(or_(StaffMembership.site_id.is_(None), StaffMembership.site_id.in_(held)))
    most = people.subquery()
    return sites.union_all(select(most)).order_by("kind", "name", "id")
