"""Somebody leaves, or loses a role: nobody who came to us may be left waiting by it."""

import logging
import uuid
from collections.abc import Collection, Iterable, Sequence
from typing import TypeVar

from sqlalchemy import or_, select

from engage.domain import policy
from engage.domain.escalation import Seat
from engage.domain.events import AssigneeLeft
from engage.domain.policy import SYSTEM, Membership, Permission, Role
from engage.extensions import db
from engage.models import Case, CorrectiveAction, Site, StaffUser, SystemicIssue, Task
from engage.queries import staffing
from engage.scope import first_at, first_to_tell
from engage.services import cases, corrective, tasks
from engage.services.timeline import record

log = logging.getLogger(__name__)
Todo = TypeVar("Todo", Task, CorrectiveAction)
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


def hand_on(user_id: uuid.UUID) -> int:
    """Give the open tasks of somebody who left, and what they were to change, to whoever answers for it now.

    Returns how many they were. Of a case that is whoever works it, else whoever is told of new cases at its site; of a
    site alone whoever looks after it. Call it after `hand_back`. What nobody could have stays where it is, is logged,
    and is tried again by the next call; it is never given to somebody who may not know of it.
    """
    rows: list[Task | CorrectiveAction] = [*_held_by(user_id, Task), *_held_by(user_id, CorrectiveAction)]
    held = {case_id: cases.lock_own(case_id) for case_id in sorted({row.case_id for row in rows if row.case_id})}
    return sum(_hand_on(row, held[row.case_id] if row.case_id else None) for row in rows)


def _held_by(user_id: uuid.UUID, kind: type[Todo]) -> Sequence[Todo]:
    mine = select(kind).where(kind.owner_id == user_id, kind.finished_at.is_(None))
    return db.session.scalars(mine.order_by(kind.id)).all()


def _hand_on(row: Task | CorrectiveAction, case: Case | None) -> bool:
    db.session.refresh(row, with_for_update=True)
    if row.finished_at is not None:  # while the case was in somebody else's hands
        return False
    what = Permission.VIEW if isinstance(row, Task) else Permission.READ_UNMASKED
    owner_id = _of_case(case, what) if case is not None else next(iter(first_at(_site_of(row))), None)
    if owner_id is None:
        log.error("nobody could be given %s %s of somebody who left: name a coordinator", row.__tablename__, row.id)
        return False
    if isinstance(row, Task):
        tasks.give(row, case, owner_id, SYSTEM)
    else:
        corrective.give(row, case, owner_id)
    return True


def _of_case(case: Case, what: Permission) -> uuid.UUID | None:
    """Who may know so much of the case and answers for it, the first of them."""
    turns = [user_id for user_id in (case.assignee_id, *first_to_tell(case)) if user_id is not None]
    people = {user.id: user for user in db.session.scalars(select(StaffUser).where(StaffUser.id.in_(turns)))}
    return next((one for one in turns if policy.may(people[one].actor, what, case.facts)), None)


def _site_of(row: Task | CorrectiveAction) -> uuid.UUID:
    if isinstance(row, Task):
        return row.site_id
    return db.session.scalars(select(SystemicIssue.site_id).where(SystemicIssue.id == row.issue_id)).one()


def _focal_at(held: Iterable[Membership]) -> set[uuid.UUID | None]:
    return {one.site_id for one in held if one.role is Role.FOCAL}
