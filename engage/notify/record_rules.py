"""What auditors are told: each checkpoint, to keep it where we cannot reach it, and unusual reading of cases."""

import logging
import uuid
from collections.abc import Sequence

from sqlalchemy import ColumnElement, or_, select

from engage.domain.policy import Role
from engage.extensions import db
from engage.models import Checkpoint, StaffMembership, StaffUser
from engage.notify import outbox
from engage.notify.to_users import to_user

log = logging.getLogger(__name__)
_AUDITS = (StaffMembership.role == Role.AUDITOR) & StaffMembership.counts


def checkpoint_made(checkpoint: Checkpoint, *, document: str) -> None:
    """Send every auditor the checkpoint. Its roots and signature are public; nothing of a case is in it."""
    context = {"number": str(checkpoint.number), "document": document}
    key = f"checkpoint:{checkpoint.number}"
    outbox.enqueue(*(to_user(one, "checkpoint_made", key, context=context) for one in _auditors(_AUDITS)))


def unusual_reading(reading_id: uuid.UUID, *, site_id: uuid.UUID, user_id: uuid.UUID) -> None:
    """Tell the auditors of a site, and those of all sites, that somebody read cases in an unusual way.

    Never whom it is about. Where nobody could be told it is logged; the finding waits on the auditors' page.
    """
    here = or_(StaffMembership.site_id.is_(None), StaffMembership.site_id == site_id)
    auditors = [user for user in _auditors(_AUDITS & here) if user.id != user_id]
    if not auditors:
        log.error("nobody audits site %s, where reading is unusual: name an auditor", site_id)
    outbox.enqueue(*(to_user(one, "unusual_reading", f"unusual_reading:{reading_id}") for one in auditors))


def _auditors(held: ColumnElement[bool]) -> Sequence[StaffUser]:
    active = select(StaffUser).where(StaffUser.is_active, StaffUser.memberships.any(held))
    return db.session.scalars(active.order_by(StaffUser.id)).all()
