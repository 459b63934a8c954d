"""A mail comes in: it is kept, sealed, before anybody is told that it is; reading it is the worker's."""

import json
import logging
import uuid
from collections.abc import Sequence

from sqlalchemy import select

from engage import clock, vault
from engage.domain.received_mail import MailRoad, MailState
from engage.extensions import celery, db, insert_into
from engage.models import ReceivedMail
from engage.services import file_store
from engage.services.inbound import raw_copy
from engage.settings import settings
from engage.unit_of_work import after_commit, unit_of_work

log = logging.getLogger(__name__)
PROCESS_TASK = "engage.process_mail"
_NUDGE_EXPIRES_SECONDS = 60  # ours: the sweep has found the mail by then


class TooBig(ValueError):
    """The mail is larger than what is taken; whoever sent it is told so by its mail server."""


def receive(raw: bytes, road: MailRoad, envelope_recipients: Sequence[str] = ()) -> uuid.UUID:
    """Keep the mail and return its id; when this returns, it is committed and on the disk.

    Opens its own short unit of work. Safe to run twice: the same bytes for the same recipients are one mail.

    Raises:
        TooBig: nothing was kept.
        FileRefused: there is no room; the mail stays where it came from.
    """
    if len(raw) > settings().MAIL_MAX_BYTES:
        raise TooBig(settings().MAIL_MAX_BYTES)
    recipients = sorted({one.strip().lower() for one in envelope_recipients})
    digest = vault.digest(raw + b"\0" + json.dumps(recipients).encode(), vault.MAIL)
    with unit_of_work():
        if (known := _known(digest)) is not None:
            return known
        mail = _new(digest, road, len(raw))
        raw_copy.keep(mail, raw, recipients)
        if _insert(mail):
            after_commit(nudge)
            return mail.id
        # The same mail came by another door in this very moment, and is kept.
        file_store.discard(str(mail.stored_as))
        return db.session.scalars(select(ReceivedMail.id).where(ReceivedMail.digest == digest)).one()


def nudge() -> None:
    """Tell the worker that there is mail. Failing is logged and nothing else: the sweep finds it."""
    try:
        celery.send_task(PROCESS_TASK, expires=_NUDGE_EXPIRES_SECONDS, ignore_result=True)
    except Exception as error:
        log.warning("the worker could not be told of mail: %s", type(error).__name__)


def _known(digest: str) -> uuid.UUID | None:
    return db.session.scalar(select(ReceivedMail.id).where(ReceivedMail.digest == digest))


def _new(digest: str, road: MailRoad, size: int) -> ReceivedMail:
    now = clock.utcnow()
    return ReceivedMail(
        id=uuid.uuid4(),
        digest=digest,
        road=road,
        size=size,
        received_at=now,
        state=MailState.RECEIVED,
        not_before=now,
        attempts=0,
        is_restricted=False,
    )


def _insert(mail: ReceivedMail) -> bool:
    """Add the row unless there is one of the same mail; whether it was added."""
    columns = ReceivedMail.__table__.c.keys()
    values = {name: getattr(mail, name) for name in columns if name in mail.__dict__}
    added = insert_into(ReceivedMail).on_conflict_do_nothing(index_elements=["digest"]).values(values)
    return db.session.execute(added.returning(ReceivedMail.id)).one_or_none() is not None
