"""What is written down of each try to deliver a notice, and what follows from it. Each call is a unit of work."""

import logging
import uuid
from collections.abc import Iterable, Sequence

from engage.domain.delivery import Outcome
from engage.extensions import db
from engage.models import CaseEvent, OutboxMessage
from engage.notify import circuits, claims, outbox
from engage.notify.addressing import WITHHELD
from engage.notify.circuits import Key
from engage.notify.claims import Claimed
from engage.services import cases, deadlines, errands, moving_up, undelivered
from engage.unit_of_work import unit_of_work

log = logging.getLogger(__name__)


def left(message: Claimed, road: str, provider_id: str | None = None, *, well: Iterable[Key] = ()) -> None:
    """Write down that the notice left; where its arrival keeps a promise, the promise is kept with it.

    One that its reader may know of no longer was told to nobody: what has to reach somebody goes one step up instead.
    """
    with unit_of_work():
        is_lost = road == WITHHELD and message.template in moving_up.MOVES_UP
        keeps = message.template in deadlines.KEPT_BY_NOTICE
        case = cases.lock_own(message.case_id) if message.case_id and (keeps or is_lost) else None
        if claims.sent(message, road, provider_id) and case is not None:
            deadlines.meet_by_notice(case, message.template)
            if is_lost:
                moving_up.after_dead_notice(case, db.session.get_one(OutboxMessage, message.id))
        if keys := list(well):
            circuits.well(keys)


def put_back(messages: Sequence[Claimed], error: str | None = None, *, road: str | None = None) -> None:
    """Give claims back at no attempt; see `claims.put_back`."""
    with unit_of_work():
        for message in messages:
            claims.put_back(message, error, road=road)


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
        if claims.sent(message, "errand"):
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
