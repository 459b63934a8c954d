"""What became of some notices of the demonstration: came back, given up, resting after a fault, said by another."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased

from engage import clock
from engage.domain.case import CaseClass
from engage.domain.delivery import Outcome
from engage.extensions import db
from engage.models import WAITING, Case, CaseEvent, DeliveryAttempt, OutboxMessage, Recipient
from engage.notify import claims
from engage.queries.notice_states import EMAIL, ROAD
from engage.services import cases, undelivered

_REPORTS = ("5.1.1", "5.2.2")  # no such mailbox, and a full one
_GONE, _LATER = "refused 550 5.1.1", "deferred 451 4.2.1"
_APART = timedelta(minutes=3)


def play(now: datetime) -> None:
    """Let each of these happen to a notice or two of open cases, each of another one, so that the console shows it."""
    left = _first_of_each(OutboxMessage.sent_at.is_not(None), OutboxMessage.sent_at < now - timedelta(hours=2))
    for notice, report in zip(left, _REPORTS, strict=False):
        with clock.at(_after(notice, now)):
            claims.bounced(notice.id, report)  # and what follows, without a line in the log of who tries it out
            undelivered.tell(notice, cases.lock_own(notice.case_id or uuid.UUID(int=0)))
            db.session.flush()
    for notice, older in _after_others(left[len(_REPORTS) :])[:1]:
        with clock.at(_after(notice, now)):
            claims.replaced(older, by=notice.id)
    _meet_faults(_first_of_each(WAITING), now)


def _first_of_each(*where: ColumnElement[bool]) -> Sequence[OutboxMessage]:
    """The newest mail to the person of each ordinary open case, the newest first."""
    newest = (
        select(OutboxMessage.id, func.row_number().over(partition_by=Case.id, order_by=OutboxMessage.created_at.desc()))
        .join(Case, Case.id == OutboxMessage.case_id)
        .where(OutboxMessage.recipient == Recipient.PERSON, ROAD == EMAIL, Case.closed_at.is_(None), *where)
        .where(Case.class_ == CaseClass.ORDINARY)
        .subquery()
    )
    ids = select(newest.c.id).where(newest.c[1] == 1)
    wanted = select(OutboxMessage).where(OutboxMessage.id.in_(ids))
    return db.session.scalars(wanted.order_by(OutboxMessage.created_at.desc(), OutboxMessage.dedupe_key)).all()


def _after(notice: OutboxMessage, now: datetime) -> datetime:
    """A moment later than all that happened to the case, since a record goes forward in time."""
    last = db.session.scalar(select(func.max(CaseEvent.at)).where(CaseEvent.case_id == notice.case_id))
    return min(max(at for at in (last, notice.sent_at, notice.created_at) if at) + _APART, now)


def _after_others(notices: Sequence[OutboxMessage]) -> list[tuple[OutboxMessage, uuid.UUID]]:
    """Those whose case has an older notice to the person, which they say again, with the newest such notice."""
    older = aliased(OutboxMessage)
    at_each = (
        select(OutboxMessage.id, older.id)
        .join(older, (older.case_id == OutboxMessage.case_id) & (older.created_at < OutboxMessage.created_at))
        .where(OutboxMessage.id.in_([notice.id for notice in notices]), older.recipient == Recipient.PERSON)
        .order_by(older.created_at, older.dedupe_key)
    )
    said_before = {later: earlier for later, earlier in db.session.execute(at_each)}
    return [(notice, said_before[notice.id]) for notice in notices if notice.id in said_before]


def _meet_faults(waiting: Sequence[OutboxMessage], now: datetime) -> None:
    for notice in waiting[:1]:
        with clock.at(now):
            notice.dead_at, notice.last_error, notice.attempts = now, _GONE, 1
            db.session.add_all(_tries(notice.id, [(now, Outcome.REFUSED, _GONE)]))
            undelivered.tell(notice, cases.lock_own(notice.case_id or uuid.UUID(int=0)))
    for notice in waiting[1:2]:
        notice.not_before, notice.last_error, notice.attempts = now + timedelta(hours=1), _LATER, 2
        at = max(notice.created_at, now - timedelta(hours=1))
        db.session.add_all(_tries(notice.id, [(at, Outcome.DEFERRED, _LATER), (now, Outcome.DEFERRED, _LATER)]))
    db.session.flush()


def _tries(notice_id: uuid.UUID, what: Sequence[tuple[datetime, Outcome, str]]) -> Iterator[DeliveryAttempt]:
    for at, outcome, reason in what:
        values = {"id": uuid.uuid4(), "outbox_message_id": notice_id, "at": at, "road": EMAIL}
        yield DeliveryAttempt(**values, outcome=outcome, reason=reason)
