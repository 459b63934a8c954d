"""What a member of staff says of their own day."""

from engage import clock
from engage.domain.policy import Actor
from engage.extensions import db
from engage.models import StaffUser


def note_seen(actor: Actor) -> None:
    """Keep that the actor has seen what arrived until now; from here on only what is newer counts as new."""
    db.session.get_one(StaffUser, actor.id).day_seen_at = clock.utcnow()
