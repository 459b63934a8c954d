"""What is kept no longer than it is needed."""

from datetime import timedelta

from sqlalchemy import exists, or_, update

from engage import clock
from engage.extensions import db
from engage.models import Errand, OutboxMessage
from engage.services import (
    address_changes,
    drafts,
    erasing,
    file_store,
    forgetting,
    former_addresses,
    retention_runs,
    sent_forms,
    texts,
)
from engage.services.inbound import raw_copy
from engage.services.lane import erasing as lane_erasing
from engage.settings import settings
from engage.unit_of_work import unit_of_work

CONTEXT_KEPT = timedelta(days=30)  # Source: style 7.6.


def apply() -> int:
    """Remove what has been kept for long enough, each kind in a unit of work of its own; return how many things."""
    with unit_of_work():
        contexts = forget_contexts()
    with unit_of_work():
        purged = drafts.purge(clock.utcnow())
    with unit_of_work():
        forms = sent_forms.purge(clock.utcnow())
    with unit_of_work():
        formers = address_changes.forget_told(clock.utcnow()) + former_addresses.forget_old(clock.utcnow())
    with unit_of_work():
        mails = raw_copy.forget_old(clock.utcnow())
    with unit_of_work():
        answers = texts.forget_old()
    with unit_of_work():
        orphans = file_store.remove_orphans(clock.utcnow())
    names = forgetting.forget_leavers(clock.utcnow())
    erased = retention_runs.tend(settings().RETENTION_AUTO_DAYS)
    erasing.settle()
    lane_erasing.purge(clock.utcnow())  # not counted: the number would tell of the restricted lane
    return contexts + purged + forms + formers + answers + mails + orphans + names + erased + erasing.delete_doomed()


def forget_contexts() -> int:
    """Empty what notices showed once they were delivered, given up or replaced long enough ago; return how many.

    Safe to run twice. What one of us is still to take to the person is kept until then: a letter is printed from it.
    """
    old = clock.utcnow() - CONTEXT_KEPT
    is_carried = exists().where(Errand.outbox_message_id == OutboxMessage.id, Errand.finished_at.is_(None))
    found = db.session.execute(
        update(OutboxMessage)
        .where(
            or_(OutboxMessage.sent_at < old, OutboxMessage.dead_at < old, OutboxMessage.replaced_at < old),
            OutboxMessage.context.is_not(None),
            ~is_carried,
        )
        .values(context=None)
        .returning(OutboxMessage.id)
        .execution_options(synchronize_session=False)
    ).all()
    return len(found)
