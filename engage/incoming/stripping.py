"""A copy of a mail that staff may read: nothing in it holds or leads to an address of whoever sent it."""

import re

from engage.incoming import headers, page
from engage.incoming.addresses import masked
from engage.incoming.charsets import words
from engage.incoming.parts import Part, take_apart

# Headers that are kept; all others go, since nobody knows which servers on the way wrote whose address into what.
KEPT = (
    "date", "subject", "content-language", "importance", "priority", "x-priority", "auto-submitted", "precedence",
    "x-auto-response-suppress",
)  # fmt: skip
_MOST_BYTES = 2_000_000
_MOST_CHARACTERS = 500_000
_MOST_WORDS = 2_000
_HTML = ("text/html", "text/enriched", "text/richtext")


def stripped(raw: bytes) -> bytes:
    """Return a mail in UTF-8 with the kept headers and the words of every part, every address in them masked.

    HTML is rendered, transfer encodings are taken off, and files are left out but for their type: in none of them could
    an address be found and hidden. The original stays sealed.
    """
    taken = take_apart(raw)
    lines = [
        f"{name.title()}: {masked(headers.decoded(value))[:_MOST_WORDS].strip()}"
        for name in KEPT
        for value in taken.head.all(name)[:3]
    ]
    lines.append("Content-Type: text/plain; charset=utf-8")
    sections: list[str] = []
    room = _MOST_BYTES
    for part in taken.parts:
        section, read = _section(raw, part, room)
        room -= read
        sections += [section] if section else []
    copy = masked("\n\n".join(sections))[:_MOST_CHARACTERS]
    head = "\n".join(" ".join(line.split()) for line in lines)
    return f"{head}\n\n{copy}\n".encode("utf-8", "ignore")


def _section(raw: bytes, part: Part, room: int) -> tuple[str, int]:
    """Return what of a part may be read, and how many bytes of words that took."""
    if part.media_type == "message/rfc822":
        subject = headers.read(raw, part.start, part.end).shown("subject")
        return f"[message/rfc822] {subject}".strip(), 0
    if part.media_type.partition("/")[0] not in ("text", "message") or part.disposition == "attachment":
        return f"[{part.media_type}]", 0
    content = part.content(raw)[:room]
    text, _ = words(content, part.parameters.get("charset", ""))
    if part.media_type in _HTML:
        return page.text_of(text, quotes=True), len(content)
    return re.sub(r"\n{4,}", "\n\n\n", text[:_MOST_CHARACTERS]).strip(), len(content)
