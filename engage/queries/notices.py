"""How delivery is doing: what is owed, what died, and when the schedule was last heard of. No case and no content."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select

from engage import clock
from engage.domain.circuits import Kind
from engage.domain.delivery import NoticeState, state_of
from engage.extensions import db
from engage.models import WAITING, Circuit, Heartbeat, OutboxMessage, Recipient

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
    claimed_at: datetime | None
    bounced_at: datetime | None
    sent_at: datetime | None
    replaced_at: datetime | None

    def state(self, now: datetime) -> NoticeState:
        """Return where the notice stands at the instant."""
        return state_of(
            sent_at=self.sent_at,
            dead_at=self.dead_at,
            bounced_at=self.bounced_at,
            replaced_at=self.replaced_at,
            claimed_at=self.claimed_at,
            not_before=self.not_before,
            now=now,
        )


_COLUMNS = (
    OutboxMessage.id,
    OutboxMessage.recipient,
    OutboxMessage.not_before,
    OutboxMessage.dead_at,
    OutboxMessage.attempts,
    OutboxMessage.last_error,
    OutboxMessage.claimed_at,
    OutboxMessage.bounced_at,
    OutboxMessage.sent_at,
    OutboxMessage.replaced_at,
)


def waiting() -> Sequence[Row]:
    """Return the notices that are owed, the longest waiting first."""
    rows = db.session.execute(select(*_COLUMNS).where(WAITING).order_by(OutboxMessage.not_before).limit(SHOWN))
    return [Row(**row._mapping) for row in rows]


def dead() -> Sequence[Row]:
    """Return the notices that were given up, the newest first."""
    died = select(*_COLUMNS).where(OutboxMessage.dead_at.is_not(None)).order_by(OutboxMessage.dead_at.desc())
    return [Row(**row._mapping) for row in db.session.execute(died.limit(SHOWN))]


def came_back() -> Sequence[Row]:
    """Return the notices that left and came back and that no other road says, the newest first."""
    back = OutboxMessage.bounced_at.is_not(None) & OutboxMessage.replaced_at.is_(None)
    rows = db.session.execute(select(*_COLUMNS).where(back).order_by(OutboxMessage.bounced_at.desc()).limit(SHOWN))
    return [Row(**row._mapping) for row in rows]


@dataclass(frozen=True, slots=True)
class Health:
    """The figures an operator watches. A notice is owed from the moment it might first have left."""

    owed: int
    oldest_owed: timedelta
    dead: int
    heartbeats: dict[str, timedelta]
    held_by_ceiling: bool  # more is owed than may leave in an hour, by a road or to a reader
    roads_down: frozenset[str]


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
    # A road stands here from its opening until it answers again, also while it may be tried.
    is_held_up = or_(
        and_(Circuit.kind == Kind.ROAD, Circuit.opened_until.is_not(None)),
        and_(Circuit.kind.in_((Kind.CEILING, Kind.READER)), Circuit.opened_until > now),
    )
    held_up = db.session.execute(select(Circuit.kind, Circuit.name).where(is_held_up)).all()
    return Health(
        owed=owed,
        oldest_owed=now - oldest if owed else timedelta(),
        dead=died or 0,
        heartbeats={entry: now - finished_at for entry, finished_at in beats},
        held_by_ceiling=any(kind is not Kind.ROAD for kind, _ in held_up),
        roads_down=frozenset(name for kind, name in held_up if kind is Kind.ROAD),
    )
