"""Somebody leaves, or loses a role: nobody who came to us may be left waiting by it."""

import logging
import uuid
from collections.abc import Collection, Sequence
from typing import TypeVar

from sqlalchemy import or_, select

from engage.domain import policy
from engage.domain.events import AssigneeLeft
from engage.domain.lifecycle import Action
from engage.domain.policy import SYSTEM, Membership, Permission
from engage.domain.tasks import works_at
from engage.extensions import db
from engage.models import Case, CorrectiveAction, Site, StaffUser, SystemicIssue, Task
from engage.queries import staffing
from engage.scope import first_at, first_to_tell
from engage.services import cases, corrective, handed, handing_on, tasks
from engage.services.handed import Handed, Thing
from engage.services.timeline import record

log = logging.getLogger(__name__)
Todo = TypeVar("Todo", Task, CorrectiveAction)


class LastFocalPoint(ValueError):
    """Nobody would see the restricted cases of these sites; `sites` holds their names."""

    def __init__(self, sites: Collection[str]) -> None:
        super().__init__(f"{len(sites)} sites")
        self.sites = sorted(sites)


def require_focal_points(user: StaffUser, kept: Collection[Membership]) -> None:
    """Let the user be left with these roles only if no site loses its last focal point by it.

    Two who are to go at once wait for each other at their sites, so that the second is found to be the last.

    Raises:
        LastFocalPoint: somewhere the user is the only one.
    """
    lost = staffing.focal_at(user.actor.memberships) - staffing.focal_at(kept)
    if not lost:
        return
    at = () if None in lost else (Site.id.in_(lost),)
    db.session.scalars(select(Site.id).where(*at).order_by(Site.id).with_for_update(key_share=True)).all()
    if alone := staffing.sees_alone(user, kept):
        raise LastFocalPoint(alone)


def hand_over(user: StaffUser) -> list[Handed]:
    """Give back or on what the user has in hand and may hold no longer, and return it. Safe to run twice.

    Somebody deactivated may hold nothing; somebody who lost a role, what their other roles do not let them see. What
    they may still hold stays theirs. Call it when the change is in the database: who is told is read from there.
    """
    return [
        *hand_back(user),
        *handing_on.vacate_seats(user),
        *handing_on.hand_on_remedies(user),
        *handing_on.hand_on_errands(user),
        *hand_on(user),
        *handing_on.replace_stand_in(user),
    ]


def hand_back(user: StaffUser) -> list[Handed]:
    """Take every case that is open or owes a check out of the hands of somebody who may work it no longer.

    The record of each says so, and whoever is told of new cases at its site is told.
    """
    held = db.session.scalars(
        select(Case)
        .where(Case.assignee_id == user.id, or_(Case.closed_at.is_(None), Case.next_due_at.is_not(None)))
        .order_by(Case.id)
        .with_for_update(of=Case)
        .execution_options(populate_existing=True)
    ).all()
    lost = [case for case in held if not policy.may(user.actor, Action.PROPOSE, case.facts)]
    for case in lost:
        case.assignee_id = None
        record(case, AssigneeLeft(assignee_id=user.id), actor=SYSTEM)
    return [handed.of_case(Thing.CASE, case, first_to_tell(case)) for case in lost]


def hand_on(user: StaffUser) -> list[Handed]:
    """Give the open tasks of somebody, and what they were to change, to whoever answers for it now.

    Of a case that is whoever works it, else whoever is told of new cases at its site; of a site alone whoever looks
    after it. Call it after `hand_back`. What nobody could have stays where it is, is logged, and is tried again for
    who left, see engage.services.left_behind; it is never given to somebody who may not know of it.
    """
    rows: list[Task | CorrectiveAction] = [*_held_by(user.id, Task), *_held_by(user.id, CorrectiveAction)]
    held = {case_id: cases.lock_own(case_id) for case_id in sorted({row.case_id for row in rows if row.case_id})}
    found = [_hand_on(row, held[row.case_id] if row.case_id else None, user) for row in rows]
    return [one for one in found if one is not None]


def _held_by(user_id: uuid.UUID, kind: type[Todo]) -> Sequence[Todo]:
    mine = select(kind).where(kind.owner_id == user_id, kind.finished_at.is_(None))
    return db.session.scalars(mine.order_by(kind.id)).all()


def _hand_on(row: Task | CorrectiveAction, case: Case | None, user: StaffUser) -> Handed | None:
    db.session.refresh(row, with_for_update=True)
    if row.finished_at is not None or _may_keep(row, case, user):  # done while the case was in somebody else's hands
        return None
    owner_id = _next_owner(row, case)
    if owner_id is None:
        log.error("nobody could be given %s %s of somebody who left: name a coordinator", row.__tablename__, row.id)
        return None
    if isinstance(row, Task):
        tasks.give(row, case, owner_id, SYSTEM)
    else:
        corrective.give(row, case, owner_id)
    return handed.of_case(Thing.TASK, case, [owner_id]) if case else Handed(Thing.TASK, frozenset({owner_id}))


def _may_keep(row: Task | CorrectiveAction, case: Case | None, user: StaffUser) -> bool:
    if case is None:
        return works_at(user.actor, _site_of(row))
    return policy.may(user.actor, _knows(row), case.facts)


def _next_owner(row: Task | CorrectiveAction, case: Case | None) -> uuid.UUID | None:
    if case is not None:
        return handing_on.answers_for(case, _knows(row))
    return next(iter(first_at(_site_of(row))), None)


def _knows(row: Task | CorrectiveAction) -> Permission:
    """What its owner has to be let see of its case."""
    return Permission.VIEW if isinstance(row, Task) else Permission.READ_UNMASKED


def _site_of(row: Task | CorrectiveAction) -> uuid.UUID:
    if isinstance(row, Task):
        return row.site_id
    return db.session.scalars(select(SystemicIssue.site_id).where(SystemicIssue.id == row.issue_id)).one()
