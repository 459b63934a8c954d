"""The instant under which an event goes on record: the present, and never before the newest checkpoint was made.

Whoever checks the record takes an event that no checkpoint saw, and that says to be older than one, for back-dated.
Where a clock ran ahead at a checkpoint and was set right, honest events would say so, and the record never hold again.
So they are under the checkpoint's own instant until the clock has come to it.
"""

from datetime import datetime

from sqlalchemy import Select, select

from engage import clock
from engage.extensions import db
from engage.models import Checkpoint


def now() -> datetime:
    """Return the instant for an event that is written now. Sends one statement and flushes nothing."""
    with db.session.no_autoflush:
        return not_before(db.session.scalar(newest_checkpoint()))


def not_before(made_at: datetime | None) -> datetime:
    """Return the present, or the instant at which the newest checkpoint was made where that is later."""
    present = clock.utcnow()
    return max(present, made_at or present)


def newest_checkpoint() -> Select[datetime]:
    """Return the question when the newest checkpoint was made, for whoever asks the database something else besides."""
    return select(Checkpoint.made_at).order_by(Checkpoint.number.desc()).limit(1)
