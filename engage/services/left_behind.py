"""What somebody who left holds still, since nobody could have it then: tried again until somebody can."""

import logging
import uuid
from collections.abc import Sequence

from sqlalchemy import select, union

from engage.extensions import db
from engage.models import CorrectiveAction, Errand, Remedy, StaffUser, Task
from engage.services import handing_on, leaving, people
from engage.unit_of_work import unit_of_work

log = logging.getLogger(__name__)


def hand_over_again() -> int:
    """Hand on what is left with those who are here no longer; return how many things found somebody. Safe to run twice.

    Each of them is a unit of work of its own; one that fails stops no other.
    """
    count = 0
    for user_id in _holders():
        try:
            with unit_of_work():
                count += len(leaving.hand_over(people.locked(user_id)))
        except Exception:  # tried again by the next run
            log.exception("what %s left behind could not be handed on", user_id)
    return count


def _holders() -> Sequence[uuid.UUID]:
    gone = select(StaffUser.id).where(StaffUser.is_active.is_(False))
    held = union(
        select(Task.owner_id).where(Task.finished_at.is_(None), Task.owner_id.in_(gone)),
        select(CorrectiveAction.owner_id).where(
            CorrectiveAction.finished_at.is_(None), CorrectiveAction.owner_id.in_(gone)
        ),
        handing_on.remedies_of(Remedy.owner_id.in_(gone)).with_only_columns(Remedy.owner_id),
        select(Errand.carrier_id).where(Errand.finished_at.is_(None), Errand.carrier_id.in_(gone)),
    ).subquery()
    return db.session.scalars(
        select(StaffUser.id).where(StaffUser.id.in_(select(held.c[0]))).order_by(StaffUser.id)
    ).all()
