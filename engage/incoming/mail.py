"""A mail that came in, read: who sent it, of which kind it is, what its writer wrote and what they attached."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from engage.incoming import addresses, headers, kinds
from engage.incoming.attached import Attached
from engage.incoming.body import Body, body_of
from engage.incoming.headers import Head
from engage.incoming.kinds import MailKind
from engage.incoming.parts import Taken, head_of, take_apart
from engage.incoming.quotes import Known, is_reply_subject
from engage.incoming.reports import Report, reports_of
from engage.incoming.stripping import stripped

__all__ = ["LARGEST", "Attached", "Incoming", "MailKind", "Report", "read", "stripped_copy"]

# Ours, for the memory of a worker: 28 MB of files, a third more of base64 with its newlines, and the words. Of a larger
# mail only the head is read, so none is taken in: ENGAGE_MAIL_MAX_BYTES cannot be set higher.
LARGEST = 40 * 1024 * 1024
LONGEST_SUBJECT = 500
_LONGEST_ID = 500
_MOST_IDS = 100
_YEARS = range(1990, 2100)

_ID = re.compile(r"<[^<>\s]{1,500}>")
_RECIPIENTS = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to", "cc")
# Without one of these it is no mail, whatever else looks like a header in it.
_TELLING = frozenset(
    ("from", "to", "subject", "date", "message-id", "received", "return-path", "mime-version", "content-type", "sender")
)
_ONCE = ("from", "subject", "date", "message-id", "content-type", "sender", "reply-to")  # RFC 5322, 3.6


@dataclass(frozen=True, slots=True)
class Incoming:
    """A mail as it was read. No text in it holds a NUL or a lone surrogate.

    `why` says why it is of its kind. `sender` is the address of From: an answer goes to who says they wrote,
    not to whom they name. Only where From has none, or one that nobody reads (`noreply@`), it is that of Sender
    or Reply-To; None where there is nobody to answer. `envelope_sender` is that of Return-Path, empty for `<>`
    and None where no server wrote one. `recipients` are lower case. Ids stand in angle brackets, the newest of
    `references` last. `sent_at` is in UTC and no more than the sender's word. `shown` is the text without
    earlier mails and signatures, and never empty when `text` is not. `others` are addresses besides its sender's that
    nobody who reads it may see: whoever knows to what it belongs adds them, nothing here knows any.
    """

    kind: MailKind
    why: str
    sender: str | None
    envelope_sender: str | None
    recipients: tuple[str, ...]
    subject: str
    sent_at: datetime | None
    message_id: str
    references: tuple[str, ...]
    text: str
    shown: str
    files: tuple[Attached, ...]
    reports: tuple[Report, ...]
    troubles: tuple[str, ...]
    others: tuple[str, ...] = ()

    @property
    def own_subject(self) -> str:
        """The subject that its writer typed; empty where a program made it out of that of the mail it answers."""
        return "" if is_reply_subject(self.subject) else self.subject

    @property
    def may_be_written(self) -> bool:
        """Whether a person may have written it although it looks like a program's: a human has to tell."""
        return self.why in kinds.BY_LOOKS

    @property
    def may_be_passed_on(self) -> bool:
        """Whether a program may have passed on what a person typed, unless it answers a mail of ours."""
        return self.why in kinds.BY_MACHINE


def read(
    raw: bytes,
    *,
    own_domains: frozenset[str] = frozenset(),
    own_addresses: frozenset[str] = frozenset(),
    own_mark: str = "",
    envelope_recipients: tuple[str, ...] = (),
) -> Incoming:
    """Return what a mail says. Never raises, whatever the bytes are: what cannot be read is DAMAGED.

    `own_domains` are those that only this engage writes from, in lower case, and `own_addresses` those that it writes
    from: an earlier mail of theirs is cut out of `shown`, nobody else's that only looks like one. `own_mark` is the
    name of a header that its mails have, or what stands in their X-Engage-Notice. `envelope_recipients` are those that
    the server was told.
    """
    try:
        return _read(raw, own_domains, own_addresses, own_mark, envelope_recipients)
    except Exception:  # a mail is data: a fault of ours in reading it must not stop those behind it
        return _damaged("unreadable", _recipients(Head(), envelope_recipients), ("unreadable",))


