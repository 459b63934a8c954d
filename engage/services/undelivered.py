"""What follows where a notice did not arrive: it is shown on its case, told to staff, and said to the person otherwise.

One road for what was given up and for what came back after it was sent.
"""

import logging
import uuid

from engage.domain.events import NoticeUndeliverable
from engage.domain.policy import SYSTEM
from engage.extensions import db
from engage.models import Case, OutboxMessage, Recipient
from engage.notify import addressing, claims
from engage.services import cases, errands, moving_up
from engage.services.lane.road import note_undeliverable
from engage.services.timeline import record

log = logging.getLogger(__name__)


def bounced(notice_id: uuid.UUID, reason: str) -> bool:
    """Write down that a notice came back, and see that its reader hears otherwise, in the open unit of work.

    The reason is a code. Safe to run twice: False where the notice is unknown, was not sent, or came back before.
    """
    found = db.session.get(OutboxMessage, notice_id)
    if found is None:
        return False
    case = cases.lock_own(found.case_id) if found.case_id else None
    if not claims.bounced(notice_id, reason):
        return False
    tell(db.session.get_one(OutboxMessage, notice_id, populate_existing=True), case)
    log.warning("notice %s came back: %s", notice_id, reason)
    return True


def tell(message: OutboxMessage, case: Case | None) -> None:
    """Show that the notice did not arrive: on its case, to whoever works it, and as an errand if the person goes
    without. The caller holds the case by its lock."""
    if message.lane_report_id is not None:
        note_undeliverable(message.lane_report_id)
    if case is None:
        return
    if message.recipient is Recipient.PERSON and message.template != addressing.CODE_LINK:
        errands.owe(case, message_id=message.id, template=message.template, road=case.road.value)
    record(case, NoticeUndeliverable(outbox_message_id=message.id, template=message.template), actor=SYSTEM)
    moving_up.after_dead_notice(case, message)
