"""Taking a mail for one attempt at reading it, and writing down how that went. Each call opens a short unit of work."""

import logging
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from engage import clock
from engage.domain.received_mail import MailState
from engage.extensions import db
from engage.key_ring import NoRing
from engage.models import ReceivedMail
from engage.services.file_types import FileRefused
from engage.settings import settings
from engage.unit_of_work import unit_of_work

log = logging.getLogger(__name__)
TRIES = 5  # Ours: after so many a human looks at it: what ended the worker so often would only end it again.


@dataclass(frozen=True, slots=True)
class Claimed:
    """A mail that belongs to one worker until `until`."""

    id: uuid.UUID
    attempts: int
    until: datetime

    @property
    def is_spent(self) -> bool:
        """Whether it was tried so often that nobody opens it by machine any more."""
        return self.attempts > TRIES


def claim() -> Claimed | None:
    """Take the mail that is due longest, or None. A worker that dies needs no cleaning up: it comes due again."""
    with unit_of_work():
        now = clock.utcnow()
        due = (
            select(ReceivedMail.id)
            .where(ReceivedMail.state == MailState.RECEIVED, ReceivedMail.not_before <= now)
            .order_by(ReceivedMail.not_before, ReceivedMail.id)
            .limit(1)
            .with_for_update(skip_locked=True)
            .cte("due")
        )
        taken = (
            update(ReceivedMail)
            .where(ReceivedMail.id.in_(select(due.c.id)), ReceivedMail.not_before <= now)
            .values(
                not_before=now + timedelta(seconds=settings().OUTBOX_LEASE_SECONDS), attempts=ReceivedMail.attempts + 1
            )
            .returning(ReceivedMail.id, ReceivedMail.attempts, ReceivedMail.not_before)
            .execution_options(synchronize_session=False)
        )
        row = db.session.execute(taken).one_or_none()
        return Claimed(*row) if row is not None else None


def held(claimed: Claimed) -> ReceivedMail | None:
    """Return the mail, locked, in the caller's unit of work; None where the claim ran out and another has it."""
    return db.session.scalars(
        select(ReceivedMail)
        .where(
            ReceivedMail.id == claimed.id,
            ReceivedMail.state == MailState.RECEIVED,
            ReceivedMail.not_before == claimed.until,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def failed(claimed: Claimed, error: Exception) -> None:
    """Write down that the attempt failed, and when the next one is; the wait doubles.

    Where there is no room, or a ring of keys is away, the mail waits until that is mended: no human could place it.
    """
    wait = min(settings().OUTBOX_BACKOFF_SECONDS * 2.0 ** (claimed.attempts - 1), settings().OUTBOX_BACKOFF_MAX_SECONDS)
    with unit_of_work():
        if (mail := held(claimed)) is not None:
            mail.not_before = clock.utcnow() + timedelta(seconds=wait)
            mail.last_error = type(error).__name__
            mail.attempts -= isinstance(error, FileRefused | NoRing)
    log.error("mail %s could not be dealt with: %s", claimed.id, type(error).__name__)
