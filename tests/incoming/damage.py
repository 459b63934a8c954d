"""Ways in which a mail is damaged on its way, or on purpose: of single bytes, and of what it is built of."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

# What parsers look for, put where it does not belong.
TOKENS = (
    b"\r\n",
    b"\n",
    b"\r",
    b"\r\n\r\n",
    b"\0",
    b"--=_part",
    b"--=_part--",
    b"\r\n--=_part\r\n",
    b"<",
    b">",
    b"@",
    b'"',
    b"(",
    b"=?utf-8?q?",
    b"?=",
    b"=?x?b?",
    b"Content-Type: multipart/mixed; boundary=a\r\n",
    b"Content-Type: message/rfc822\r\n\r\n",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"Content-Transfer-Encoding: base64\r\n",
    b"Content-Type: text/html; charset=utf-16\r\n",
    b"<div>" * 300,
    b"> " * 100,
    b"\x1b$B",
    b"From: ",
    b"Subject: ",
    b" wrote:\n",
    b"-- \n",
    b"-----BEGIN PGP MESSAGE-----\n",
    b"\x78\x9f\x3e\x22",
    b"Auto-Submitted: x\r\n",
    b":",
    b";",
)


@dataclass(frozen=True)
class Change:
    """One change: what is done, where (0 is the beginning and 1 the end), to how many bytes or lines, and with what."""

    how: str
    where: float
    size: int
    content: bytes


def _overwrite(raw: bytes, at: int, size: int, content: bytes) -> bytes:
    return raw[:at] + content[:size] + raw[at + size :]


def _insert(raw: bytes, at: int, size: int, content: bytes) -> bytes:
    return raw[:at] + content + raw[at:]


def _delete(raw: bytes, at: int, size: int, content: bytes) -> bytes:
    return raw[:at] + raw[at + size :]


def _repeat(raw: bytes, at: int, size: int, content: bytes) -> bytes:
    return raw[:at] + raw[at : at + size] * (2 + len(content)) + raw[at + size :]


def _cut(raw: bytes, at: int, size: int, content: bytes) -> bytes:
    return raw[:at]


def _flip(raw: bytes, at: int, size: int, content: bytes) -> bytes:
    return raw[:at] + bytes(byte ^ (1 << size % 8) for byte in raw[at : at + 1]) + raw[at + 1 :]


def _swap_lines(raw: bytes, at: int, size: int, content: bytes) -> bytes:
    lines = raw.split(b"\r\n")
    first, second = raw.count(b"\r\n", 0, at), (raw.count(b"\r\n", 0, at) + size) % len(lines)
    lines[first], lines[second] = lines[second], lines[first]
    return b"\r\n".join(lines)


def _drop_line(raw: bytes, at: int, size: int, content: bytes) -> bytes:
    lines = raw.split(b"\r\n")
    del lines[raw.count(b"\r\n", 0, at)]
    return b"\r\n".join(lines)


def _bare_newlines(raw: bytes, at: int, size: int, content: bytes) -> bytes:
    return raw[:at] + raw[at:].replace(b"\r\n", b"\n", size)


HOW: dict[str, Callable[[bytes, int, int, bytes], bytes]] = {
    "overwrite": _overwrite,
    "insert": _insert,
    "delete": _delete,
    "repeat": _repeat,
    "cut": _cut,
    "flip": _flip,
    "swap_lines": _swap_lines,
    "drop_line": _drop_line,
    "bare_newlines": _bare_newlines,
}


def damaged(raw: bytes, changes: Sequence[Change]) -> bytes:
    """Return the mail after the changes, one after another."""
    for change in changes:
        raw = HOW[change.how](raw, int(change.where * len(raw)), change.size, change.content)
    return raw


def random_change(dice: random.Random) -> Change:
    """Return a change as `bench` throws it; Hypothesis builds its own."""
    content = dice.choice(TOKENS) if dice.random() < 0.7 else dice.randbytes(dice.randrange(1, 20))
    return Change(dice.choice(list(HOW)), dice.random(), dice.randrange(1, 200), content)
