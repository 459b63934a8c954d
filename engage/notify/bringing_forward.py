"""Letting a notice leave sooner than its back-off says."""

import uuid

from sqlalchemy import or_, update

from engage import clock
from engage.extensions import db
from engage.models import WAITING, OutboxMessage
from engage.notify.outbox import nudge
from engage.unit_of_work import after_commit


def bring_forward(notice_id: uuid.UUID) -> bool:
    """Let a notice that rests after a fault be tried at once; False if it rests no longer.

    One that was not tried yet waits for its own time, which has a reason. One that a worker holds is left to it.
    """
    now = clock.utcnow()
    was_tried = or_(OutboxMessage.attempts > 0, OutboxMessage.last_error.is_not(None))
    rests = (WAITING, OutboxMessage.not_before > now, OutboxMessage.claimed_at.is_(None), was_tried)
    found = db.session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == notice_id, *rests)
        .values(not_before=now)
        .returning(OutboxMessage.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if found is not None:
        after_commit(nudge)
    return found is not None
