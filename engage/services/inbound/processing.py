"""The worker reads what came in: one mail at a time, each in a short unit of work of its own."""

import logging
from dataclasses import replace

from engage import vault
from engage.domain.received_mail import MailRoad
from engage.extensions import db
from engage.incoming import mail as incoming
from engage.incoming.mail import Incoming, MailKind
from engage.models import PenItem, ReceivedMail
from engage.services.inbound import claims, deciding, files, finding, from_text, penning, placing, raw_copy
from engage.services.inbound.claims import Claimed
from engage.services.inbound.files import Gate
from engage.unit_of_work import release, unit_of_work

log = logging.getLogger(__name__)
# The header by which our own mail is known when it comes back.
OWN_MARK = "X-Engage-Notice"
_MAY_HAVE_FILES = frozenset({MailKind.WRITTEN, MailKind.DAMAGED, MailKind.BULK})
MOST = 500  # Ours: a task ends well inside its time limit; the sweep takes what is left over.


def process_due() -> int:
    """Deal with what came in until nothing is due, and return how many mails that were.

    Safe to run twice and at the same time: a mail belongs to whoever claimed it, and is put where it belongs in one
    transaction. What a fault or a crash left behind comes due again, and after some tries waits in the pen.
    """
    if not vault.has_worker_key():
        log.error("mail cannot be read: the worker's private key is not on this machine")
        return 0
    for count in range(MOST):
        claimed = claims.claim()
        if claimed is None:
            return count
        _process(claimed)
    return MOST


def _process(claimed: Claimed) -> None:
    if claimed.is_spent:
        _give_up(claimed)
        return
    try:
        raw, mail = _opened(claimed)
        gate = files.through_gate(mail) if _may_have_files(mail) else Gate()
        with unit_of_work():
            if (row := claims.held(claimed)) is not None:
                _put(row, mail, raw, gate)
    except Exception as error:  # whatever a mail may do to us, it is neither lost nor does it stop the next one
        release()
        claims.failed(claimed, error)


def _may_have_files(mail: Incoming) -> bool:
    """Whether it may become part of a case, by itself or by hand."""
    return mail.kind in _MAY_HAVE_FILES or mail.may_be_written or mail.may_be_passed_on


def _put(row: ReceivedMail, mail: Incoming, raw: bytes, gate: Gate) -> None:
    if row.decision is not None:
        deciding.carry_out(row, mail, raw, gate)
    else:
        placing.place(row, mail, raw, gate)


def _opened(claimed: Claimed) -> tuple[bytes, Incoming]:
    """The mail and what it says, read while no transaction is open."""
    row = db.session.get_one(ReceivedMail, claimed.id)
    raw, recipients = raw_copy.opened(row)
    is_text = row.road is MailRoad.SMS
    item = db.session.get(PenItem, row.id)
    target_id = item.target_id if item is not None else None
    release()
    if is_text:
        return b"", from_text.read(raw)  # nobody may see its raw copy, not even damaged: the number stands in it
    mail = incoming.read(
        raw,
        own_domains=finding.own_domains(),
        own_addresses=finding.own_addresses(),
        own_mark=OWN_MARK,
        envelope_recipients=recipients,
    )
    others = finding.kept_addresses(mail, target_id)
    release()
    return raw, replace(mail, others=others)


def _give_up(claimed: Claimed) -> None:
    """Let a human see that there is a mail that nothing of ours could deal with. It stays as it came."""
    with unit_of_work():
        if (row := claims.held(claimed)) is not None:
            penning.put(row, None, b"", (), "could_not_be_read")
    log.error("mail %s waits in the holding pen: it could not be dealt with", claimed.id)
