"""Taking notices for one attempt, and writing down what became of it. Each call belongs into a short unit of work."""

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, func, insert, select, update
from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate

from engage import clock
from engage.domain.delivery import Outcome, Urgency
from engage.extensions import db
from engage.models import WAITING, DeliveryAttempt, OutboxMessage, Recipient
from engage.models.base import table_of
from engage.notify import turns
from engage.settings import settings

# Ours: a notice whose every attempt ended without an outcome (the worker died of it) is given up at this many times
# the attempts after which a plain failure would end it.
CRASHES = 2
_UNTIL, _ID, _AT = "until", "message", "instant"  # values of statements
_LINE = {"line": "id", _AT: "at", "road": "road", "outcome": "outcome"}  # the same of the line of an attempt, by column
MIDWAY = "down midway"  # how the reason of an attempt begins in the middle of which the road broke
UNKNOWN = "unknown"  # the road of an attempt that ended before it was known


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
    urgency: int = Urgency.ORDINARY
    lane_report_id: uuid.UUID | None = None
    asked_road: str | None = None


def claim(limit: int) -> Sequence[Claimed]:
    """Take up to so many notices whose turn it is, each for the length of the lease; the most urgent first.

    One conditional UPDATE: what another worker holds is skipped, and a worker that dies needs no cleaning up, because
    the row simply comes due again. Where many workers took all that was looked at, more is looked at once.
    """
    return _claim(limit, turns.WINDOW) or _claim(limit, turns.WINDOW**2)


def _claim(limit: int, window: int) -> Sequence[Claimed]:
    now = clock.utcnow()
    until = now + timedelta(seconds=settings().OUTBOX_LEASE_SECONDS)
    has_lateral = db.session.get_bind().dialect.name == "postgresql"
    rows = db.session.execute(_taking(limit, window, has_lateral), turns.instants(now) | {_UNTIL: until}).all()
    taken = [Claimed(*row) for row in rows]
    return sorted(taken, key=lambda message: (message.urgency, message.created_at))


@cache
def _taking(limit: int, window: int, has_lateral: bool) -> ReturningUpdate[tuple[Any, ...]]:
    """Return the statement, made once: making it took longer than executing it."""
    due = turns.next_in_turn(limit, window, has_lateral=has_lateral)
    now = bindparam(turns.NOW, type_=OutboxMessage.not_before.type)
    return (
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(select(due.c.id)), WAITING, OutboxMessage.not_before <= now)
        .values(not_before=bindparam(_UNTIL), claimed_at=now, attempts=OutboxMessage.attempts + 1)
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
            OutboxMessage.urgency,
            OutboxMessage.lane_report_id,
            OutboxMessage.asked_road,
        )
        .execution_options(synchronize_session=False)
    )


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


def sent(message: Claimed, road: str, provider_id: str | None = None) -> bool:
    """Write down that the notice left by the road, even if the claim has run out meanwhile: it did leave.

    With PostgreSQL the row and the line of the attempt are one statement, since every notice waits for it.
    """
    values = {"road": road, "provider_id": provider_id, _ID: message.id, _AT: clock.utcnow()}
    if db.session.get_bind().dialect.name == "postgresql":
        line = {"line": uuid.uuid4(), "outcome": Outcome.SENT}
        return db.session.execute(_noting_at_once(), values | line).one_or_none() is not None
    return db.session.execute(_noting(), values).one_or_none() is not None and _tried(message.id, road, Outcome.SENT)


@cache
def _noting() -> ReturningUpdate[tuple[uuid.UUID]]:
    notice = table_of(OutboxMessage)
    values: dict[str, BindParameter[Any]] = {name: bindparam(name) for name in ("road", "provider_id")}
    return (
        update(notice)
        .where(notice.c.id == bindparam(_ID), WAITING)
        .values(**values, sent_at=bindparam(_AT, type_=notice.c.sent_at.type), last_error=None, claimed_at=None)
        .returning(notice.c.id)
    )


@cache
def _noting_at_once() -> ReturningInsert[tuple[uuid.UUID]]:
    changed, line = _noting().cte("changed"), table_of(DeliveryAttempt)
    values = (bindparam(name, type_=line.c[of].type) for name, of in _LINE.items())
    names = ["outbox_message_id", *_LINE.values()]
    return insert(line).from_select(names, select(changed.c.id, *values)).returning(line.c.id)


def put_back(
    message: Claimed,
    error: str | None = None,
    *,
    road: str | None = None,
    until: datetime | None = None,
    times: int = 1,
) -> bool:
    """Give the claim back at no attempt: the fault was not the notice's own. With an error it rests for a while, the
    longer the more often (`times`) the connection broke on its way.

    Where the road is named, this notice met the fault itself, and its attempt is kept for reading. It then comes after
    all that wait `until` its road is tried again: else the oldest would try each time, and what breaks the connection
    each time would keep the road closed to the others.
    """
    not_before = clock.utcnow() + timedelta(seconds=back_off(times) if error else 0.0)
    if until is not None:
        first = settings().OUTBOX_BACKOFF_SECONDS
        not_before = max(not_before, until + timedelta(seconds=first + _jitter(first)))
    if road is not None:
        _tried(message.id, road, Outcome.DOWN, error)
    return _write(
        _ours(message),
        not_before=not_before,
        attempts=OutboxMessage.attempts - 1,
        claimed_at=None,
        **({"last_error": error} if error else {}),
    )


