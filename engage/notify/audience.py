"""Who is behind the words "whoever works the case" and "those who decide"; never somebody the case is about."""

import uuid
from collections.abc import Collection, Sequence

from engage.domain import policy, seniority
from engage.domain.case import CaseClass
from engage.domain.policy import Actor, Permission, Role
from engage.extensions import db
from engage.models import Case, StaffUser
from engage.scope import Where, first_to_tell, people_with


def working_on(case: Case) -> Sequence[uuid.UUID]:
    """Return whoever works the case; before assignment, or where they may not know of it, whoever is told first."""
    user = db.session.get(StaffUser, case.assignee_id) if case.assignee_id else None
    if user is None or not policy.may(user.actor, Permission.VIEW, case.facts):
        return first_to_tell(case)
    return [user.id]


def deciding_on(case: Case, *roles: Role, but: uuid.UUID | None = None) -> Sequence[uuid.UUID]:
    """Return those who hold one of the roles for the case, leaving out whoever asked for the decision.

    Nobody decides on their own work (product 6). Where nobody is left, those who would be told first hear of it.
    """
    found = [user_id for role in roles for user_id in people_with(role, case)]
    return _without(found, but) or _without(first_to_tell(case), but)


def one_level_up(case: Case, first_by_id: uuid.UUID | None, *, but: uuid.UUID) -> Sequence[uuid.UUID]:
    """Return those who may do a second time what somebody did first, leaving out who asks for it.

    Where nobody may, those who would be told first hear of it: they can see that somebody gets the role.
    """
    user = db.session.get(StaffUser, first_by_id) if first_by_id is not None else None
    first = user.actor if user is not None else Actor(id=None)
    holders = [*people_with(Role.APPROVER, case), *people_with(Role.FOCAL, case)]
    found = [
        user_id
        for user_id in holders
        if seniority.is_above(db.session.get_one(StaffUser, user_id).actor, first, case.facts)
    ]
    return _without(found, but) or _without(first_to_tell(case), but)


def on_rung(case: Case, role: str, *, all_sites: bool) -> Sequence[uuid.UUID]:
    """Return those who sit on a rung of the ladder; `assignee` is whoever works the case.

    A seat at the site is that of the site's own people, so that those of all sites have a rung of their own above them
    (product 4); they hold it where the site has nobody.
    """
    if role not in set(Role):
        return working_on(case)
    if all_sites:
        return people_with(Role(role), case, Where.ALL_SITES)
    return people_with(Role(role), case, Where.SITE) or people_with(Role(role), case, Where.ALL_SITES)


def next_in_turn(case: Case, passed: Collection[uuid.UUID]) -> Sequence[uuid.UUID]:
    """Return who hears of a case where those who are passed over could not be told; empty where nobody is left.

    The turns are those of new cases (product 6): coordinators and approvers of the site, then of all sites; for a
    restricted case the focal points of the site, then of all sites. A turn of which nobody is left is skipped.
    """
    roles = (Role.FOCAL,) if case.class_ is CaseClass.RESTRICTED else (Role.COORDINATOR, Role.APPROVER)
    turns = (people_with(role, case, where) for where in (Where.SITE, Where.ALL_SITES) for role in roles)
    left = ([user_id for user_id in turn if user_id not in passed] for turn in turns)
    return next((turn for turn in left if turn), [])


def _without(users: Sequence[uuid.UUID], left_out: uuid.UUID | None) -> Sequence[uuid.UUID]:
    return [user_id for user_id in dict.fromkeys(users) if user_id != left_out]
