"""Mails that are signed or sealed: what was signed is read, what is sealed stays a file (RFC 8551, RFC 9580)."""

import re
from dataclasses import dataclass

_SIGNED_BEGINS, _SIGNATURE_BEGINS, _SIGNATURE_ENDS = (
    f"-----{mark}-----" for mark in ("BEGIN PGP SIGNED MESSAGE", "BEGIN PGP SIGNATURE", "END PGP SIGNATURE")
)
_MOST_SIGNED = 20
_ESCAPED = re.compile(r"^- ", re.MULTILINE)
_SEALED = re.compile(r"-----BEGIN PGP MESSAGE-----\n.*?(?:-----END PGP MESSAGE-----\n?|\Z)", re.DOTALL)

_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_ENVELOPED_DATA = bytes.fromhex("06092a864886f70d010703")
_AUTH_ENVELOPED_DATA = bytes.fromhex("060b2a864886f70d0109100117")
_DATA = bytes.fromhex("06092a864886f70d010701")
_OCTET_STRING, _PIECED_STRING, _EXPLICIT = 0x04, 0x24, 0xA0
_MOST_PIECES = 100_000


@dataclass(frozen=True, slots=True)
class Bare:
    """A text without its armour; `sealed` is what only a key opens, empty if nothing is."""

    text: str
    signed: bool
    sealed: str


def bare(text: str) -> Bare:
    """Return a text without PGP's lines around and within it."""
    kept: list[str] = []
    at = 0
    for _ in range(_MOST_SIGNED):
        begin = text.find(_SIGNED_BEGINS, at)
        words = text.find("\n\n", begin)  # behind the armour's own head
        end = text.find(_SIGNATURE_BEGINS, words)
        if min(begin, words, end) < 0:
            break
        last = text.find(_SIGNATURE_ENDS, end)
        kept += [text[at:begin], _ESCAPED.sub("", text[words + 2 : end])]
        at = last + len(_SIGNATURE_ENDS) if last >= 0 else len(text)
    open_text = "".join((*kept, text[at:]))
    sealed = "\n".join(found[0] for found in _SEALED.finditer(open_text))
    return Bare(_SEALED.sub("", open_text), bool(kept), sealed)


def is_sealed(content: bytes, said: str) -> bool:
    """Whether an application/pkcs7-mime part hides its content; `said` is its smime-type."""
    if said.startswith(("enveloped", "authenveloped")):
        return True
    return _ENVELOPED_DATA in content[:64] or _AUTH_ENVELOPED_DATA in content[:64]


def signed_content(content: bytes) -> bytes | None:
    """Return the mail within an application/pkcs7-mime that is only signed, or None if it cannot be found.

    The structure is SignedData (RFC 5652, 5.1): behind the second mark of its kind stands one string of octets, whole
    or in pieces. Nobody is believed for a signature here, so none is checked.
    """
    if _SIGNED_DATA not in content[:64]:
        return None
    at = content.find(_DATA, 0, 200)
    if at < 0:
        return None
    at += len(_DATA)
    try:
        if content[at] != _EXPLICIT:
            return None
        at, _ = _length(content, at + 1)
        pieces = _octets(content, at)
    except IndexError:
        return None
    return b"".join(pieces) or None


def _octets(content: bytes, at: int) -> list[bytes]:
    """Return the pieces of the string of octets that begins at `at`."""
    kind = content[at]
    start, length = _length(content, at + 1)
    if kind == _OCTET_STRING and length is not None:
        return [content[start : start + length]]
    if kind != _PIECED_STRING:
        return []
    pieces: list[bytes] = []
    end = len(content) if length is None else min(len(content), start + length)
    while start < end and len(pieces) < _MOST_PIECES and content[start] == _OCTET_STRING:
        piece, size = _length(content, start + 1)
        if size is None:
            break
        pieces.append(content[piece : piece + size])
        start = piece + size
    return pieces


def _length(content: bytes, at: int) -> tuple[int, int | None]:
    """Return where a value begins and how long it is; None: until its end mark (BER, X.690, 8.1.3)."""
    first = content[at]
    if first < 0x80:
        return at + 1, first
    count = first & 0x7F
    if count == 0:
        return at + 1, None
    if count > 5:
        raise IndexError("a length of more bytes than a file has")
    return at + 1 + count, int.from_bytes(content[at + 1 : at + 1 + count])