def hold(messages: Sequence[Claimed], until: datetime, why: str) -> None:
    """Give claims back at no attempt until something that holds up all of them is over. They share one lease.

    They come back spread over one first wait after it.
    """
    spread = settings().OUTBOX_BACKOFF_SECONDS * secrets.randbelow(1001) / 1000
    db.session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.id.in_([message.id for message in messages]),
            WAITING,
            OutboxMessage.not_before == messages[0].until,
        )
        .values(
            not_before=until + timedelta(seconds=spread),
            attempts=OutboxMessage.attempts - 1,
            claimed_at=None,
            last_error=why,
        )
        .execution_options(synchronize_session=False)
    )


def rest(message: Claimed, until: datetime) -> bool:
    """Give the claim back at no attempt until then, because its reader is to be left alone.

    What went wrong before is no reason any more why it has not left: it is not owed before then.
    """
    attempts = OutboxMessage.attempts - 1
    return _write(_ours(message), not_before=until, attempts=attempts, claimed_at=None, last_error=None)


def failed(message: Claimed, error: str, *, road: str = UNKNOWN, outcome: Outcome = Outcome.FAILED) -> bool:
    """Write down a failure of the notice's own and when it is tried again."""
    now = clock.utcnow()
    wait = timedelta(seconds=back_off(message.attempts))
    changed = _write(_ours(message), not_before=now + wait, last_error=error, claimed_at=None)
    return changed and _tried(message.id, road, outcome, error)


def died(message: Claimed, error: str, *, road: str = UNKNOWN, outcome: Outcome = Outcome.REFUSED) -> bool:
    """Give the notice up for good; the row stays and is shown."""
    changed = _write(_ours(message), dead_at=clock.utcnow(), last_error=error, claimed_at=None)
    return changed and _tried(message.id, road, outcome, error)


def bounced(notice_id: uuid.UUID, reason: str) -> bool:
    """Write down that a notice that was sent came back; False if it was not sent, or came back before.

    What the person or the staff need after that is `engage.services.undelivered`; nobody else calls this.
    """
    once = and_(OutboxMessage.id == notice_id, OutboxMessage.sent_at.is_not(None), OutboxMessage.bounced_at.is_(None))
    return _write(once, bounced_at=clock.utcnow(), last_error=reason) and _tried_by_its_road(
        notice_id, Outcome.BOUNCED, reason
    )


def arrived(notice_id: uuid.UUID) -> bool:
    """Write down that a notice that was sent has arrived, as a report says; False if that was known."""
    once = and_(OutboxMessage.id == notice_id, OutboxMessage.sent_at.is_not(None), OutboxMessage.arrived_at.is_(None))
    return _write(once, arrived_at=clock.utcnow()) and _tried_by_its_road(notice_id, Outcome.ARRIVED, None)


def replaced(notice_id: uuid.UUID, *, by: uuid.UUID | None) -> bool:
    """Write down that another notice says what this one said, on the next road or for several at once."""
    once = and_(OutboxMessage.id == notice_id, OutboxMessage.replaced_at.is_(None))
    return _write(once, replaced_at=clock.utcnow(), replaced_by_id=by)


def _tried_by_its_road(notice_id: uuid.UUID, outcome: Outcome, reason: str | None) -> bool:
    road = db.session.scalar(select(OutboxMessage.road).where(OutboxMessage.id == notice_id))
    return _tried(notice_id, road or UNKNOWN, outcome, reason)


def _tried(notice_id: uuid.UUID, road: str, outcome: Outcome, reason: str | None = None) -> bool:
    """Keep a line of the attempt; always true."""
    values = {"id": uuid.uuid4(), "outbox_message_id": notice_id, "at": clock.utcnow(), "road": road}
    db.session.execute(insert(DeliveryAttempt).values(**values, outcome=outcome, reason=reason))
    return True


def is_spent(message: Claimed, attempts: int | None = None) -> bool:
    """Whether one more failure of its own ends the notice: after so many attempts and so long a time, both."""
    oldest = clock.utcnow() - timedelta(hours=settings().OUTBOX_DEAD_AFTER_HOURS)
    count = message.attempts if attempts is None else attempts
    return count >= settings().OUTBOX_MAX_ATTEMPTS and message.created_at <= oldest


def times_broken(message: Claimed) -> int:
    """Return how often its road broke while the notice was on its way."""
    broke = select(func.count(DeliveryAttempt.id)).where(
        DeliveryAttempt.outbox_message_id == message.id, DeliveryAttempt.reason.startswith(MIDWAY, autoescape=True)
    )
    return int(db.session.scalar(broke) or 0)


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
