"""What is written down of each try to deliver a notice, and what follows from it. Each call is a unit of work."""

import logging
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from engage.domain.delivery import Outcome
from engage.domain.errands import BOARD
from engage.extensions import db
from engage.models import CaseEvent, OutboxMessage, Recipient
from engage.notify import circuits, claims, outbox, threads
from engage.notify.circuits import Key
from engage.notify.claims import Claimed
from engage.notify.destinations import WITHHELD
from engage.notify.handing_over import Handed
from engage.services import cases, deadlines, errands, moving_up, undelivered
from engage.unit_of_work import unit_of_work

log = logging.getLogger(__name__)


def left(message: Claimed, road: str, *, is_errand: bool = False) -> None:
    """Write down that there was nothing to hand over: the notice stands on a page, or may not be told."""
    left_by(message, Handed(road), is_errand=is_errand)


def left_by(message: Claimed, handed: Handed, *, well: Iterable[Key] = (), is_errand: bool = False) -> None:
    """Write down that the notice left; where its arrival keeps a promise, the promise is kept with it.

    One that its reader may know of no longer was told to nobody: what has to reach somebody goes one step up instead.
    Where an errand stands for it, since it had not arrived before (`is_errand`), and nobody has begun it, nobody needs
    to any more.
    """
    with unit_of_work():
        is_lost = handed.road == WITHHELD and message.template in moving_up.MOVES_UP
        keeps = message.template in deadlines.KEPT_BY_NOTICE
        case = cases.lock_own(message.case_id) if message.case_id and (keeps or is_lost or is_errand) else None
        has_left = claims.sent(message, handed.road, handed.provider_id)
        if handed.thread is not None and message.case_id is not None and message.recipient is Recipient.PERSON:
            threads.remember(message.case_id, handed.thread)
        if has_left and case is not None:
            deadlines.meet_by_notice(case, message.template)
            errands.end_of_notice(case, message.id)
            if is_lost:
                moving_up.after_dead_notice(case, db.session.get_one(OutboxMessage, message.id))
        if keys := list(well):
            circuits.well(keys)


def put_back(
    messages: Sequence[Claimed], error: str | None = None, *, road: str | None = None, until: datetime | None = None
) -> None:
    """Give claims back at no attempt; see `claims.put_back`."""
    with unit_of_work():
        for message in messages:
            claims.put_back(message, error, road=road, until=until)


def broke(message: Claimed, error: str, *, road: str, until: datetime | None, was_well: bool) -> None:
    """Give a notice back in the middle of which its road broke, at no attempt; each time it rests longer, since it may
    have arrived. One that broke a road that was well as often as it may fail itself is given up."""
    error = f"{claims.MIDWAY} {error}"
    with unit_of_work():
        times = claims.times_broken(message) + 1
        is_spent = was_well and claims.is_spent(message, times)
        if not is_spent:
            claims.put_back(message, error, road=road, until=until, times=times)
    if is_spent:
        bury(message, error, road=road, outcome=Outcome.DOWN)


def rest(message: Claimed, until: datetime) -> None:
    """Let a notice wait because its reader is to be left alone until then."""
    with unit_of_work():
        claims.rest(message, until)


def fail(message: Claimed, error: str, *, road: str, outcome: Outcome) -> None:
    """Write down a failure of the notice's own, which may be its last."""
    if claims.is_spent(message):
        bury(message, error, road=road, outcome=outcome)
        return
    with unit_of_work():
        claims.failed(message, error, road=road, outcome=outcome)
    log.warning("notice %s was not sent: %s", message.id, error)


def ask_staff(message: Claimed, case_id: uuid.UUID, road: str) -> None:
    """Turn a notice that no machine can carry into an errand. The case comes first, as in every use case."""
    with unit_of_work():
        case = cases.lock_own(case_id)
        if claims.sent(message, "case" if road == BOARD else "errand"):
            if road == BOARD:  # it stands on the person's page, which is what counts; the slip says to look there
                deadlines.meet_by_notice(case, message.template)
            errands.owe(case, message_id=message.id, template=message.template, road=road)


def bury(message: Claimed, error: str, *, road: str, outcome: Outcome = Outcome.REFUSED) -> None:
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
