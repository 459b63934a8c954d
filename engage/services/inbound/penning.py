"""A mail goes into the holding pen: what staff may read of it is written down, without who sent it."""

import uuid
from collections.abc import Sequence

from sqlalchemy import delete

from engage import clock
from engage.domain import mail_addresses
from engage.domain.case import CaseClass
from engage.domain.received_mail import MailState, without_address
from engage.extensions import db
from engage.incoming.mail import Incoming, MailKind, stripped_copy
from engage.models import Case, PenGuess, PenItem, ReceivedMail
from engage.notify import links, mail_rules
from engage.services.inbound.finding import Answered, Guess, answers_what_is_gone, site_of

# Ours: as much as anybody reads on a page. The whole lies sealed, and comes into the case.
WORDS_MOST, WHOLE_MOST = 50_000, 200_000
_NAME_MOST = 120


def put(row: ReceivedMail, mail: Incoming | None, raw: bytes, guesses: Sequence[Guess] = (), *troubles: str) -> None:
    """Let the mail wait in the pen for a human; `mail` is None where it could not be read at all.

    What may belong to a restricted case waits for its focal points alone.
    """
    db.session.flush()
    row.state, row.decision, row.decided_at, row.decided_by_id = MailState.PEN, None, None, None
    row.is_restricted = row.is_restricted or is_for_focal_points(guesses)
    row.site_id = row.site_id or _site_of(mail, guesses)
    if (item := db.session.get(PenItem, row.id)) is None:
        item = PenItem(mail_id=row.id, subject="", words="", whole="", files=[], troubles=[])
        db.session.add(item)
    item.target_id = None
    item.troubles = [*dict.fromkeys([*troubles, *(mail.troubles if mail else ()), *_kind_of(mail)])]
    if mail is not None:  # else what was known of it before stays
        db.session.execute(delete(PenGuess).where(PenGuess.mail_id == row.id))
        db.session.add_all(PenGuess(mail_id=row.id, case_id=one.case.id, by=one.by) for one in guesses)
        item.subject = hidden(mail, mail.subject)[:_NAME_MOST]
        item.words = hidden(mail, mail.shown)[:WORDS_MOST]
        item.whole = hidden(mail, _whole(mail, raw))[:WHOLE_MOST]
        item.files = [{"name": hidden(mail, one.name)[:_NAME_MOST], "size": len(one.content)} for one in mail.files]
        item.sent_at = mail.sent_at
    mail_rules.tell_of_pen(row, now=clock.utcnow())


def leave_to_focal_points(row: ReceivedMail, mail: Incoming, answer: Answered | None) -> None:
    """Let focal points alone see a mail in the pen that answers a notice of a restricted case, those of its site.

    An erased case is none of the guesses, and the notices of one that moved into the lane may be gone with it.
    """
    case_id = answer.notice.case_id if answer is not None else None
    hide_with(db.session.get(Case, case_id) if case_id is not None else None, row)
    row.is_restricted = row.is_restricted or (answer is None and answers_what_is_gone(mail))


def hide_with(case: Case | None, row: ReceivedMail) -> None:
    """Let nobody but the focal points of its site see the mail of a case that is restricted."""
    if case is not None and case.class_ is CaseClass.RESTRICTED:
        row.is_restricted, row.site_id = True, case.site_id


def is_for_focal_points(guesses: Sequence[Guess]) -> bool:
    """Whether one of the cases exists for focal points alone."""
    return any(one.case.class_ is CaseClass.RESTRICTED for one in guesses)


def hidden(mail: Incoming, text: str) -> str:
    """Return words of a mail without what would tell who the person is, or let its reader act as the person.

    Signatures hold the address of its sender, and what it quotes of ours holds the one that we wrote to, a link to make
    a code, and the address to which a case is answered.
    """
    text = links.without_codes(mail_addresses.without_codes(text))
    for address in (mail.sender, mail.envelope_sender, *mail.others):
        text = without_address(text, address)
    return text


def _kind_of(mail: Incoming | None) -> list[str]:
    return [mail.kind.value] if mail is not None and mail.kind is not MailKind.WRITTEN else []


def _site_of(mail: Incoming | None, guesses: Sequence[Guess]) -> uuid.UUID | None:
    sites = {one.case.site_id for one in guesses}
    if len(sites) == 1:
        return sites.pop()
    site = site_of(mail) if mail is not None else None
    return site.id if site is not None else None


def _whole(mail: Incoming, raw: bytes) -> str:
    """All of its text; where there is none, or it is damaged, the mail itself without what leads to its sender.

    Bytes need not be text: what no page and no database can hold is replaced.
    """
    if mail.text.strip() and mail.kind is not MailKind.DAMAGED:
        return mail.text
    return stripped_copy(raw[: 4 * WHOLE_MOST]).decode("utf-8", "replace").replace("\0", "")
