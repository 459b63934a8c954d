"""Delivering what the outbox owes. Opens its own short units of work: none is open while a mail is on its way."""

import logging
import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from engage.domain.delivery import Outcome
from engage.domain.errands import BOARD
from engage.domain.policy import Actor
from engage.extensions import db
from engage.models import CaseEvent, OutboxMessage, Recipient
from engage.notify import addressing, claims, outbox, threads
from engage.notify.claims import Claimed
from engage.notify.destinations import WITHHELD, ByHand, Later, Letter, NoAddress, Text
from engage.notify.handing_over import Roads, road_of
from engage.notify.transports import TransportDeferred, TransportDown, TransportRefused
from engage.services import cases, deadlines, errands, moving_up, undelivered
from engage.services.audit import Change, note
from engage.settings import settings
from engage.unit_of_work import release, unit_of_work

log = logging.getLogger(__name__)
BATCHES = 50  # Ours: one task ends well inside its time limit; what is left over is asked for with a new nudge.
FAULTS = 2  # Ours: one mail may break the connection by itself; two in a row are the server's fault.


def try_again(message_id: uuid.UUID, *, actor: Actor | None) -> bool:
    """Let a notice that was given up be tried again at once; False if it was not, or what it said is gone.

    Who did it is on the record of changes; no actor means a command on the server.
    """
    if not outbox.owe_again(message_id):
        return False
    note(Change.NOTICE_RETRIED, actor=actor, subject_id=message_id)
    return True


def drain() -> int:
    """Deliver what is due until nothing is, and return how many notices left by some road.

    Safe to run twice and at the same time: a notice belongs to whoever claimed it. A dead mail server ends the run and
    costs no notice an attempt.
    """
    run = _Run(Roads())
    try:
        for _ in range(BATCHES):
            with unit_of_work():
                batch = claims.claim(settings().OUTBOX_BATCH)
            if not batch or not run.deliver(batch):
                return run.count
    finally:
        run.roads.close()
    outbox.nudge()
    return run.count


class _Run:
    """One drain: the connections it keeps, how many left, and how often in a row the transport failed."""

    def __init__(self, roads: Roads) -> None:
        self.roads = roads
        self.count = 0
        self._road = claims.UNKNOWN
        self._faults = 0

    def deliver(self, batch: Sequence[Claimed]) -> bool:
        """Try each notice once; False when the transport is down and the rest was put back."""
        for place, message in enumerate(batch):
            if not claims.is_held(message):
                _put_back(batch[place:])
                return True
            if not self._attempt(message):
                _put_back(batch[place + 1 :], "transport down")
                return False
        return True

    def _attempt(self, message: Claimed) -> bool:
        """Try one notice and write down what came of it; False when the transport is down."""
        self._road = claims.UNKNOWN
        try:
            self._carry(message)
        except SQLAlchemyError:
            raise  # the database is gone: the lease runs out by itself, and nothing is the notice's fault
        except TransportDown as error:
            _put_back([message], f"down {error}", road=self._road)
            self._faults += 1
            return self._faults < FAULTS
        except (TransportRefused, NoAddress) as error:
            _bury(message, f"refused {error}", road=self._road)
        except TransportDeferred as error:
            _fail(message, f"deferred {error}", road=self._road, outcome=Outcome.DEFERRED)
        except Exception as error:  # a template or a key: it dies visibly instead of being tried for ever
            _fail(message, f"failed {type(error).__name__}", road=self._road, outcome=Outcome.FAILED)
        self._faults = 0
        return True

    def _carry(self, message: Claimed) -> None:
        if claims.has_crashed_us(message):
            raise NoAddress("crashed")
        try:
            where = addressing.destination(message)
        finally:
            release()
        match where:
            case Letter() | Text():
                self._road = road_of(where)
                handed = self.roads.hand_over(message, where)
                _left(message, handed.road, handed.provider_id, handed.thread)
            case ByHand(case_id, road):
                _ask_staff(message, case_id, road)
            case Later(until):
                _rest(message, until)
                return
            case nowhere:
                _left(message, nowhere.road)
        self.count += 1


def _left(message: Claimed, road: str, provider_id: str | None = None, thread: str | None = None) -> None:
    """Write down that the notice left; where its arrival keeps a promise, the promise is kept with it.

    One that its reader may know of no longer was told to nobody: what has to reach somebody goes one step up instead.
    """
    with unit_of_work():
        is_lost = road == WITHHELD and message.template in moving_up.MOVES_UP
        keeps = message.template in deadlines.KEPT_BY_NOTICE
        case = cases.lock_own(message.case_id) if message.case_id and (keeps or is_lost) else None
        has_left = claims.sent(message, road, provider_id)
        if thread is not None and message.case_id is not None and message.recipient is Recipient.PERSON:
            threads.remember(message.case_id, thread)
        if has_left and case is not None:
            deadlines.meet_by_notice(case, message.template)
            if is_lost:
                moving_up.after_dead_notice(case, db.session.get_one(OutboxMessage, message.id))


def _rest(message: Claimed, until: datetime) -> None:
    with unit_of_work():
        claims.rest(message, until)


def _put_back(messages: Sequence[Claimed], error: str | None = None, *, road: str | None = None) -> None:
    with unit_of_work():
        for message in messages:
            claims.put_back(message, error, road=road)


def _fail(message: Claimed, error: str, *, road: str, outcome: Outcome) -> None:
    if claims.is_spent(message):
        _bury(message, error, road=road, outcome=outcome)
        return
    with unit_of_work():
        claims.failed(message, error, road=road, outcome=outcome)
    log.warning("notice %s was not sent: %s", message.id, error)


def _ask_staff(message: Claimed, case_id: uuid.UUID, road: str) -> None:
    """Turn a notice that no machine can carry into an errand. The case comes first, as in every use case."""
    with unit_of_work():
        case = cases.lock_own(case_id)
        if claims.sent(message, "case" if road == BOARD else "errand"):
            if road == BOARD:  # it stands on the person's page, which is what counts; the slip says to look there
                deadlines.meet_by_notice(case, message.template)
            errands.owe(case, message_id=message.id, template=message.template, road=road)


def _bury(message: Claimed, error: str, *, road: str, outcome: Outcome = Outcome.REFUSED) -> None:
    """Give a notice up, and show it: on its case, to whoever works it, and as an errand if the person goes without.

    A reminder that spoke for other cases moves up for each of them, before it is given up, so that none is passed over.
    """
    if message.user_id is not None:
        for event_id in message.context.get(outbox.OTHERS, "").split():
            _move_up(uuid.UUID(event_id), message.user_id)
    with unit_of_work():
        case = cases.lock_own(message.case_id) if message.case_id else None
        if not claims.died(message, error, road=road, outcome=outcome):
            return
        undelivered.tell(db.session.get_one(OutboxMessage, message.id), case)
    log.error("notice %s is dead: %s", message.id, error)


def _move_up(event_id: uuid.UUID, user_id: uuid.UUID) -> None:
    with unit_of_work():
        case = cases.lock_own(db.session.get_one(CaseEvent, event_id).case_id)
        moving_up.instead_of(case, event_id, user_id)
