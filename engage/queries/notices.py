"""Single notices as an operator may see them: what is owed and what died. No case and no content."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from engage.domain.delivery import NoticeState, state_at
from engage.extensions import db
from engage.models import WAITING, OutboxMessage, Recipient

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
        return state_at(self, now)


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
    return [Row(*tuple(row)) for row in rows]


def dead() -> Sequence[Row]:
    """Return the notices that were given up and that no other road says, the newest first."""
    died = OutboxMessage.dead_at.is_not(None) & OutboxMessage.replaced_at.is_(None)
    rows = db.session.execute(select(*_COLUMNS).where(died).order_by(OutboxMessage.dead_at.desc()).limit(SHOWN))
    return [Row(*tuple(row)) for row in rows]


def came_back() -> Sequence[Row]:
    """Return the notices that left and came back and that no other road says, the newest first."""
    back = OutboxMessage.bounced_at.is_not(None) & OutboxMessage.replaced_at.is_(None)
    rows = db.session.execute(select(*_COLUMNS).where(back).order_by(OutboxMessage.bounced_at.desc()).limit(SHOWN))
    return [Row(*tuple(row)) for row in rows]
