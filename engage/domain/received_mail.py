"""Mail that came in: on which road, where it stands, and what became of it."""

import re
from enum import StrEnum

from engage.domain.receipts import reference_as_issued

# As `engage.domain.receipts` makes them: BOR-26-7K3QX, with what people make of it when they copy it by hand.
_REFERENCE = re.compile(r"\b([A-Z]{3})[ \-\u2010-\u2014](\d{2})[ \-\u2010-\u2014]([0-9A-Z]{5})\b", re.IGNORECASE)
_MOST_REFERENCES = 20  # Ours: whoever writes more of them asks about no single case.
MANY = "many_from_one"  # why a mail waits behind others: within an hour its sender sent more than one may
_TAG, _SIGN = r"(?:(?:\+|%2B)[^\s<>@%]{1,64})?", r"(?:@|\uff20|%40)"
HIDDEN = "…"  # stands where an address stood


class MailRoad(StrEnum):
    """By which door a mail, or a text that waits with mails, came."""

    IMAP = "imap"
    LMTP = "lmtp"
    PIPE = "pipe"
    SMS = "sms"  # a text message that only a human can place


class MailState(StrEnum):
    """Where a mail stands: to be read by the worker, in the holding pen, or done with."""

    RECEIVED = "received"
    PEN = "pen"
    DONE = "done"


class Outcome(StrEnum):
    """What became of a mail."""

    MESSAGE = "message"  # of the person, in their case
    NOTE = "note"  # among staff, in a case
    CASE_MADE = "case_made"
    LANE = "lane"  # sealed in the restricted lane
    REPORT = "report"  # a mail server said what became of a notice of ours
    IGNORED = "ignored"  # no human wrote it
    NOT_OURS = "not_ours"  # somebody of ours said so
    FORGOTTEN = "forgotten"  # nobody placed it in time: of old rows alone, since nothing is forgotten undecided


class Decision(StrEnum):
    """What somebody of ours finds of a mail in the holding pen."""

    MAKE_CASE = "make_case"
    ATTACH = "attach"  # its sender is the person of the case, who reads it there
    ATTACH_AS_NOTE = "attach_as_note"  # it is from somebody else: only staff read it
    NOT_OURS = "not_ours"


class NotOurs(StrEnum):
    """Why a mail is not for us."""

    SPAM = "spam"  # erased at once
    PRIVATE = "private"
    BUSINESS = "business"
    DUPLICATE = "duplicate"
    OTHER = "other"


class GuessedBy(StrEnum):
    """Why a mail may belong to a case."""

    REFERENCE = "reference"
    SAME_PERSON = "same_person"
    ANSWER = "answer"  # to a notice of ours, but not in a way that is certain
    SAME_NUMBER = "same_number"  # we wrote about the case to the number of a text


THEIRS = frozenset({GuessedBy.SAME_PERSON, GuessedBy.ANSWER, GuessedBy.SAME_NUMBER})  # what the person wrote, likely


def references_in(*texts: str) -> tuple[str, ...]:
    """Return what reads like references of cases, in the form they are issued in, each once, in their order."""
    found = (reference_as_issued("-".join(one)) for text in texts for one in _REFERENCE.findall(text))
    return tuple(dict.fromkeys(found))[:_MOST_REFERENCES]


def without_address(text: str, address: str | None) -> str:
    """Return the text without the address or number, however it is spelt: who reads it need not know it.

    With or without what stands behind a plus it is one mailbox, and in a link its signs are written as %40 and %2B.
    """
    if not address:
        return text
    local, _, domain = (plain_sender(address) if "@" in address else address).rpartition("@")
    mailbox = rf"{re.escape(local)}{_TAG}{_SIGN}{re.escape(domain)}" if local else re.escape(address)
    return re.sub(mailbox, HIDDEN, text, flags=re.IGNORECASE)


def is_number(sender: str | None) -> bool:
    """Whether a sender is the number of a text, and no address of a mail."""
    return bool(sender) and "@" not in str(sender)


def plain_sender(address: str) -> str:
    """Return an address without what stands behind a plus, in lower case: many of these are one mailbox."""
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
