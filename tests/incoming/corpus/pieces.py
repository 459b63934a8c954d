"""The small pieces that the mails of the corpus are built from."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from engage.incoming.mail import MailKind

PERSON = "resident@example.org"
INBOX = "concerns+r7abc@mine.example.net"
NOTICE = "<0b6f@mine.example.net>"
OWN_DOMAINS = frozenset({"mine.example.net"})
OWN_ADDRESSES = frozenset({"concerns@mine.example.net"})
OWN_MARK = "6d1f0c"


@dataclass(frozen=True)
class Sample:
    """A mail and what is to be read in it; None asks nothing. `reports` are outcome, status, id and known recipient."""

    name: str
    raw: bytes
    kind: MailKind = MailKind.WRITTEN
    why: str = "written"
    shown: str | None = None
    text_has: tuple[str, ...] = ()
    text_lacks: tuple[str, ...] = ()
    shown_lacks: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    troubles: frozenset[str] | None = frozenset()
    reports: tuple[tuple[str, str, str, bool], ...] = ()
    sender: str | None = PERSON
    subject: str | None = None

    @property
    def is_huge(self) -> bool:
        """Whether it is too large to be changed byte by byte a thousand times."""
        return len(self.raw) > 20_000


def head(**changed: str | None) -> str:
    """Return the header lines that a person's program writes; None leaves one out, `x_name` is a line X-Name."""
    lines: dict[str, str | None] = {
        "From": f"A resident <{PERSON}>",
        "To": f"Concerns <{INBOX}>",
        "Subject": "Re: Your concern",
        "Date": "Mon, 5 Jan 2026 10:00:00 +0100",
        "Message-ID": "<c41d@mail.example.org>",
        "In-Reply-To": NOTICE,
        "References": NOTICE,
        "MIME-Version": "1.0",
    }
    for name, value in changed.items():
        lines["-".join(word.capitalize() for word in name.split("_")).replace("-Id", "-ID").replace("Mime", "MIME")] = (
            value
        )
    return "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value is not None)


def text(
    words: str, *, charset: str = "utf-8", encoding: str = "8bit", more: str = "", kind: str = "text/plain"
) -> bytes:
    """Return the head and body of a part of words."""
    content = words.replace("\n", "\r\n").encode(charset)
    if encoding == "base64":
        content = base64.encodebytes(content).replace(b"\n", b"\r\n")
    lines = f"Content-Type: {kind}; charset={charset}{more}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return lines.encode() + content


def page(markup: str, **kind: str) -> bytes:
    """Return the head and body of a part of HTML."""
    return text(f"<html><body>{markup}</body></html>", kind="text/html", **kind)


def file(name: str, media_type: str, content: bytes, *, disposition: str = "attachment") -> bytes:
    """Return the head and body of a part that is a file."""
    lines = (
        f'Content-Type: {media_type}; name="{name}"\r\nContent-Disposition: {disposition}; filename="{name}"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    return lines.encode() + base64.encodebytes(content).replace(b"\n", b"\r\n")


def several(parts: Sequence[bytes], kind: str = "mixed", boundary: str = "=_part", more: str = "") -> bytes:
    """Return the head and body of a multipart."""
    marked = b"".join(b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    lines = f'Content-Type: multipart/{kind}; boundary="{boundary}"{more}\r\n\r\n'
    return lines.encode() + marked + b"--" + boundary.encode() + b"--\r\n"


def mail(body: bytes, **changed: str | None) -> bytes:
    """Return a whole mail."""
    return head(**changed).encode() + body


def quoted(words: str) -> str:
    """Return words as an earlier mail below an answer."""
    return "\n".join(f"> {line}".rstrip() for line in words.split("\n"))
