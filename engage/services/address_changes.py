"""Another address: the one before is told once, where its person wants that, and the new one is confirmed by a link."""

import json
import uuid
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update

from engage import clock, data_keys, vault
from engage.domain.case import CaseClass, Road
from engage.domain.events import AddressConfirmed
from engage.domain.policy import Actor, Party
from engage.extensions import db
from engage.models import AddressChange, Case, OutboxMessage, Recipient, SealedContact
from engage.notify import outbox
from engage.notify.addressing import ADDRESS_LEFT
from engage.services import cases
from engage.services.receipt_codes import DeadLink
from engage.services.timeline import record

# Ours: a notice that cannot be sent is given up after so long, see engage.notify.outbox; then nobody needs it any more.
FORMER_KEPT = timedelta(hours=72)
BY_MAIL = (Road.DIRECT, Road.RELAY)


def before(case: Case) -> bytes | None:
    """Return the mail address a case has now, sealed to the worker; None where no mail goes there.

    A relay address is passed on as it is: nothing on this side can open it.
    """
    row = db.session.get(SealedContact, case.id)
    if row is None or not row.has_email or case.road not in BY_MAIL:
        return None
    if row.to_worker:
        return data_keys.content(row)
    return vault.seal_to_worker({"email": json.loads(data_keys.content(row))["email"]})


def note(case: Case, former: bytes | None, *, tells_former: bool) -> None:
    """Write down that the case has another address, and tell the one before, in the open unit of work.

    Of a restricted case no address that was left hears anything: whoever reads it may be whom the person fears.
    """
    row = db.session.get(SealedContact, case.id)
    if row is None or not row.has_email or case.road not in BY_MAIL or case.class_ is CaseClass.RESTRICTED:
        forget(case.id)
        return
    change_id, now = uuid.uuid4(), clock.utcnow()
    kept = former if tells_former else None
    digest = vault.digest(vault.link_token(change_id), vault.ADDRESS)
    db.session.add(AddressChange(id=change_id, case_id=case.id, changed_at=now, former=kept, link_digest=digest))
    if kept is not None:
        outbox.enqueue(
            outbox.Owed(
                dedupe_key=_key_of(change_id),
                template=ADDRESS_LEFT,
                locale=case.locale,
                recipient=Recipient.PERSON,
                case_id=case.id,
                context={"change_id": str(change_id)},
                site_id=case.site_id,
            )
        )


def forget(case_id: uuid.UUID) -> None:
    """Erase every address the case had before; what was not told to it by now never is."""
    left = (AddressChange.case_id == case_id, AddressChange.former.is_not(None))
    db.session.execute(update(AddressChange).where(*left).values(former=None))


def forget_told(now: datetime) -> int:
    """Erase the addresses that were told, or that nobody can tell any more; return how many. Safe to run twice.

    Each counts by its own notice: where an address was changed twice, the second one may be told first.
    """
    held = db.session.execute(
        select(AddressChange.id, AddressChange.changed_at).where(AddressChange.former.is_not(None))
    ).all()
    by_key = {_key_of(change_id): change_id for change_id, _ in held}
    is_over = or_(OutboxMessage.sent_at.is_not(None), OutboxMessage.dead_at.is_not(None))
    told = db.session.scalars(
        select(OutboxMessage.dedupe_key).where(OutboxMessage.dedupe_key.in_(by_key), is_over)
    ).all()
    over = {by_key[key] for key in told} | {one for one, changed_at in held if changed_at <= now - FORMER_KEPT}
    erased = update(AddressChange).where(AddressChange.former.is_not(None), AddressChange.id.in_(over))
    options = {"synchronize_session": False}
    return len(
        db.session.execute(erased.values(former=None).returning(AddressChange.id), execution_options=options).all()
    )


def _key_of(change_id: uuid.UUID) -> str:
    return f"{ADDRESS_LEFT}:{change_id}"


def is_confirmed(case_id: uuid.UUID) -> bool | None:
    """Whether the newest address was confirmed; None where none was ever changed."""
    return db.session.execute(
        select(AddressChange.confirmed_at.is_not(None))
        .where(AddressChange.case_id == case_id)
        .order_by(AddressChange.changed_at.desc())
        .limit(1)
    ).scalar_one_or_none()


def check_link(link: str) -> None:
    """Let a link pass that still counts; opening its page changes nothing, since mail filters open links, too.

    Raises:
        DeadLink: the address was changed again, or the link never was.
    """
    _row_of(link)


def confirm(link: str) -> None:
    """Note that mails to the new address are read. Safe to run twice.

    Raises:
        DeadLink: the address was changed again or erased, or the link never was.
    """
    case = cases.lock_own(_row_of(link).case_id)
    row = _row_of(link)  # once more: whoever had the case until now may have changed or erased it
    if row.confirmed_at is None:
        row.confirmed_at = clock.utcnow()
        record(case, AddressConfirmed(), actor=Actor(id=None, party=Party.PERSON, case_id=case.id))


def _row_of(link: str) -> AddressChange:
    wanted = select(AddressChange).where(AddressChange.link_digest == vault.digest(link, vault.ADDRESS))
    row = db.session.scalar(wanted, execution_options={"populate_existing": True})
    newest = select(AddressChange.id).where(AddressChange.case_id == (row.case_id if row else None))
    if row is None or db.session.scalar(newest.order_by(AddressChange.changed_at.desc()).limit(1)) != row.id:
        raise DeadLink
    return row
