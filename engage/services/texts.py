"""Texts that come back: reports of what became of one, and what people write to us by text."""

import logging
import uuid
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, select

from engage import clock, vault
from engage.domain.events import TextsStopped
from engage.domain.gateways import Arrival
from engage.domain.policy import Actor, Party
from engage.domain.texts import is_code_wanted, is_stop
from engage.extensions import db, insert_into
from engage.incoming import charsets
from engage.models import ContactPreference, EarlyReport, OutboxMessage, ReceivedText
from engage.notify import claims, threads
from engage.services import cases, conversation, receipt_codes, undelivered
from engage.services.inbound import from_text
from engage.services.timeline import record
from engage.settings import settings
from engage.unit_of_work import unit_of_work

log = logging.getLogger(__name__)
MOST = 1000  # Ours: a sweep ends well inside its task's time limit; the next one takes what is left over.
# Ours: we write down that a text left within its lease, of minutes, or send it anew under another name.
NOBODYS = timedelta(days=1)
LONGEST = 10_000  # Ours, characters: as long as what is written on the page; a text has 1,530 at most.


def report(provider_id: str, arrival: Arrival, reason: str) -> None:
    """Write down what became of a text, in the open unit of work. Safe to run twice.

    A gateway may say so before we wrote down that it took the text, and not every gateway says it again: what tells of
    none that we know is kept for `heed_early`.
    """
    if arrival is Arrival.ON_ITS_WAY:
        return
    row = db.session.scalars(select(OutboxMessage.id).where(OutboxMessage.provider_id == provider_id)).first()
    if row is None:
        values = {"provider_id": provider_id, "arrival": arrival, "reason": reason, "at": clock.utcnow()}
        db.session.execute(insert_into(EarlyReport).values(**values).on_conflict_do_nothing())
        return
    if arrival is Arrival.ARRIVED:
        claims.arrived(row)
    else:
        undelivered.bounced(row, reason)


def heed_early(*, limit: int = MOST) -> int:
    """Write down what was reported of texts before we knew their names, and return how many were.

    Opens a short unit of work per report; safe to run twice and at the same time.
    """
    known = (
        select(EarlyReport.provider_id, EarlyReport.arrival, EarlyReport.reason)
        .join(OutboxMessage, OutboxMessage.provider_id == EarlyReport.provider_id)
        .order_by(EarlyReport.at)
        .limit(limit)
    )
    found = db.session.execute(known).all()
    for provider_id, arrival, reason in found:
        with unit_of_work():
            report(provider_id, arrival, reason)
            db.session.execute(
                delete(EarlyReport).where(EarlyReport.provider_id == provider_id, EarlyReport.arrival == arrival)
            )
    return len(found)


def receive(gateways_id: str, sender: str, words: str) -> None:
    """Keep a text that somebody sent, sealed to the worker, in the open unit of work. The same one twice is one."""
    db.session.execute(
        insert_into(ReceivedText)
        .values(
            id=uuid.uuid4(),
            digest=vault.digest(gateways_id, vault.SMS_ID),
            sealed=vault.seal_to_worker({"from": sender, "words": words}),
            received_at=clock.utcnow(),
        )
        .on_conflict_do_nothing(index_elements=["digest"])
    )


def read_waiting(*, limit: int = MOST) -> int:
    """Put each text that waits where it belongs and return how many were read.

    Opens a short unit of work per text; safe to run twice and at the same time. A text that cannot be opened, because
    the worker's key is elsewhere, say, stays for the next sweep.
    """
    waiting = select(ReceivedText.id).where(ReceivedText.read_at.is_(None)).order_by(ReceivedText.received_at)
    count = 0
    for text_id in db.session.scalars(waiting.limit(limit)).all():
        try:
            with unit_of_work():
                count += _read(text_id)
        except Exception as error:  # one bad text must not stop the rest; its words are in no log
            log.error("text %s could not be read: %s", text_id, type(error).__name__)
    return count


def forget_old() -> int:
    """Forget to which numbers was written, which texts came and what was reported of none of ours, once it is too long
    ago; return how many. Texts that were not read yet stay; those in the pen go as mail goes. Safe to run twice.
    """
    oldest = clock.utcnow() - timedelta(days=settings().SMS_THREAD_DAYS)
    gone = delete(ReceivedText).where(ReceivedText.received_at < oldest, ReceivedText.sealed.is_(None))
    nobodys = delete(EarlyReport).where(EarlyReport.at < clock.utcnow() - NOBODYS)
    options = {"synchronize_session": False}
    return (
        threads.forget_old()
        + len(db.session.execute(gone.returning(ReceivedText.id), execution_options=options).all())
        + len(db.session.execute(nobodys.returning(EarlyReport.provider_id), execution_options=options).all())
    )


def _read(text_id: uuid.UUID) -> bool:
    row = db.session.scalars(
        select(ReceivedText).where(ReceivedText.id == text_id).with_for_update(skip_locked=True)
    ).one_or_none()
    if row is None or row.read_at is not None or row.sealed is None:
        return False
    opened = vault.opened_by_worker(row.sealed)
    words = charsets.plain(opened["words"]).strip()[:LONGEST]  # a part may hold half a sign, which no database takes
    thread = _thread_of(opened["from"])
    found = threads.cases_of(thread)
    if is_stop(words):
        _stop(found)
    elif len(found) == 1 and words and not threads.leads_into_lane(thread):
        case = cases.lock_of_person(found[0])
        if not (is_code_wanted(words) and receipt_codes.send_link_again(case)):
            conversation.write_as_person(case, words, actor=_person_of(case.id))
    else:
        # Whoever holds the code of a case reads what stands on it: of two cases of one phone neither may get it.
        from_text.hand_over(row, opened["from"], words)
    row.read_at, row.sealed = clock.utcnow(), None  # last: what fails before it leaves the text unread
    return True


def _stop(found: Sequence[uuid.UUID]) -> None:
    """Send no more texts about the cases, and say so once, for the one of them that was written to last. A case that
    has stopped stays as it is. What else its person left stays, and they can change it back on their page.
    """
    held = {case_id: cases.lock_of_person(case_id) for case_id in sorted(found)}
    stopped = select(ContactPreference.case_id).where(ContactPreference.stopped_at.is_not(None))
    before = set(db.session.scalars(stopped.where(ContactPreference.case_id.in_(held))))
    stopping = [case_id for case_id in found if case_id not in before]
    for case_id in stopping:
        row = db.session.get(ContactPreference, case_id)
        if row is None:
            row = ContactPreference(case_id=case_id)
            db.session.add(row)
        row.may_text, row.stopped_at = False, clock.utcnow()
        record(held[case_id], TextsStopped(tells=case_id == stopping[0]), actor=_person_of(case_id))


def _thread_of(sender: str) -> str:
    """The keyed hash of a number as gateways write it, with or without its plus."""
    return vault.digest(from_text.number_of(sender) or sender, vault.SMS_THREAD)


def _person_of(case_id: uuid.UUID) -> Actor:
    return Actor(id=None, party=Party.PERSON, case_id=case_id)
