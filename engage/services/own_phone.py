"""A number that somebody of ours leaves, as a second road for what cannot wait."""

import uuid

from engage.domain.policy import Actor
from engage.extensions import db
from engage.models import StaffUser
from engage.services.audit import Change, note
from engage.services.contact import number_as_kept


class BadNumber(ValueError):
    """No such number can exist."""


def leave(user_id: uuid.UUID, typed: str, *, actor: Actor) -> None:
    """Keep the number, or none where nothing is typed. On the record of changes stands only that it changed.

    Raises:
        BadNumber: see there; it needs the number of its country.
    """
    number = number_as_kept(typed, "") if typed.strip() else None
    if number is None and typed.strip():
        raise BadNumber
    user = db.session.get_one(StaffUser, user_id)
    if user.phone != number:
        user.phone = number
        note(Change.PHONE_CHANGED, actor=actor, subject_id=user_id)
