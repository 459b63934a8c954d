"""Notices to members of staff that no event of a case calls for: one for each, in the language they read."""

import uuid
from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from engage.extensions import db
from engage.models import Recipient, StaffUser
from engage.notify.outbox import Owed


def to_user(user: StaffUser, template: str, key: str, **more: Any) -> Owed:
    """Return the notice to one of us. The key says what it is about; the reader's id is put behind it."""
    return _owed(user.id, user.locale, template, key, **more)


def to_users(people: Collection[uuid.UUID], template: str, key: str, **more: Any) -> list[Owed]:
    """Return the notices to those with these ids, whose languages are read with one statement."""
    rows = db.session.execute(select(StaffUser.id, StaffUser.locale).where(StaffUser.id.in_(people)))
    return [_owed(user_id, locale, template, key, **more) for user_id, locale in rows]


def _owed(user_id: uuid.UUID, locale: str, template: str, key: str, **more: Any) -> Owed:
    return Owed(f"{key}:{user_id}", template, locale, Recipient.STAFF, user_id=user_id, **more)
