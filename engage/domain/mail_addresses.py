"""Addresses that carry which notice a mail belongs to: where answers to it go, and where reports of its fate go.

Nobody can make one up: a keyed digest stands in it. All that can be read in the address is the id of a notice, which
says nothing to whoever has no access to our database. The link that stops mails carries a notice in the same way.
"""

import base64
import hashlib
import hmac
import re
from enum import StrEnum
from uuid import UUID

# Ours: 72 bits. A guess is right once in 2^72, and with the 128 bits of the id it fills base32 without padding.
_MAC_BYTES = 9
_STOP = "s"
_CODE_LENGTH = (16 + _MAC_BYTES) * 8 // 5
_IN_WORDS = re.compile(rf"(?:\+|%2B)(?:r|b)[a-z2-7]{{{_CODE_LENGTH}}}(?=@|\uff20|%40)", re.IGNORECASE)
LOCAL_PART_MAX = 64  # RFC 5321, 4.5.3.1.1: octets
INBOX_LOCAL_PART_MAX = LOCAL_PART_MAX - len("+r") - _CODE_LENGTH


class Kind(StrEnum):
    """What comes to such an address: words of a person, or a mail server's report that a notice did not arrive."""

    REPLY = "r"
    BOUNCE = "b"


def reply_address(inbox: str, notice_id: UUID, key: bytes) -> str:
    """Return the address to which a person answers a notice: the inbox with `+` and a code, in lower case.

    Raises:
        ValueError: the inbox is no address, or its local part has more than `INBOX_LOCAL_PART_MAX` octets.
    """
    return _address(Kind.REPLY, inbox, notice_id, key)


def bounce_address(inbox: str, notice_id: UUID, key: bytes) -> str:
    """Return the envelope sender of a notice, one for each (VERP), so that a report names the notice by itself.

    Raises:
        ValueError: the inbox is no address, or its local part has more than `INBOX_LOCAL_PART_MAX` octets.
    """
    return _address(Kind.BOUNCE, inbox, notice_id, key)


def read_address(address: str, inbox: str, key: bytes) -> tuple[Kind, UUID] | None:
    """Return what comes to the address and of which notice; None unless we made it for this inbox with this key.

    Capitals count for nothing, since mail servers change them. How long it takes says nothing about the digest.
    """
    local, _, domain = address.strip().strip("<>").lower().rpartition("@")
    base, _, code = local.rpartition("+")
    kind = next((kind for kind in Kind if code.startswith(kind)), None)
    if kind is None or f"{base}@{domain}" != inbox.lower():
        return None
    notice_id = _read(kind, code[1:], key)
    return None if notice_id is None else (kind, notice_id)


def without_codes(text: str) -> str:
    """Return the text without the codes of such addresses: whoever writes to one is taken for the notice's reader."""
    return _IN_WORDS.sub("+…", text)


def stop_code(notice_id: UUID, key: bytes) -> str:
    """Return the code of the link by which whoever got a notice wants no more of them, in lower case."""
    return _code(_STOP, notice_id, key)


def read_stop_code(code: str, key: bytes) -> UUID | None:
    """Return the notice whose reader wants no more; None unless we made the code. Capitals count for nothing."""
    return _read(_STOP, code.lower(), key)


def _address(kind: Kind, inbox: str, notice_id: UUID, key: bytes) -> str:
    local, _, domain = inbox.lower().rpartition("@")
    if not (local and domain and local.isascii() and len(local) <= INBOX_LOCAL_PART_MAX):
        raise ValueError("inbox")
    return f"{local}+{kind}{_code(kind, notice_id, key)}@{domain}"


def _code(kind: str, notice_id: UUID, key: bytes) -> str:
    return base64.b32encode(notice_id.bytes + _mac(kind, notice_id.bytes, key)).decode().lower()


def _read(kind: str, code: str, key: bytes) -> UUID | None:
    if len(code) != _CODE_LENGTH:
        return None
    try:
        raw = base64.b32decode(code, casefold=True)
    except ValueError:  # letters that base32 does not have
        return None
    notice, mac = raw[:16], raw[16:]
    return UUID(bytes=notice) if hmac.compare_digest(mac, _mac(kind, notice, key)) else None


def _mac(kind: str, notice: bytes, key: bytes) -> bytes:
    return hmac.digest(key, b"mail-address\0" + kind.encode() + b"\0" + notice, hashlib.sha256)[:_MAC_BYTES]
