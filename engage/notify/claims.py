"""Taking notices for one attempt, and writing down what became of it. Each call belongs into a short unit of work."""

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, select, update

from engage import clock
from engage.extensions import db
from engage.models import OutboxMessage, Recipient
from engage.settings import settings

# An outbox row is waiting while it is neither sent nor dead.
WAITING = and_(OutboxMessage.sent_at.is_(None), OutboxMessage.dead_at.is_(None))
# Ours: a notice whose every attempt ended without an outcome (the worker died of it) is given up at this many times
# the attempts after which a plain failure would end it.
CRASHES = 2


@dataclass(frozen=True, slots=True)
class Claimed:
    """A notice that belongs to one worker until `until`; nobody else takes it before."""

    id: uuid.UUID
    case_id: uuid.UUID | None
    template: str
    locale: str
    recipient: Recipient
    user_id: uuid.UUID | None
    context: dict[str, str]
    created_at: datetime
    attempts: int
    until: datetime
    lane_report_id: uuid.UUID | None = None


def claim(limit: int) -> Sequence[Claimed]:
    """Take up to so many notices that are due, the longest owed first, each for the length of the lease.

    One conditional UPDATE: what another worker holds is skipped, and a worker that dies needs no cleaning up, because
    the row simply comes due again.
    """
    now = clock.utcnow()
    until = now + timedelta(seconds=settings().OUTBOX_LEASE_SECONDS)
    due = (
        select(OutboxMessage.id)
        .where(WAITING, OutboxMessage.not_before <= now)
        .order_by(OutboxMessage.not_before)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")  # PostgreSQL runs a locking CTE once; as a plain subquery it may run again and take too many
    )
    rows = db.session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(select(due.c.id)), WAITING, OutboxMessage.not_before <= now)
        .values(not_before=until, attempts=OutboxMessage.attempts + 1)
        .returning(
            OutboxMessage.id,
            OutboxMessage.case_id,
            OutboxMessage.template,
            OutboxMessage.locale,
            OutboxMessage.recipient,
            OutboxMessage.user_id,
            OutboxMessage.context,
            OutboxMessage.created_at,
            OutboxMessage.attempts,
            OutboxMessage.not_before,
            OutboxMessage.lane_report_id,
        )
        .execution_options(synchronize_session=False)
    ).all()
    taken = [Claimed(*row) for row in rows]
    return sorted(taken, key=lambda message: message.created_at)


def is_held(message: Claimed) -> bool:
    """Whether half of the lease is still left, which is more than one attempt can take."""
    return clock.utcnow() < message.until - timedelta(seconds=settings().OUTBOX_LEASE_SECONDS / 2)


def _ours(message: Claimed) -> ColumnElement[bool]:
    return and_(OutboxMessage.id == message.id, WAITING, OutboxMessage.not_before == message.until)


def _write(condition: ColumnElement[bool], **values: object) -> bool:
    """Change the row if the condition holds; False when another worker got there first."""
    found = db.session.execute(
        update(OutboxMessage)
        .where(condition)
        .values(**values)
        .returning(OutboxMessage.id)
        .execution_options(synchronize_session=False)
    )
    return found.one_or_none() is not None


def sent(message: Claimed, road: str) -> bool:
    """Write down that the notice left by the road, even if the claim has run out meanwhile: it did leave."""
    condition = and_(OutboxMessage.id == message.id, WAITING)
    return _write(condition, sent_at=clock.utcnow(), road=road, last_error=None)


def put_back(message: Claimed, error: str | None = None) -> bool:
    """Give the claim back at no attempt: the fault was not the notice's own. With an error it rests for a while."""
    wait = settings().OUTBOX_BACKOFF_SECONDS if error else 0.0
    return _write(
        _ours(message),
        not_before=clock.utcnow() + timedelta(seconds=_jitter(wait)),
        attempts=OutboxMessage.attempts - 1,
        **({"last_error": error} if error else {}),
    )


def failed(message: Claimed, error: str) -> bool:
    """Write down a failure of the notice's own and when it is tried again."""
    now = clock.utcnow()
    return _write(_ours(message), not_before=now + timedelta(seconds=back_off(message.attempts)), last_error=error)


def died(message: Claimed, error: str) -> bool:
    """Give the notice up for good; the row stays and is shown."""
    return _write(_ours(message), dead_at=clock.utcnow(), last_error=error)


def is_spent(message: Claimed) -> bool:
    """Whether one more failure of its own ends the notice: after so many attempts and so long a time, both."""
    oldest = clock.utcnow() - timedelta(hours=settings().OUTBOX_DEAD_AFTER_HOURS)
    return message.attempts >= settings().OUTBOX_MAX_ATTEMPTS and message.created_at <= oldest


def has_crashed_us(message: Claimed) -> bool:
    """Whether the notice was taken so often without an outcome that trying it again would only kill another worker."""
    return is_spent(message) and message.attempts > CRASHES * settings().OUTBOX_MAX_ATTEMPTS + _longest_life_tries()


def _longest_life_tries() -> int:
    """How often the longest wait fits into the time before which nothing is given up."""
    return int(settings().OUTBOX_DEAD_AFTER_HOURS * 3600 / max(settings().OUTBOX_BACKOFF_MAX_SECONDS, 1))


def back_off(attempts: int) -> float:
    """Return the seconds until the next try after so many failures: doubling, bounded, spread by a quarter."""
    doubled = settings().OUTBOX_BACKOFF_SECONDS * 2.0 ** min(attempts - 1, 30)
    return _jitter(min(doubled, settings().OUTBOX_BACKOFF_MAX_SECONDS))


def _jitter(seconds: float) -> float:
    """Spread a wait, so that what failed together does not come back together."""
    return seconds * (0.75 + secrets.randbelow(501) / 1000)
