"""What a mail that came in says, and of which kind it is. Reads bytes alone and never raises."""

import email.policy
import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.utils import getaddresses, parseaddr, parsedate_to_datetime
from enum import StrEnum


class MailKind(StrEnum):
    """Who or what wrote a mail."""

    WRITTEN = "written"
    AUTO_REPLY = "auto_reply"
    DELIVERY_REPORT = "delivery_report"
    BULK = "bulk"
    OWN = "own"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of a mail, its media type as its sender declares it."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Report:
    """What a mail server says became of a mail to one recipient."""

    outcome: str
    status: str
    message_id: str
    recipient_known: bool


@dataclass(frozen=True, slots=True)
class Incoming:
    """A mail as it was read."""

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


def read(
    raw: bytes,
    *,
    own_domains: frozenset[str] = frozenset(),
    own_mark: str = "",
    envelope_recipients: tuple[str, ...] = (),
) -> Incoming:
    """Return what the mail says."""
    try:
        return _read(raw, own_domains, own_mark, envelope_recipients)
    except Exception:
        recipients = tuple(dict.fromkeys(one.lower() for one in envelope_recipients))
        return Incoming(
            MailKind.DAMAGED, "unreadable", None, None, recipients, "", None, "", (), "", "", (), (), ("bad_headers",)
        )


def _read(raw: bytes, own_domains: frozenset[str], own_mark: str, envelope: tuple[str, ...]) -> Incoming:
    mail = message_from_bytes(raw, policy=email.policy.default)
    head = {name: [_plain(str(value)) for value in mail.get_all(name, [])] for name in {key.lower() for key in mail}}
    told = [head.get(name, []) for name in ("delivered-to", "x-original-to", "envelope-to", "to", "cc")]
    found = [address for _, address in getaddresses([one for ones in told for one in ones]) if "@" in address]
    recipients = tuple(dict.fromkeys(one.lower() for one in (*envelope, *found)))
    sender = parseaddr((head.get("from") or [""])[0])[1] or None
    texts, files, reports = [], [], []
    for part in mail.walk():
        if part.is_multipart():
            continue
        content = part.get_payload(decode=True)
        content = content if isinstance(content, bytes) else b""
        if part.get_content_type() == "message/delivery-status":
            continue
        if part.get_filename() or part.get_content_disposition() == "attachment":
            files.append(Attached(_plain(part.get_filename() or ""), part.get_content_type(), content))
        elif part.get_content_maintype() == "text":
            texts.append(_plain(content.decode(part.get_content_charset() or "utf-8", "replace")))
    reports = _reports(raw) if mail.get_content_type() == "multipart/report" else []
    text = "\n".join(texts).replace("\r\n", "\n").strip()
    shown = re.split(r"\n(?:On .*wrote:|-- )\n", text)[0].strip() or text
    kind, why = _kind(head, own_mark, bool(reports), sender, own_domains, bool(raw.strip()))
    references = tuple(re.findall(r"<[^<>\s]+>", " ".join(head.get("references", []) + head.get("in-reply-to", []))))
    try:
        sent_at = parsedate_to_datetime(head["date"][0])
    except (KeyError, ValueError, TypeError):
        sent_at = None
    path = head["return-path"][0] if "return-path" in head else None
    return Incoming(
        kind,
        why,
        sender,
        path.strip("<> ") if path is not None else None,
        recipients,
        " ".join((head.get("subject") or [""])[0].split()),
        sent_at,
        (head.get("message-id") or [""])[0].strip(),
        references,
        text,
        shown,
        tuple(files),
        tuple(reports),
        () if text else ("no_words",),
    )


def _kind(
    head: dict[str, list[str]], own_mark: str, is_report: bool, sender: str | None, own: frozenset[str], has_any: bool
) -> tuple[MailKind, str]:
    if not has_any or not head:
        return MailKind.DAMAGED, "no_headers"
    if own_mark and own_mark.lower() in head:
        return MailKind.OWN, "own_mark"
    if is_report:
        return MailKind.DELIVERY_REPORT, "report"
    if (head.get("auto-submitted") or ["no"])[0].partition(";")[0].strip().lower() != "no":
        return MailKind.AUTO_REPLY, "auto_submitted"
    if (head.get("return-path") or ["x"])[0].strip() == "<>":
        return MailKind.AUTO_REPLY, "empty_return_path"
    if "list-id" in head or (head.get("precedence") or [""])[0].strip().lower() in ("bulk", "list", "junk"):
        return MailKind.BULK, "list"
    if sender and sender.rpartition("@")[2].lower() in own:
        return MailKind.OWN, "own_domain"
    return MailKind.WRITTEN, "written"


def _reports(raw: bytes) -> list[Report]:
    text = raw.decode("latin-1")
    status = re.search(r"(?im)^status:\s*([245]\.\d+\.\d+)", text)
    action = re.search(r"(?im)^action:\s*(\w+)", text)
    ids = re.findall(r"(?im)^message-id:\s*(<[^<>\s]+>)", text)
    outcome = action.group(1).lower() if action else "failed"
    return [Report(outcome, status.group(1) if status else "", ids[-1] if ids else "", False)]


def _plain(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "ignore").decode()


_HIDING = re.compile(
    rb"(?im)^(?:from|reply-to|return-path|received|dkim-[\w-]+|x-originating-ip|sender|message-id|authentication-[\w-]+"
    rb"|arc-[\w-]+|errors-to|x-sender|references|in-reply-to):[^\n]*\n(?:[ \t][^\n]*\n)*"
)


def stripped_copy(raw: bytes) -> bytes:
    """Return the mail without the headers that hold or lead to its sender's address."""
    head, gap, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    return _HIDING.sub(b"", head + b"\n") + gap[1:] + body
