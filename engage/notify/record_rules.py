"""What auditors are told: each checkpoint, to keep it where we cannot reach it, and unusual reading of cases."""

import logging
import uuid

from sqlalchemy import or_, select

from engage.domain.policy import Role
from engage.extensions import db
from engage.models import Checkpoint, Recipient, StaffMembership, StaffUser
from engage.notify import outbox
from engage.notify.outbox import Owed

log = logging.getLogger(__name__)


def checkpoint_made(checkpoint: Checkpoint, *, document: str) -> None:
    """Send every auditor the checkpoint. Its roots and signature are public; nothing of a case is in it."""
    auditors = db.session.scalars(
        select(StaffUser)
        .where(StaffUser.is_active, StaffUser.memberships.any(StaffMembership.role == Role.AUDITOR))
        .order_by(StaffUser.id)
    )
    outbox.enqueue(
        *(
            Owed(
                dedupe_key=f"checkpoint:{checkpoint.number}:{user.id}",
                template="checkpoint_made",
                locale=user.locale,
                recipient=Recipient.STAFF,
                user_id=user.id,
                context={"number": str(checkpoint.number), "document": document},
            )
            for user in auditors
        )
    )


def unusual_reading(reading_id: uuid.UUID, *, site_id: uuid.UUID, user_id: uuid.UUID) -> None:
    """Tell the auditors of a site, and those of all sites, that somebody read cases in an unusual way.

    Never whom it is about. Where nobody could be told it is logged; the finding waits on the auditors' page.
    """
    auditors = db.session.scalars(
        select(StaffUser)
        .where(
            StaffUser.is_active,
            StaffUser.id != user_id,
            StaffUser.memberships.any(
                (StaffMembership.role == Role.AUDITOR)
                & or_(StaffMembership.site_id.is_(None), StaffMembership.site_id == site_id)
            ),
        )
        .order_by(StaffUser.id)
    ).all()
    if not auditors:
        log.error("nobody audits site %s, where reading is unusual: name an auditor", site_id)
    outbox.enqueue(
        *(
            Owed(
                dedupe_key=f"unusual_reading:{reading_id}:{user.id}",
                template="unusual_reading",
                locale=user.locale,
                recipient=Recipient.STAFF,
                user_id=user.id,
            )
            for user in auditors
        )
    )