def stripped_copy(raw: bytes) -> bytes:
    """Return a copy that staff may read, with no address in it. Never raises; what cannot be read comes back empty."""
    try:
        return stripped(raw)
    except Exception:  # as above; nothing of it is shown rather than too much
        return b"\n"


def _damaged(why: str, recipients: tuple[str, ...], troubles: tuple[str, ...]) -> Incoming:
    return Incoming(MailKind.DAMAGED, why, None, None, recipients, "", None, "", (), "", "", (), (), troubles)


def _read(
    raw: bytes,
    own_domains: frozenset[str],
    own_addresses: frozenset[str],
    own_mark: str,
    envelope: tuple[str, ...],
) -> Incoming:
    if not raw.strip():
        return _damaged("empty", _recipients(Head(), envelope), ("bad_headers", "no_words"))
    if len(raw) > LARGEST:
        head = head_of(raw[: headers.HEAD_BYTES], 0, min(len(raw), headers.HEAD_BYTES))
        taken = Taken(head, (), (*(("bad_headers",) if head.broken else ()), "too_big"))
    else:
        taken = take_apart(raw)
    head = taken.head
    subject = head.shown("subject")[:LONGEST_SUBJECT]
    sender = _sender(head)
    references = _ids(head, "references", "in-reply-to")
    answers_us = any(addresses.domain(one.strip("<>")).lower() in own_domains for one in references)
    known = Known(own_addresses=own_addresses, answers_us=answers_us, subject=subject)
    body = body_of(raw, taken, known) if taken.parts else Body()
    kind, why, reports = _judged(raw, taken, body, sender, subject, own_domains, own_mark)
    repeated = any(len(head.all(name)) > 1 for name in _ONCE)
    wordless = () if body.text else ("no_words",)
    troubles = dict.fromkeys((*(("bad_headers",) if repeated else ()), *taken.troubles, *body.troubles, *wordless))
    return Incoming(
        kind=kind,
        why=why,
        sender=sender,
        envelope_sender=_envelope_sender(head),
        recipients=_recipients(head, envelope),
        subject=subject,
        sent_at=_sent_at(head.first("date")),
        message_id=next(iter(_ids(head, "message-id")), ""),
        references=references,
        text=body.text,
        shown=body.shown,
        files=tuple(body.files),
        reports=reports,
        troubles=tuple(troubles),
    )


def _judged(
    raw: bytes,
    taken: Taken,
    body: Body,
    sender: str | None,
    subject: str,
    own_domains: frozenset[str],
    own_mark: str,
) -> tuple[MailKind, str, tuple[Report, ...]]:
    if not any(name in _TELLING for name, _ in taken.head.lines):
        return MailKind.DAMAGED, "no_headers", ()
    reported, reports = reports_of(raw, taken, sender, subject, body.text)
    if reported:
        return MailKind.DELIVERY_REPORT, reported, reports
    kind, why = kinds.kind_of(taken, sender, subject, body.text, own_domains, own_mark)
    return kind, why, ()


def _recipients(head: Head, envelope: tuple[str, ...]) -> tuple[str, ...]:
    """Return every address that the mail was for, those of the envelope first."""
    told = [value for name in _RECIPIENTS for value in head.all(name)]
    named = [addresses.normal(one.strip("<> ")) for one in envelope]
    every = [one.lower() for one in (*named, *addresses.found(told)) if one]
    return tuple(dict.fromkeys(every))[: addresses.MOST_ADDRESSES]


def _sender(head: Head) -> str | None:
    """Return the first address of From that is read by somebody, else of Sender, else of Reply-To."""
    named = addresses.found([*head.all("from"), *head.all("sender"), *head.all("reply-to")])
    return next((one for one in named if not kinds.is_unread(one)), None)


def _envelope_sender(head: Head) -> str | None:
    if "return-path" not in head:
        return None
    return next(iter(addresses.found([head.first("return-path")])), "")


def _ids(head: Head, *names: str) -> tuple[str, ...]:
    """Return the ids of some headers, each at the last place where it stands, the last of very many."""
    found = [one for name in names for value in head.all(name) for one in _ID.findall(value)]
    return tuple(reversed(dict.fromkeys(reversed(found))))[-_MOST_IDS:]


def _sent_at(value: str) -> datetime | None:
    try:
        told = parsedate_to_datetime(value[:100])
        moment = (told if told.tzinfo else told.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.year in _YEARS else None
