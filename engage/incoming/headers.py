"""The head of a mail or of one of its parts, read in one pass whatever its lines hold."""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from engage.incoming import charsets

# Ours: mail servers refuse far smaller ones (Postfix's header_size_limit is 102,400 bytes).
HEAD_BYTES = 262_144
VALUE_BYTES = 32_768
MOST_HEADERS = 1_000

_END = re.compile(rb"(?>\r\n|\n|\r)(?>\r\n|\n|\r)")
_LINE_END = re.compile(rb"\r\n|\n|\r")
_NAME = re.compile(rb"([!-9;-~]{1,100})[ \t]*:(.*)", re.DOTALL)
_ENCODED = re.compile(r"=\?([^?\s]{1,80})\?([bBqQ])\?([^?]*)\?=")
_HEX = re.compile(rb"=([0-9A-Fa-f]{2})")
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
_PARAMETER = re.compile(r'\s*([^\s=;"]{1,80})\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^;]*))\s*;?', re.DOTALL)
_PIECE = re.compile(r"^([^*]+)(?:\*(\d{1,3}))?(\*)?$")


@dataclass(frozen=True, slots=True)
class Head:
    """The header lines in their order, each with its name in lower case, and where the body begins."""

    lines: tuple[tuple[str, bytes], ...] = ()
    body: int = 0
    broken: bool = False
    charset: str = ""  # of header lines in eight bits, which no standard declares: the one that the body has
    _found: dict[str, list[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Sort the lines by name once."""
        for name, value in self.lines:
            self._found.setdefault(name, []).append(value)

    def __contains__(self, name: str) -> bool:
        """Whether there is a line of that name, in lower case."""
        return name in self._found

    def all(self, name: str) -> list[str]:
        """Return the values of every line of that name, unfolded and with encoded words left as they are."""
        return [_text(value, self.charset) for value in self._found.get(name, ())]

    def first(self, name: str) -> str:
        """Return the first value of that name, or an empty text."""
        return next(iter(self.all(name)), "")

    def shown(self, name: str) -> str:
        """Return the first value as a person reads it (RFC 2047), in one line."""
        return " ".join(decoded(self.first(name)).split())


def read(raw: bytes, start: int, end: int, charset: str = "") -> Head:
    """Return the head that begins at `start`; `end` is where the part ends."""
    first = raw[start : start + 2]
    if first[:1] in (b"\n", b"\r"):  # a part without a head: RFC 2046, 5.1
        return Head(body=start + (2 if first == b"\r\n" else 1))
    stop = _END.search(raw, start, end)
    block_end, body = (stop.start(), stop.end()) if stop else (end, end)
    lines, broken = _lines(raw[start : min(block_end, start + HEAD_BYTES)])
    broken = broken or block_end - start > HEAD_BYTES
    if stop is None and broken:
        body = min(end, _first_without_name(raw, start, end)) if lines else start
    elif not lines:
        body = start
    return Head(tuple(lines), body, broken, charset)


def _lines(block: bytes) -> tuple[list[tuple[str, bytes]], bool]:
    """Return name and value of each line of a head, and whether something there was no header."""
    lines: list[tuple[str, list[bytes]]] = []
    broken, room = False, 0
    for number, line in enumerate(_LINE_END.split(block.rstrip(b"\r\n"))):
        if line[:1] in (b" ", b"\t"):
            broken = broken or not lines
            if lines and room > 0:
                lines[-1][1].append(line[:room])
                room -= len(line)
            continue
        named = _NAME.match(line)
        if named is None:
            broken = broken or not (number == 0 and line[:5] in (b"From ", b">From"))
            room = 0
        elif len(lines) < MOST_HEADERS:
            lines.append((named[1].decode("ascii").lower(), [named[2][:VALUE_BYTES]]))
            room = VALUE_BYTES - len(named[2])
            broken = broken or room < 0
        else:
            broken, room = True, 0
    return [(name, b"".join(pieces).strip()) for name, pieces in lines], broken


def _first_without_name(raw: bytes, start: int, end: int) -> int:
    """Return where the first line begins that is no header, in a mail without the blank line before its body."""
    at = start
    for number, line in enumerate(_LINE_END.split(raw[start : min(end, start + HEAD_BYTES)])):
        if number and line[:1] not in (b" ", b"\t") and _NAME.match(line) is None:
            return at
        at += len(line) + (2 if raw[at + len(line) : at + len(line) + 2] == b"\r\n" else 1)
    return end


def _text(value: bytes, charset: str) -> str:
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        codec = charsets.known(charset) if charset else None
        try:
            text = value.decode(codec or "cp1252", "replace")
        except (UnicodeError, ValueError):
            text = value.decode("latin-1")
    return charsets.plain(text).replace("\n", " ")


def decoded(value: str) -> str:
    """Return a value with its encoded words read (RFC 2047); a word that cannot be read stays as it came.

    Words side by side in one charset are read as one: some programs cut them in the middle of a character.
    """
    done: list[str] = []
    at, waiting, charset = 0, b"", ""
    for word in _ENCODED.finditer(value):
        between = value[at : word.start()]
        content = _content(word[2], word[3])
        if content is None:
            continue
        name = word[1].partition("*")[0].lower()
        if waiting and (between.strip() or name != charset):
            done.append(charsets.words(waiting, charset)[0])
            waiting = b""
        if between.strip() or not at:
            done.append(between)
        waiting, charset, at = waiting + content, name, word.end()
    if waiting:
        done.append(charsets.words(waiting, charset)[0])
    return charsets.plain("".join((*done, value[at:])))


def _content(encoding: str, text: str) -> bytes | None:
    raw = text.encode("utf-8", "replace")
    if encoding in "qQ":
        return _HEX.sub(lambda found: bytes([int(found[1], 16)]), raw.replace(b"_", b" "))
    try:
        return binascii.a2b_base64(raw + b"=" * (-len(raw) % 4))
    except binascii.Error:
        return None


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """Return what stands before the first semicolon, in lower case, and the parameters (RFC 2045, RFC 2231)."""
    main, _, rest = value.partition(";")
    whole: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for name, text in _pairs(rest):
        shape = _PIECE.match(name)
        if shape is None or (shape[2] is None and shape[3] is None):
            whole.setdefault(name, decoded(text))
        else:
            pieces.setdefault(shape[1], {}).setdefault(int(shape[2] or 0), (text, shape[3] is not None))
    for name, numbered in pieces.items():
        whole[name] = _joined([numbered[number] for number in sorted(numbered)])
    return main.strip().lower(), whole


def _pairs(rest: str) -> Iterator[tuple[str, str]]:
    at = 0
    for _ in range(100):
        found = _PARAMETER.match(rest, at)
        if found is None:
            gap = rest.find(";", at)
            if gap < 0:
                return
            at = gap + 1
            continue
        quoted = re.sub(r"\\(.)", r"\1", found[2]) if found[2] is not None else (found[3] or "").strip()
        yield found[1].lower(), quoted
        at = found.end()


def _joined(pieces: list[tuple[str, bool]]) -> str:
    """Return the value of a parameter in pieces: `charset'language'text` with %XX, where the piece is marked so."""
    charset, content = "", b""
    for number, (text, marked) in enumerate(pieces):
        if marked and number == 0 and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        raw = text.encode("utf-8", "replace")
        content += _PERCENT.sub(lambda found: bytes([int(found[1], 16)]), raw) if marked else raw
    return charsets.words(content, charset)[0]
