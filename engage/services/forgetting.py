"""Those of us who left: after some years the record names them no longer, and says by id alone what was done."""

import uuid
from datetime import datetime

from sqlalchemy import delete, func, select

from engage.domain.retention import years_after
from engage.extensions import db
from engage.models import (
    AccountLink,
    AuditEvent,
    ForeignIdentity,
    FormerAddress,
    Passkey,
    RecoveryCode,
    SecondFactor,
    StaffSession,
    StaffUser,
    TrainingRecord,
)
from engage.services import audit, retention_schedule
from engage.services.audit import Change
from engage.unit_of_work import unit_of_work

GONE = "erased.invalid"  # Source: RFC 2606, 2: a name that no mail ever reaches.


def forget_leavers(now: datetime) -> int:
    """Forget the names and addresses of who left long enough ago; return of how many. Safe to run twice."""
    first = years_after(now.date(), -retention_schedule.schedule().audit_years)
    count = 0
    for user_id, left_at in _leavers():
        if left_at.date() < first:
            with unit_of_work():
                _forget(user_id)
            count += 1
    return count


def _leavers() -> list[tuple[uuid.UUID, datetime]]:
    """Who is here no longer and has a name still, and since when: the last time that anything of them was changed."""
    last = func.max(AuditEvent.at)
    rows = db.session.execute(
        select(StaffUser.id, func.coalesce(last, StaffUser.created_at, type_=StaffUser.created_at.type))
        .outerjoin(AuditEvent, AuditEvent.subject_id == StaffUser.id)
        .where(StaffUser.is_active.is_(False), StaffUser.email.not_like(f"%@{GONE}"))
        .group_by(StaffUser.id)
    )
    return [(row[0], row[1]) for row in rows]


def _forget(user_id: uuid.UUID) -> None:
    user = db.session.get_one(StaffUser, user_id)
    user.name, user.email, user.phone = "", f"{user.id.hex}@{GONE}", None
    user.password_hash = user.department = user.contractor = None
    signs_in_by = (SecondFactor, RecoveryCode, StaffSession, Passkey, ForeignIdentity, AccountLink, FormerAddress)
    for kind in (*signs_in_by, TrainingRecord):
        db.session.execute(delete(kind).where(kind.user_id == user.id))
    audit.note(Change.USER_FORGOTTEN, actor=None, subject_id=user.id)
