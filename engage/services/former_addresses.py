"""The address that an account had before: kept sealed for some days, so that its owner hears what is done with it."""

import uuid
from datetime import datetime

from sqlalchemy import delete

from engage import clock, vault
from engage.domain.account_links import FORMER_KEPT
from engage.extensions import db
from engage.models import FormerAddress, StaffUser


def keep(user: StaffUser, email: str) -> uuid.UUID:
    """Keep the address that the user had until now, and return the id by which notices name it."""
    sealed = vault.seal({"email": email}, vault.FORMER_ADDRESS)
    row = FormerAddress(id=uuid.uuid4(), user_id=user.id, sealed=sealed, left_at=clock.utcnow())
    db.session.add(row)
    db.session.flush()
    return row.id


def forget_old(now: datetime) -> int:
    """Forget those that nothing is told to any more; return how many. Safe to run twice."""
    gone = delete(FormerAddress).where(FormerAddress.left_at <= now - FORMER_KEPT).returning(FormerAddress.id)
    return len(db.session.execute(gone).all())
