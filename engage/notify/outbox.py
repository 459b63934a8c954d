"""The outbox: notices as rows in the same transaction, and one nudge to the workers per commit."""

import logging
import time
import uuid
from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite

from engage import clock
from engage.extensions import celery, db
from engage.models import OutboxMessage, Recipient
from engage.unit_of_work import after_commit

log = logging.getLogger(__name__)
DRAIN_TASK = "engage.drain_outbox"
_SILENCE_SECONDS = 30  # ours: after a nudge that failed, so that a silent broker costs one page at most its timeout
_silent_until = 0.0


def enqueue(
    *,
    dedupe_key: str,
    template: str,
    locale: str,
    recipient: Recipient,
    user_id: uuid.UUID | None = None,
    case_id: uuid.UUID | None = None,
    context: dict[str, str] | None = None,
    not_before: datetime | None = None,
) -> None:
    """Add a notice unless one with the same key exists; the workers are nudged after the commit.

    The context holds plain strings and never the words of a concern, a name or an address.
    """
    now = clock.utcnow()
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    db.session.execute(
        insert(OutboxMessage)
        .values(
            id=uuid.uuid4(),
            dedupe_key=dedupe_key,
            case_id=case_id,
            template=template,
            locale=locale,
            recipient=recipient,
            user_id=user_id,
            context=context or {},
            created_at=now,
            not_before=not_before or now,
            attempts=0,
        )
        .on_conflict_do_nothing(index_elements=["dedupe_key"])
    )
    after_commit(nudge)


def nudge() -> None:
    """Tell the workers that something is owed. Failing is logged and nothing else: the sweep finds the rows.

    After a failure none is sent for a while, so that a broker that is silent costs one page its timeout, not all.
    """
    global _silent_until
    if time.monotonic() < _silent_until:
        return
    try:
        celery.send_task(DRAIN_TASK, expires=60, ignore_result=True)
    except Exception as error:
        _silent_until = time.monotonic() + _SILENCE_SECONDS
        log.warning("the workers could not be nudged: %s", type(error).__name__)
