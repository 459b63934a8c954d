"""How delivery is doing: what is owed, what died, and when the schedule was last heard of. No case and no content."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from engage import clock
from engage.extensions import db
from engage.models import WAITING, Heartbeat, OutboxMessage, Recipient

SHOWN = 500


@dataclass(frozen=True, slots=True)
class Row:
    """One notice as an operator may see it. Not its template: one of them says that the case is restricted."""

    id: uuid.UUID
    recipient: Recipient
    not_before: datetime
    dead_at: datetime | None
    attempts: int
    last_error: str | None


_COLUMNS = (
    OutboxMessage.id,
    OutboxMessage.recipient,
    OutboxMessage.not_before,
    OutboxMessage.dead_at,
    OutboxMessage.attempts,
    OutboxMessage.last_error,
)


def waiting() -> Sequence[Row]:
    """Return the notices that are owed, the longest waiting first."""
    rows = db.session.execute(select(*_COLUMNS).where(WAITING).order_by(OutboxMessage.not_before).limit(SHOWN))
    return [Row(*row) for row in rows]


def dead() -> Sequence[Row]:
    """Return the notices that were given up, the newest first."""
    died = select(*_COLUMNS).where(OutboxMessage.dead_at.is_not(None)).order_by(OutboxMessage.dead_at.desc())
    return [Row(*row) for row in db.session.execute(died.limit(SHOWN))]


@dataclass(frozen=True, slots=True)
class Health:
    """The figures an operator watches. A notice is owed from the moment it might first have left."""

    owed: int
    oldest_owed: timedelta
    dead: int
    heartbeats: dict[str, timedelta]


def health() -> Health:
    """Return how delivery is doing now; ages are zero where there is nothing."""
    now = clock.utcnow()
    # A notice that was tried, or is being tried, has its schedule moved on: its age counts from when it was made.
    due = WAITING & (
        (OutboxMessage.not_before <= now) | (OutboxMessage.attempts > 0) | OutboxMessage.last_error.is_not(None)
    )
    owed, oldest = db.session.execute(
        select(func.count(OutboxMessage.id), func.min(OutboxMessage.created_at)).where(due)
    ).one()
    died = db.session.scalar(select(func.count(OutboxMessage.id)).where(OutboxMessage.dead_at.is_not(None)))
    beats = db.session.execute(select(Heartbeat.entry, Heartbeat.finished_at)).all()
    return Health(
        owed=owed,
        oldest_owed=now - oldest if owed else timedelta(),
        dead=died or 0,
        heartbeats={entry: now - finished_at for entry, finished_at in beats},
    )
