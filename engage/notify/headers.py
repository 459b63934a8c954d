"""Headers of our mails: what they say to mail servers, written so that nothing which comes from a row can forge one."""

import base64
import re
import unicodedata
from collections.abc import Callable
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr

import idna

from engage import vault
from engage.domain.delivery import Urgency
from engage.domain.mail_addresses import reply_address, stop_code
from engage.domain.notice_groups import GATHERED, stopped_by_click
from engage.models import Recipient
from engage.notify import links
from engage.notify.claims import Claimed
from engage.notify.destinations import Letter, NoAddress
from engage.settings import settings

# A keyed digest of the notice's id: our own mail is known by it when it comes back.
OWN_MARK = "X-Engage-Notice"
# News that we owe nobody: whoever gets it may want no more of it. Promises, dates, decisions, and what was done with
# somebody's code or address, are none of that.
MAY_BE_STOPPED = frozenset({"case_news", "going_on", "reminder_to_answer", "reminder_to_reply", "clock_runs_again"})
LINE_MAX = 76  # Source: RFC 5322, 2.1.1 (78 characters), and RFC 2047, 2 (76 where there are encoded words).
_WORD_BYTES = 39  # of an encoded word: in base64, with its frame, it fits on a line beside the name of its header
# What an address is made of, as mail servers everywhere take it. Whoever has a quoted one is told by other roads.
_ADDRESS = re.compile(r"[^\s\x00-\x1f\x7f-\x9f<>()\[\]\\,;:\"@]{1,64}@[^\s\x00-\x1f\x7f-\x9f<>()\[\]\\,;:\"@]{1,253}")
_BIDI_FORCED = frozenset("\u202a\u202b\u202c\u202d\u202e")
_ISOLATES, _END = frozenset("\u2066\u2067\u2068"), "\u2069"


class MailPolicy(EmailPolicy):
    """How a mail becomes bytes: short lines of ASCII that no mail server on the way can break.

    The library encodes a long id or address as if it were words, which breaks it. Those are folded between words
    alone. The reader's own address may hold letters outside ASCII (RFC 6531); nothing else does.
    """

    def fold(self, name: str, value: str) -> str:
        """Return the header as it is sent."""
        if name.lower() == "subject":
            return _on_lines(name, _encoded_words(str(value)))
        if name.lower() in ("from", "date", "content-type", "content-transfer-encoding", "mime-version"):
            folded: str = super().fold(name, value)
            return folded
        return _on_lines(name, str(value).split(" "))

    def fold_binary(self, name: str, value: str) -> bytes:
        """Return the header as it is sent."""
        return self.fold(name, value).encode()


POLICY = MailPolicy(linesep="\r\n", max_line_length=78, cte_type="7bit")


def set_headers(mail: EmailMessage, message: Claimed, letter: Letter, subject: str) -> None:
    """Give the mail its headers, all but those of its content.

    The Message-ID comes from the row's id alone, so that a mail system knows a second copy of the same notice.

    Raises:
        NoAddress: the reader's address cannot be one, or is more than one.
    """
    name, own = parseaddr(settings().MAIL_FROM)
    own = address_for_mail(own)
    mail["From"] = Address(name, addr_spec=own)
    mail["To"] = address_for_mail(letter.address)
    mail["Subject"] = on_one_line(subject)
    mail["Date"] = format_datetime(message.created_at)
    domain = own.rpartition("@")[2]
    mail["Message-ID"] = f"<{message.id}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence note answers us
    # The same for servers that know only this. It names all but one: a report that a mail did not arrive is wanted.
    mail["X-Auto-Response-Suppress"] = "DR, RN, NRN, OOF, AutoReply"
    mail[OWN_MARK] = vault.digest(message.id.bytes, vault.NOTICE_MARK)[:32]
    if letter.case_id is not None:
        root = f"<{vault.digest(f'{letter.case_id} {letter.address.lower()}', vault.THREAD)[:32]}@{domain}>"
        mail["In-Reply-To"] = mail["References"] = root
    if can_answer(message, letter):
        mail["Reply-To"] = reply_address(inbox(), message.id, vault.key_for(vault.MAIL_ADDRESS))
    if letter.template == GATHERED:  # it holds news of one's own work, too: to choose what of it is a mail takes a page
        mail["List-Unsubscribe"] = f"<{links.notice_preferences()}>"
    elif (stops := _stops(message, letter)) is not None:
        code = stop_code(message.id, vault.key_for(vault.MAIL_ADDRESS))
        mail["List-Unsubscribe"] = f"<{stops(code)}>"
        if settings().is_https:  # RFC 8058, 3.1: else the mail program shows the page
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _stops(message: Claimed, letter: Letter) -> Callable[[str], str] | None:
    """Return what makes the link by which its reader stops mails like this one; None where they are owed."""
    if letter.case_id is not None and letter.template in MAY_BE_STOPPED:
        return links.stop_mails
    is_chosen = message.recipient is Recipient.STAFF and message.urgency != Urgency.URGENT
    return links.stop_notices if is_chosen and stopped_by_click(letter.template) else None


def can_answer(message: Claimed, letter: Letter) -> bool:
    """Whether an answer to the mail reaches us: a person's, of a case that a mail may be known to belong to."""
    is_of_case = letter.case_id is not None and message.recipient is Recipient.PERSON
    return is_of_case and settings().MAIL_INBOX is not None


def inbox() -> str:
    """Return the address that we read, its domain as mail servers know it. There must be one."""
    return address_for_mail(settings().MAIL_INBOX or "")


def address_for_mail(address: str) -> str:
    """Return an address as it goes out: a domain outside ASCII is written in the letters of the DNS, where it can be.

    So only letters outside ASCII before the `@` need servers that know them (RFC 6531).

    Raises:
        NoAddress: it cannot be an address, or is more than one.
    """
    if not _ADDRESS.fullmatch(address):
        raise NoAddress("malformed")
    local, _, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return f"{local}@{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError as error:
        raise NoAddress("malformed") from error


def on_one_line(text: str) -> str:
    """Return the text of a header without what could end it or turn the direction in which it is read.

    Isolates, which keep a code apart inside a line of another direction, stay, and end where the text ends.
    """
    kept, depth = [], 0
    for char in text:
        if char in _BIDI_FORCED or unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp"):
            char = " " if char.isspace() else ""
        elif char in _ISOLATES:
            depth += 1
        elif char == _END and depth == 0:
            char = ""
        elif char == _END:
            depth -= 1
        kept.append(char)
    return " ".join(("".join(kept) + _END * depth).split())


def _on_lines(name: str, words: list[str]) -> str:
    lines = [f"{name}:"]
    for word in words:
        if len(lines[-1]) + 1 + len(word.encode()) <= LINE_MAX or lines[-1] == f"{name}:":
            lines[-1] += f" {word}"
        else:
            lines.append(f" {word}")
    return "\r\n".join(lines) + "\r\n"


def _encoded_words(text: str) -> list[str]:
    """The words of a text as a header holds them: plain, or all of it encoded where that cannot be. RFC 2047, 2 and 5.

    What is encoded is cut between letters, never within one.
    """
    words = text.split(" ")
    if text.isascii() and "=?" not in text and all(len(word) < LINE_MAX - len("Subject: ") for word in words):
        return words
    pieces, held = [], b""
    for char in text:
        if len(held) + len(char.encode()) > _WORD_BYTES:
            pieces.append(held)
            held = b""
        held += char.encode()
    return [f"=?utf-8?b?{base64.b64encode(piece).decode()}?=" for piece in [*pieces, held]]
