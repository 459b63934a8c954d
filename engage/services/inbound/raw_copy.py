"""The raw copy of a mail: under a key of its own that only the worker's private key opens, in the file store."""

import json
import logging
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from io import BytesIO

from sqlalchemy import ColumnElement, select

from engage import file_keys, vault
from engage.domain.received_mail import MailState
from engage.extensions import db
from engage.models import ReceivedMail
from engage.services import file_store
from engage.services.wrapping import Count
from engage.settings import settings
from engage.unit_of_work import after_commit, unit_of_work
from engage.vault import Unreadable

log = logging.getLogger(__name__)


def keep(row: ReceivedMail, raw: bytes, recipients: Sequence[str]) -> None:
    """Write the mail into the store, with whom it was handed over for; gone again on a rollback. Sets columns alone.

    Raises:
        FileRefused: there is no room.
    """
    key = file_keys.new_key()
    row.stored_as = file_store.write(file_keys.sealed_at(BytesIO(raw), _place(row.id), key))
    row.sealed_key = vault.seal_to_worker({"key": key.hex(), "recipients": json.dumps(list(recipients))})


def opened(row: ReceivedMail) -> tuple[bytes, tuple[str, ...]]:
    """Return the mail byte for byte, and whom it was handed over for. Only the worker can.

    Raises:
        Unreadable: it was forgotten, sealed for another worker, or damaged.
        FileNotFoundError: nothing lies in the store, or the worker's private key is not on this machine.
    """
    if row.sealed_key is None or row.stored_as is None:
        raise Unreadable("forgotten")
    values = vault.opened_by_worker(row.sealed_key)
    with file_store.path_of(row.stored_as).open("rb") as file:
        raw = b"".join(file_keys.opened_at(file, _place(row.id), bytes.fromhex(values["key"])))
    return raw, tuple(json.loads(values["recipients"]))


def forget(row: ReceivedMail) -> None:
    """Take the raw copy away, its key with it; the bytes leave the store once that is committed. Safe to run twice."""
    if row.stored_as is not None:
        path = file_store.path_of(row.stored_as)
        after_commit(lambda: path.unlink(missing_ok=True))
    row.stored_as = row.sealed_key = None


def forget_of_case(case_id: uuid.UUID) -> None:
    """Take away what came to a case as it came: its sender's address stands in it."""
    _forget_all(ReceivedMail.case_id == case_id)


def forget_of_report(report_id: uuid.UUID) -> None:
    """Take away what came to a report of the restricted lane as it came."""
    _forget_all(ReceivedMail.lane_report_id == report_id)


def forget_old(now: datetime) -> int:
    """Forget what was dealt with long enough ago, and return how many. Safe to run twice."""
    before = now - timedelta(days=settings().MAIL_RAW_DAYS)
    return _forget_all(ReceivedMail.finished_at < before)


def seal_all_anew(*, is_dry: bool) -> Count:
    """Seal the key of every mail to the worker's newest key, each in a unit of work of its own. Safe to run twice."""
    count = Count()
    for mail_id in db.session.scalars(select(ReceivedMail.id).where(ReceivedMail.sealed_key.is_not(None))).all():
        try:
            with unit_of_work():
                count.done += _seal_anew(mail_id, is_dry)
        except Unreadable:
            count.unreadable += 1
    return count


def _seal_anew(mail_id: uuid.UUID, is_dry: bool) -> bool:
    row = db.session.scalars(select(ReceivedMail).where(ReceivedMail.id == mail_id).with_for_update()).one()
    if row.sealed_key is None or not vault.is_sealed_to_older(row.sealed_key):
        return False
    if not is_dry:
        row.sealed_key = vault.seal_to_worker(vault.opened_by_worker(row.sealed_key))
    return True


def _forget_all(where: ColumnElement[bool]) -> int:
    """What still waits, or lies in the pen, is kept: nobody has read it yet."""
    wanted = select(ReceivedMail).where(
        where, ReceivedMail.stored_as.is_not(None), ReceivedMail.state == MailState.DONE
    )
    rows = db.session.scalars(wanted.with_for_update()).all()
    for row in rows:
        forget(row)
    return len(rows)


def _place(mail_id: uuid.UUID) -> bytes:
    return b"engage/mail/v1\0" + mail_id.bytes
