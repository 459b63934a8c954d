"""Who is told of a checkpoint: the auditors, who keep it where we cannot reach it."""

from sqlalchemy import select

from engage.domain.policy import Role
from engage.extensions import db
from engage.models import Checkpoint, Recipient, StaffMembership, StaffUser
from engage.notify import outbox
from engage.notify.outbox import Owed


def checkpoint_made(checkpoint: Checkpoint, *, document: str) -> None:
    """Send every auditor the checkpoint. Its roots and signature are public; nothing of a case is in it."""
    auditors = db.session.scalars(
        select(StaffUser)
        .where(
            StaffUser.is_active,
            StaffUser.memberships.any((StaffMembership.role == Role.AUDITOR) & StaffMembership.counts),
        )
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
