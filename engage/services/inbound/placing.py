"""Where a mail goes: into a case, into the lane, to the notice it reports on, into the pen, or nowhere.

Nothing here answers a mail. What goes out afterwards is what any page would have made: an acknowledgement of a new
case, news to staff. So no program and no second instance of ours can be kept talking.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, func, select

from engage import clock, vault
from engage.domain.mail_addresses import Kind
from engage.domain.received_mail import MANY, MailState, Outcome, plain_sender
from engage.extensions import db
from engage.incoming.mail import Incoming, MailKind
from engage.models import Case, PenItem, ReceivedMail, Recipient
from engage.services import undelivered
from engage.services.inbound import finding, into_cases, into_lane, penning
from engage.services.inbound.files import Gate
from engage.services.inbound.finding import Answered, Guess
from engage.settings import settings

log = logging.getLogger(__name__)
WINDOW = timedelta(hours=1)
_FAILED = "failed"
# What a human did not write: recorded, and nothing follows from it.
_NOBODY = frozenset({MailKind.AUTO_REPLY, MailKind.BULK, MailKind.OWN})


def place(row: ReceivedMail, mail: Incoming, raw: bytes, gate: Gate) -> None:
    """Put the mail where it belongs, in the open unit of work. The caller holds its row by its lock.

    Raises:
        FileRefused: there is no room for its files.
    """
    row.kind, row.why = mail.kind, mail.why
    answer = finding.answered(mail)
    penning.leave_to_focal_points(row, mail, answer)
    is_bounce = answer is not None and answer.kind is Kind.BOUNCE
    if mail.kind is MailKind.DELIVERY_REPORT and (is_bounce or not mail.may_be_written):
        _report(row, mail, answer)
    elif mail.may_be_written or (mail.kind is MailKind.BULK and _is_for_us(mail, answer)):
        _perhaps_of_somebody(row, mail, raw, answer)
    elif mail.may_be_passed_on and not _answers_us(mail, answer):
        _passed_on(row, mail, raw)
    elif mail.kind in _NOBODY:
        _tie(row, answer)
        done(row, Outcome.IGNORED)
    elif (report_id := finding.report_of(answer)) is not None:
        into_lane.keep(row, report_id, mail)
        done(row, Outcome.LANE)
    elif mail.kind is MailKind.DAMAGED or is_bounce:
        penning.put(row, mail, raw, finding.guesses(mail, answer))
    elif answer is not None:
        _answer(row, mail, raw, gate, answer)
    else:
        _unasked(row, mail, raw, gate)


def _is_for_us(mail: Incoming, answer: Answered | None) -> bool:
    """Whether a mail by a list was sent to a site, or answers a notice, be it by its references alone."""
    if answer is not None and answer.kind is Kind.REPLY:
        return True
    return (answer is None and finding.answers_what_is_gone(mail)) or finding.site_of(mail) is not None


def _perhaps_of_somebody(row: ReceivedMail, mail: Incoming, raw: bytes, answer: Answered | None) -> None:
    """A person may have written by way of a mailing list, or in the words of a program, so somebody looks.

    No case is made by itself, and nothing is answered.
    """
    if (report_id := finding.report_of(answer)) is not None:
        into_lane.keep(row, report_id, mail)
        done(row, Outcome.LANE)
        return
    penning.put(row, mail, raw, finding.guesses(mail, answer))


def _answers_us(mail: Incoming, answer: Answered | None) -> bool:
    """Whether it answers a notice of ours, also one that is gone."""
    return answer is not None or finding.answers_what_is_gone(mail) or finding.names_a_notice(mail)


def _passed_on(row: ReceivedMail, mail: Incoming, raw: bytes) -> None:
    """A form or a ticket system of others may have sent what somebody typed into it, so somebody looks.

    What is too much from one of them is kept as well, and listed behind everything else. Nothing is answered.
    """
    is_flood = _many_passed_on(row, mail)
    row.why = MANY if is_flood else mail.why
    penning.put(row, mail, raw, finding.guesses(mail, None), *([MANY] if is_flood else []))


def done(row: ReceivedMail, outcome: Outcome) -> None:
    """Write down what became of the mail; what staff could read of it in the pen is gone."""
    row.state, row.outcome, row.finished_at = MailState.DONE, outcome, clock.utcnow()
    row.last_error = None
    if (item := db.session.get(PenItem, row.id)) is not None:
        db.session.delete(item)


def _report(row: ReceivedMail, mail: Incoming, answer: Answered | None) -> None:
    """What a mail server says of a notice: by the address it was sent to, else by the Message-ID that it quotes."""
    for report in mail.reports:
        notice = answer.notice if answer is not None else finding.notice_of(report.message_id)
        if notice is None:
            continue
        row.outbox_message_id, row.case_id = notice.id, notice.case_id
        if report.outcome == _FAILED:
            undelivered.bounced(notice.id, f"bounced {report.status}".strip())
    done(row, Outcome.REPORT)


def _tie(row: ReceivedMail, answer: Answered | None) -> None:
    """Note to which case the mail belongs, so that it goes when the case goes."""
    if answer is not None:
        row.outbox_message_id, row.case_id = answer.notice.id, answer.notice.case_id
        row.lane_report_id = answer.notice.lane_report_id


def _answer(row: ReceivedMail, mail: Incoming, raw: bytes, gate: Gate, answer: Answered) -> None:
    """A person answers a notice of theirs."""
    case = into_cases.lock(answer.notice.case_id) if answer.notice.case_id is not None else None
    why = _why_not_sure(mail, gate, answer, case)
    if case is None or why is not None:
        penning.put(row, mail, raw, finding.guesses(mail, answer), str(why))
        return
    message = into_cases.message(case, mail, gate)
    _tie(row, answer)
    row.message_id = message.id
    done(row, Outcome.MESSAGE)


def _why_not_sure(mail: Incoming, gate: Gate, answer: Answered, case: Case | None) -> str | None:
    """Why a human has to look whether an answer is the person's; None where it is."""
    if case is None:
        return "case_gone"
    if answer.notice.recipient is not Recipient.PERSON:
        return "from_staff"
    if finding.is_outdated(answer.notice, case):
        return "old_address"
    if not answer.is_signed and not finding.is_from_person(case, mail.sender):
        return "other_sender"
    return None if mail.shown.strip() or gate.checked else "no_words"


