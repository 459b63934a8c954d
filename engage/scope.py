"""The SQL mirror of policy: which rows an actor may see, and who holds a role for a case."""

import uuid
from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, false, literal, or_, select

from engage.domain.case import CaseClass
from engage.domain.policy import GRANTS, Actor, Party, Permission, Reach, Role
from engage.extensions import db
from engage.models import Appeal, Case, CaseSubject, PanelSeat, StaffMembership, StaffUser

# Written into the statement, where a partial index is found by it.
_RESTRICTED = literal(CaseClass.RESTRICTED, Case.class_.type, literal_execute=True)


def _reaches(reach: Reach, actor: Actor) -> ColumnElement[bool]:
    assigned = Case.assignee_id == actor.id
    match reach:
        case Reach.SITE:
            return Case.id.is_not(None)
        case Reach.OPEN_CLASS:
            return or_(assigned, Case.class_ == CaseClass.ORDINARY)
        case Reach.ASSIGNED:
            return assigned
        case Reach.RECORDED:
            return or_(assigned, Case.recorded_by_id == actor.id)
        case Reach.SEATED:
            return exists(
                select(PanelSeat.user_id)
                .join(Appeal, Appeal.id == PanelSeat.appeal_id)
                .where(Appeal.case_id == Case.id, PanelSeat.user_id == actor.id)
            )
        case Reach.SEVERE:
            return Case.level >= 4


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on Case that holds for exactly the cases the actor may view.

    Every list, count, search, suggestion, export and page passes it; a test compares it with policy.may.
    """
    return _within(actor, Permission.VIEW)


def readable_by(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on Case that holds for the cases whose words the actor may read as they were written."""
    return _within(actor, Permission.READ_UNMASKED)


def _within(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    if actor.party is Party.PERSON:
        return Case.id == actor.case_id
    if actor.party is Party.SYSTEM:
        return Case.id.is_not(None)
    grants = GRANTS[permission]
    ways: list[ColumnElement[bool]] = []
    for held in sorted(actor.memberships, key=lambda item: (item.role.value, str(item.site_id))):
        if held.role not in grants:
            continue
        way = and_(
            Case.class_ == _RESTRICTED if held.role is Role.FOCAL else Case.class_ != _RESTRICTED,
            _reaches(grants[held.role], actor),
        )
        ways.append(way if held.site_id is None else and_(Case.site_id == held.site_id, way))
    if not ways:
        return false()
    is_subject = exists(
        select(CaseSubject.user_id).where(CaseSubject.case_id == Case.id, CaseSubject.user_id == actor.id)
    )
    return and_(or_(*ways), ~is_subject)


class Where(StrEnum):
    """At which sites a role must be held to count for a case."""

    ANY = "any"  # at its site or at all sites
    SITE = "site"  # at its site only
    ALL_SITES = "all_sites"  # at all sites only: the rung above a site's own


def people_with(role: Role, case: Case, where: Where = Where.ANY) -> Sequence[uuid.UUID]:
    """Return the ids of the active users who hold the role for the case, its subjects left out.

    A restricted case has nobody but focal points; a focal point has no other case.
    """
    if (case.class_ is CaseClass.RESTRICTED) is not (role is Role.FOCAL):
        return []
    held_at = {
        Where.ANY: or_(StaffMembership.site_id.is_(None), StaffMembership.site_id == case.site_id),
        Where.SITE: StaffMembership.site_id == case.site_id,
        Where.ALL_SITES: StaffMembership.site_id.is_(None),
    }[where]
    subjects = select(CaseSubject.user_id).where(CaseSubject.case_id == case.id)
    return db.session.scalars(
        select(StaffUser.id)
        .join(StaffMembership, StaffMembership.user_id == StaffUser.id)
        .where(StaffUser.is_active, StaffMembership.role == role, held_at, StaffUser.id.not_in(subjects))
        .distinct()
        .order_by(StaffUser.id)
    ).all()


def first_to_tell(case: Case) -> Sequence[uuid.UUID]:
    """Return who is told of a case that nobody has yet.

    The site's coordinators, else its approvers, else coordinators of all sites, never nobody (product 6): else the
    approvers of all sites. For a restricted case the focal points of the site, else those of all sites.
    """
    if case.class_ is CaseClass.RESTRICTED:
        return people_with(Role.FOCAL, case, Where.SITE) or people_with(Role.FOCAL, case)
    return (
        people_with(Role.COORDINATOR, case, Where.SITE)
        or people_with(Role.APPROVER, case, Where.SITE)
        or people_with(Role.COORDINATOR, case, Where.ALL_SITES)
        or people_with(Role.APPROVER, case, Where.ALL_SITES)
    )
