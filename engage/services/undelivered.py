"""What follows where a notice did not arrive: the next road is opened; where none is left, somebody of ours goes.

One way for what was given up and for what came back after it was sent.
"""

import logging
import uuid
from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from engage.domain.case import Road
from engage.domain.events import NoticeUndeliverable
from engage.domain.policy import SYSTEM
from engage.domain.reaching import Way, next_way
from engage.extensions import db
from engage.models import (
    AddressChange,
    Case,
    ContactPreference,
    DeliveryAttempt,
    OutboxMessage,
    Recipient,
    SealedContact,
    StaffUser,
)
from engage.notify import claims, gateways, outbox, to_person
from engage.notify.destinations import OF_ONE_ADDRESS, TEXTS_STOPPED
from engage.notify.outbox import Owed
from engage.services import cases, deadlines, errands, moving_up
from engage.services.lane.road import note_undeliverable
from engage.services.timeline import record

log = logging.getLogger(__name__)
URGENT = "urgent_fact"  # of what goes to staff, this alone is worth a text


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
    """Owe the same by the next road. Where none is left, show that the notice did not arrive: on its case, to whoever
    works it, and as an errand if the person goes without. The caller holds the case by its lock."""
    if message.lane_report_id is not None:
        note_undeliverable(message.lane_report_id)
    if case is None or _by_next_road(message, case):
        return
    if message.template == TEXTS_STOPPED:  # whoever wants no more texts misses nothing, and nobody is to write again
        claims.replaced(message.id, by=None)
        return
    if message.recipient is Recipient.PERSON and case.road is Road.NONE:
        # They took back every way to them meanwhile: it stands on their page, and nobody could go.
        deadlines.meet_by_notice(case, message.template)
        claims.replaced(message.id, by=None)
        return
    if message.recipient is Recipient.PERSON and message.template not in OF_ONE_ADDRESS:
        errands.owe(case, message_id=message.id, template=message.template, road=case.road.value)
    record(case, NoticeUndeliverable(outbox_message_id=message.id, template=message.template), actor=SYSTEM)
    moving_up.after_dead_notice(case, message)


def _by_next_road(message: OutboxMessage, case: Case) -> bool:
    """Owe the notice by a road that was not tried yet; whether there is one.

    The key of the new row is the first one's with the road behind it: so each road is opened once, whatever happens
    at the same time. Of a mail address that the person gave since, the key names the change: it is opened once more. A
    notice that failed before its road was known (a key, a template) would fail on each.
    """
    newest = _newest_address(case.id)
    first, attempts = _attempts(message, case.id)
    used = {road for one in attempts for road in one.roads}
    tried = {road for one in attempts for road in one.roads if newest is None or not one.is_before(newest)}
    way = _next(message, case, tried)
    if way is None or message.context is None or not used & set(Way):
        return False
    key = f"{first}:{way}:{newest.id}" if newest is not None and way in used else f"{first}:{way}"
    if key == message.dedupe_key:  # it was this one, though a clock that was set back says that it came before
        return False
    outbox.enqueue(
        Owed(
            dedupe_key=key,
            template=message.template,
            locale=message.locale,
            recipient=message.recipient,
            user_id=message.user_id,
            case_id=message.case_id,
            context=message.context,
            site_id=message.site_id,
            level=case.level,
            asked_road=way.value,
        )
    )
    next_id = db.session.scalars(select(OutboxMessage.id).where(OutboxMessage.dedupe_key == key)).one()
    claims.replaced(message.id, by=next_id)
    log.info("notice %s goes on as %s", message.id, next_id)
    return True


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One try to deliver a notice: the roads by which it went or had to go, and when it left or failed to."""

    roads: frozenset[str]
    at: datetime

    def is_before(self, change: AddressChange) -> bool:
        """Whether it was a mail to an address that the person has left since: the new one was not tried by it."""
        return Way.EMAIL in self.roads and self.at < change.changed_at


def _newest_address(case_id: uuid.UUID) -> AddressChange | None:
    changes = select(AddressChange).where(AddressChange.case_id == case_id)
    return db.session.scalars(changes.order_by(AddressChange.changed_at.desc()).limit(1)).first()


def _attempts(message: OutboxMessage, case_id: uuid.UUID) -> tuple[str, Sequence[_Attempt]]:
    """The key of the first row of the notice, and what was tried for it by any of its rows.

    A report that a mail came back is one of them, at the time at which the mail left.
    """
    changes = db.session.scalars(select(AddressChange.id).where(AddressChange.case_id == case_id))
    endings = [*(f":{way}" for way in Way), *(f":{Way.EMAIL}:{change_id}" for change_id in changes)]
    asked = next((one for one in endings if message.asked_road and message.dedupe_key.endswith(one)), "")
    first = message.dedupe_key.removesuffix(asked)
    at = func.coalesce(OutboxMessage.sent_at, DeliveryAttempt.at)
    rows = db.session.execute(
        select(DeliveryAttempt.road, OutboxMessage.asked_road, at)
        .join(OutboxMessage, OutboxMessage.id == DeliveryAttempt.outbox_message_id)
        .where(OutboxMessage.dedupe_key.in_([first, *(first + ending for ending in endings)]))
    )
    return first, [_Attempt(frozenset(filter(None, (road, asked_road))), at) for road, asked_road, at in rows]


def _next(message: OutboxMessage, case: Case, tried: Set[str]) -> Way | None:
    if message.recipient is Recipient.STAFF:
        user = db.session.get_one(StaffUser, message.user_id)
        can = message.template == URGENT and user.is_active and bool(user.phone) and gateways.is_there()
        return Way.SMS if can and Way.SMS not in tried else None
    if message.template in OF_ONE_ADDRESS:
        return None
    held, preference = db.session.get(SealedContact, case.id), db.session.get(ContactPreference, case.id)
    return next_way(to_person.ways_to(case, held, preference), tried)
