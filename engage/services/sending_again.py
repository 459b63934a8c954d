"""Staff of a case have a notice tried again that did not arrive."""

import uuid

from sqlalchemy import select

from engage import clock
from engage.domain.delivery import NoticeState
from engage.domain.events import NoticeTriedAgain
from engage.domain.policy import Actor, Permission, require
from engage.extensions import db
from engage.models import Case, OutboxMessage
from engage.notify import outbox
from engage.notify.bringing_forward import bring_forward
from engage.services import cases
from engage.services.timeline import record

# What lies with somebody already: in a worker's hands, with its reader, or said by another notice.
_LEFT_ALONE = (NoticeState.CLAIMED, NoticeState.SENT, NoticeState.REPLACED)


def send_again(notice_id: uuid.UUID, *, actor: Actor) -> bool:
    """Have a notice tried again at once that was given up, came back, or rests after a fault; it is put on record.

    False, and nothing is changed, where it lies with somebody already, where it was not tried yet (its time has not
    come), or where what it said is no longer kept. So the second of two clicks changes nothing.

    Raises:
        NoResultFound: there is no such notice, or the actor may not know of its case.
        NotAllowed: policy refuses the actor.
    """
    of_notice = select(OutboxMessage.case_id).where(OutboxMessage.id == notice_id).scalar_subquery()
    case = cases.lock_where(Case.id == of_notice, actor)
    require(actor, Permission.SEE_DELIVERY, case.facts)
    notice = db.session.get_one(OutboxMessage, notice_id, populate_existing=True)
    state = notice.state(clock.utcnow())
    if state in _LEFT_ALONE:
        return False
    owed = bring_forward(notice_id) if state is NoticeState.WAITING else outbox.owe_again(notice_id)
    if owed:
        record(case, NoticeTriedAgain(outbox_message_id=notice_id, template=notice.template), actor=actor)
    return owed
