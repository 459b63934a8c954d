"""Delivery reports: what a mail server says became of a mail of ours (RFC 3464, and how servers wrote before it)."""

import re
from dataclasses import dataclass

from engage.incoming import headers, kinds, machine_words
from engage.incoming.headers import Head
from engage.incoming.parts import Part, Taken

MOST_REPORTS = 100
_STATUS_TYPES = ("message/delivery-status", "message/global-delivery-status")
_ORIGINAL_TYPES = ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers")
_MOST_CHARACTERS = 100_000
_BEGINNING = 3_000

_OUTCOMES = {
    "failed": "failed", "delayed": "delayed", "delivered": "delivered", "relayed": "delivered", "expanded": "delivered",
}  # fmt: skip
_BY_CLASS = {"2": "delivered", "4": "delayed", "5": "failed"}
_ENHANCED = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?!\.?\d)")
_MESSAGE_ID = re.compile(r"^[ \t>]{0,20}message-id:\s{0,20}(<[^<>\s]{1,250}>)", re.IGNORECASE | re.MULTILINE)
_BLANK_LINE = re.compile(rb"(?>\r\n|\n|\r)[ \t]*(?>\r\n|\n|\r)")

_QSBMF = "hi. this is the "  # qmail's "bounce message format", which begins so and says so in its own description
_COPY = re.compile(
    r"^\W{0,40}(?:this is a copy of (?:the|your) message|below this line is a copy|original message(?: headers)?|"
    r"message headers|included (?:is|below)|unsent message|header of the (?:original )?message|"
    r"(?:received|return-path|message-id|from): )",
    re.IGNORECASE | re.MULTILINE,
)
_RECIPIENT = re.compile(r"[^\s<>@,;:()\[\]\"']{1,100}@[^\s<>@,;:()\[\]\"']{1,150}")


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a mail to one recipient.

    `outcome` is failed, delayed or delivered; `status` the enhanced code (RFC 3463) and `message_id` the id of the mail
    in angle brackets, each empty when the report does not say.
    """

    outcome: str
    status: str
    message_id: str
    recipient_known: bool


def reports_of(raw: bytes, taken: Taken, sender: str | None, subject: str, text: str) -> tuple[str, tuple[Report, ...]]:
    """Return why a mail is a delivery report, with what it reports; an empty code if it is none.

    A report that a person forwards is a mail of theirs. One that their program attached as a part of their own mail has
    the code `kinds.PASSED_ON`: some servers pack theirs like that, too, so somebody has to look.
    """
    own = [part for part in taken.parts if "message/rfc822" not in part.inside]
    statuses = [part for part in own if part.media_type in _STATUS_TYPES]
    kind, said = headers.parameters(taken.head.first("content-type"))
    original = _original_id(raw, own) if statuses or kinds.is_robot(sender) or kind == "multipart/report" else ""
    if statuses:
        found = [report for part in statuses for report in _standard(part.content(raw), original)]
        is_servers = kind == "multipart/report" or _is_unanswerable(taken.head, sender)
        return "delivery_status" if is_servers else kinds.PASSED_ON, tuple(found[:MOST_REPORTS])
    text = text[:_MOST_CHARACTERS]
    if kind == "multipart/report" and said.get("report-type", "").lower() in (
        "delivery-status",
        "global-delivery-status",
    ):
        return "report_without_status", _told(subject, text, original, taken.head)
    why = _reported_in_words(taken.head, sender, subject, text)
    return why, _told(subject, text, original, taken.head) if why else ()


def _original_id(raw: bytes, parts: list[Part]) -> str:
    """Return the Message-ID of the mail that a report brings back, in angle brackets."""
    for part in parts:
        if part.media_type not in _ORIGINAL_TYPES:
            continue
        content = part.content(raw)[: headers.HEAD_BYTES]
        found = re.search(r"<[^<>\s]{1,250}>", headers.read(content, 0, len(content)).first("message-id"))
        if found:
            return found[0]
    return ""


def _standard(content: bytes, original: str) -> list[Report]:
    groups = [group for group in _BLANK_LINE.split(content[:_MOST_CHARACTERS]) if group.strip()]
    heads = [headers.read(group, 0, len(group)) for group in groups[: MOST_REPORTS + 1]]
    reports = [
        _of_recipient(head, original)
        for head in heads
        if "final-recipient" in head or "action" in head or "status" in head
    ]
    return reports


def _of_recipient(head: Head, original: str) -> Report:
    status = _ENHANCED.search(head.first("status")) or _ENHANCED.search(head.first("diagnostic-code"))
    code = status[0] if status else ""
    action = headers.parameters(head.first("action"))[0]
    outcome = _OUTCOMES.get(action) or _BY_CLASS.get(code[:1], "failed")
    known = "@" in head.first("final-recipient") or "@" in head.first("original-recipient")
    return Report(outcome, code, original, known)


def _reported_in_words(head: Head, sender: str | None, subject: str, text: str) -> str:
    if "x-failed-recipients" in head:
        return "failed_recipients"
    if any(name.startswith("x-ms-exchange-message-is-ndr") for name, _ in head.lines):
        return "exchange_words"
    if not _is_unanswerable(
        head, sender
    ):  # then a subject, the words and a code must all be there: people write about failures, too
        begins = machine_words.begins(subject, machine_words.REPORT_SUBJECTS)
        words = machine_words.has(text[:_BEGINNING], machine_words.REPORT_WORDS)
        return "failure_words" if begins and words and _ENHANCED.search(text[:_BEGINNING]) else ""
    if text.lstrip().lower().startswith(_QSBMF):
        return "qmail_words"
    says = machine_words.has(subject, machine_words.REPORT_SUBJECTS)
    return "server_words" if says or machine_words.has(text[:_BEGINNING], machine_words.REPORT_WORDS) else ""


def _is_unanswerable(head: Head, sender: str | None) -> bool:
    """Whether a mail comes from where no person writes: its envelope names nobody, or its sender is a program's."""
    return head.first("return-path").replace(" ", "") == "<>" or kinds.is_robot(sender)


def _told(subject: str, text: str, original: str, head: Head) -> tuple[Report, ...]:
    """Return what a report says in words: each address before the copy of the mail, with the code that follows it."""
    copy = _COPY.search(text)
    above = text[: copy.start()] if copy else text
    if not original:
        found = _MESSAGE_ID.search(text)
        original = found[1] if found else ""
    named = list(_RECIPIENT.finditer(above))
    spots: dict[str, int] = {}
    for one in named:
        if not kinds.is_robot(one[0]):
            spots.setdefault(one[0].lower().rstrip("."), one.end())
    failed = [one for one in head.first("x-failed-recipients").lower().replace(",", " ").split() if "@" in one]
    names = failed or list(spots)
    ends = [spots[name] for name in names[1:] if name in spots]
    reports = []
    for name in names[:MOST_REPORTS] or [""]:
        begin = spots.get(name, 0)
        end = next((at for at in ends if at > begin), len(above))
        code = _ENHANCED.search(above[begin:end]) or _ENHANCED.search(above)
        reports.append(Report(_outcome(subject, above, code), code[0] if code else "", original, bool(name)))
    return tuple(reports)


def _outcome(subject: str, text: str, code: re.Match[str] | None) -> str:
    if code:
        return _BY_CLASS[code[0][0]]
    beginning = f"{subject} {text[:_BEGINNING]}"
    if machine_words.has(beginning, machine_words.DELIVERED):
        return "delivered"
    return "delayed" if machine_words.has(beginning, machine_words.DELAYED) else "failed"
