"""Who acts: a member of staff with roles at sites, the person of a case, or the service itself."""

import uuid
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a member of staff is trusted with, at one site or at all."""

    LIAISON = "liaison"
    COORDINATOR = "coordinator"
    OFFICER = "officer"
    APPROVER = "approver"
    PANEL = "panel"
    CUSTODIAN = "custodian"
    FOCAL = "focal"
    PUBLISHER = "publisher"
    AUDITOR = "auditor"
    STEWARD = "steward"
    RIGHTS_LEAD = "rights_lead"
    OVERSIGHT = "oversight"
    ADMIN = "admin"


class Party(StrEnum):
    """On whose side an actor stands."""

    STAFF = "staff"
    PERSON = "person"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Membership:
    """A role at a site, or at all sites where the site is None."""

    role: Role
    site_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class Actor:
    """Someone who acts: a member of staff, the person of a case, or the service itself."""

    id: uuid.UUID | None
    party: Party = Party.STAFF
    memberships: frozenset[Membership] = frozenset()
    case_id: uuid.UUID | None = None

    def has(self, role: Role, site_id: uuid.UUID) -> bool:
        """Whether the actor holds the role at the site."""
        return any(held.role is role and held.site_id in (None, site_id) for held in self.memberships)

    def holds(self, *roles: Role) -> bool:
        """Whether the actor holds one of the roles anywhere."""
        return any(held.role in roles for held in self.memberships)


SYSTEM = Actor(id=None, party=Party.SYSTEM)