def _unasked(row: ReceivedMail, mail: Incoming, raw: bytes, gate: Gate) -> None:
    """Somebody writes without being asked: to a site it is a new concern, unless a human should look first."""
    site, guesses = finding.site_of(mail), finding.guesses(mail, None)
    why = "no_site"
    if row.is_restricted:
        why = "case_gone"
    elif site is not None:
        why = _why_no_case(row, mail, gate, guesses)
    if site is None or why:
        penning.put(row, mail, raw, guesses, why)
        return
    case = into_cases.new_case(mail, gate, site, row.received_at)
    row.case_id, row.site_id = case.id, case.site_id
    done(row, Outcome.CASE_MADE)


def _why_no_case(row: ReceivedMail, mail: Incoming, gate: Gate, guesses: Sequence[Guess]) -> str:
    """Why a human has to look whether a mail to a site is a new concern; empty where it is taken for one."""
    if guesses:
        return "known"
    if not into_cases.can_be_answered(mail):
        return "no_sender"
    if not mail.text.strip() and not gate.checked:
        return "no_words"
    return MANY if _is_flood(row, mail) else ""


def _is_flood(row: ReceivedMail, mail: Incoming) -> bool:
    """Whether so many concerns came from one mailbox within the hour that the rest waits for a human."""
    return _are_many(row, mail.sender, ReceivedMail.outcome == Outcome.CASE_MADE)


def _many_passed_on(row: ReceivedMail, mail: Incoming) -> bool:
    """Whether a program sends more than one sender may in an hour, by the server where it names no sender."""
    return _are_many(row, mail.sender or mail.envelope_sender, ReceivedMail.kind == MailKind.AUTO_REPLY)


def _are_many(row: ReceivedMail, sender: str | None, which: ColumnElement[bool]) -> bool:
    """Whether so many of these came from one mailbox within the hour; that this one did, is known until it is over."""
    row.sender_digest = vault.digest(plain_sender(sender or ""), vault.MAIL_SENDER)
    same = (ReceivedMail.sender_digest == row.sender_digest, ReceivedMail.received_at > clock.utcnow() - WINDOW)
    count = select(func.count()).select_from(ReceivedMail).where(*same, which, ReceivedMail.id != row.id)
    return (db.session.scalar(count) or 0) >= settings().MAIL_CASES_PER_HOUR
