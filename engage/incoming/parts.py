"""A mail taken apart: its leaves in the order of reading, found without recursion and with a bound on everything.

The standard library's parser recurses into each level and copies each line for it; here a part is two offsets into
the raw bytes, so that 25 MB in twenty levels are looked through and never copied.
"""

import binascii
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass

from engage.incoming import headers
from engage.incoming.headers import Head

DEEPEST = 20
MOST_PARTS = 200
_BOUNDARY_BYTES = 200  # RFC 2046, 5.1.1 allows 70

_GUESS = re.compile(rb"(?<![^\r\n])--([^\r\n]{1,200}?)[ \t]*(?:\r\n|\n|\r)content-", re.IGNORECASE)
_GUESS_BYTES = 65_536
_UU_LINE = re.compile(rb"^begin [0-7]{3,4} [^\r\n]*(?:\r\n|\n|\r)", re.MULTILINE)
_NOT_BASE64 = bytes(set(range(256)) - set(string.ascii_letters.encode() + string.digits.encode() + b"+/"))


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a mail: a leaf, or a mail within the mail.

    `alternative` is the number of the group of which one is to be read, 0 for none; `inside` are the media types
    around it, outermost first.
    """

    head: Head
    start: int
    end: int
    media_type: str
    parameters: dict[str, str]
    disposition: str
    name: str
    alternative: int
    inside: tuple[str, ...]

    def content(self, raw: bytes) -> bytes:
        """Return the bytes of the part, its transfer encoding taken off as far as it holds."""
        return transferred(raw[self.start : self.end], self.head.first("content-transfer-encoding"))


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail taken apart, and what was in the way."""

    head: Head
    parts: tuple[Part, ...]
    troubles: tuple[str, ...]


def head_of(raw: bytes, start: int, end: int) -> Head:
    """Return a head whose lines in eight bits are read in the charset that its own body declares."""
    head = headers.read(raw, start, end)
    charset = headers.parameters(head.first("content-type"))[1].get("charset", "")
    return headers.read(raw, start, end, charset) if charset else head


def take_apart(raw: bytes) -> Taken:
    """Return the leaves of a mail. Mails within it count as levels, and their leaves as its own."""
    head = head_of(raw, 0, len(raw))
    troubles = {"bad_headers": head.broken}
    leaves: list[Part] = []
    waiting = [_part(head, len(raw), 0, ())]
    seen = groups = 0
    while waiting:
        part = waiting.pop()
        seen += 1
        if seen > MOST_PARTS:
            troubles["too_many_parts"] = True
            break
        kind = part.media_type
        if kind == "message/rfc822" and not part.head.first("content-transfer-encoding").lower().startswith(("b", "q")):
            leaves.append(part)
            ranges = [(part.start, part.end)]
        elif kind.startswith("multipart/"):
            ranges, whole = _ranges(raw, part)
            troubles["bad_structure"] = troubles.get("bad_structure", False) or not whole
        else:
            leaves.append(part)
            continue
        if not ranges:
            leaves.append(part)
            continue
        if len(part.inside) >= DEEPEST:
            troubles["too_deep"] = True
            continue
        groups += 1
        group = groups if kind == "multipart/alternative" else 0 if kind == "message/rfc822" else part.alternative
        inside = (*part.inside, kind)
        children = [_part(head_of(raw, start, end), end, group, inside) for start, end in ranges]
        waiting.extend(reversed(children))
    return Taken(head, tuple(leaves), tuple(code for code, there in troubles.items() if there))


def _part(head: Head, end: int, alternative: int, inside: tuple[str, ...]) -> Part:
    kind, said = headers.parameters(head.first("content-type"))
    if not re.fullmatch(r"[\w.+-]{1,100}/[\w.+-]{1,100}", kind, re.ASCII):
        digest = inside[-1:] == ("multipart/digest",) and not kind  # RFC 2046, 5.1.5
        kind = "message/rfc822" if digest else "text/plain"
    disposition, about = headers.parameters(head.first("content-disposition"))
    name = about.get("filename") or said.get("name") or ""
    return Part(head, min(head.body, end), end, kind, said, disposition, name, alternative, inside)


def _ranges(raw: bytes, part: Part) -> tuple[list[tuple[int, int]], bool]:
    """Return where the children of a multipart begin and end, and whether it is built as it says."""
    declared = part.parameters.get("boundary", "").rstrip()[:_BOUNDARY_BYTES].encode("utf-8", "replace")
    if declared:
        found, whole = _between(raw, part, declared)
        if found:
            return found, whole
    guessed = _GUESS.search(raw, part.start, min(part.end, part.start + _GUESS_BYTES))
    return (_between(raw, part, guessed[1])[0] if guessed else []), False


def _between(raw: bytes, part: Part, boundary: bytes) -> tuple[list[tuple[int, int]], bool]:
    line = re.compile(rb"(?:\A|(?<=[\r\n]))--" + re.escape(boundary) + rb"(--)?[ \t]*(?=[\r\n]|\Z)")
    ranges: list[tuple[int, int]] = []
    begun: int | None = None
    for mark in line.finditer(raw, part.start, part.end):
        if begun is not None:
            ranges.append((begun, _without_newline(raw, begun, mark.start())))
        if mark[1]:
            return ranges, True
        begun = mark.end() + (2 if raw[mark.end() : mark.end() + 2] == b"\r\n" else 1)
        begun = min(begun, part.end)
        if len(ranges) >= MOST_PARTS:
            return ranges, True  # told as too many parts
    if begun is not None:
        ranges.append((begun, part.end))
    return ranges, False


def _without_newline(raw: bytes, start: int, end: int) -> int:
    """Return the end without the newline before a boundary, which belongs to the boundary (RFC 2046, 5.1.1)."""
    for newline in (b"\r\n", b"\n", b"\r"):
        if raw[max(start, end - len(newline)) : end] == newline:
            return max(start, end - len(newline))
    return max(start, end)


def transferred(content: bytes, encoding: str) -> bytes:
    """Return the content with its transfer encoding taken off; what is wrongly encoded is read as far as it goes."""
    match encoding.partition(";")[0].strip().strip("\"'").lower():
        case "base64":
            return _from_base64(content)
        case "quoted-printable":
            return binascii.a2b_qp(content)
        case "x-uuencode" | "uuencode" | "x-uue" | "uue":
            return b"".join(_from_uu(content))
        case _:
            return content


def _from_base64(content: bytes) -> bytes:
    """Return what base64 says, whatever stands between its letters, and without its last letter if that is alone."""
    letters = content.translate(None, _NOT_BASE64)
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def _from_uu(content: bytes) -> Iterator[bytes]:
    begins = _UU_LINE.search(content)
    for line in content[begins.end() :].splitlines() if begins else ():
        if line.strip() == b"end":
            return
        try:
            yield binascii.a2b_uu(line)
        except binascii.Error:
            continue
