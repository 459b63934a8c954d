"""Addresses that carry which notice a mail belongs to: where answers to it go, and where reports of its fate go.

Nobody can make one up: a keyed digest stands in it. Plain text of the address is only the id of a notice, which says
nothing to whoever has no access to our database.
"""

import base64
import binascii
import hashlib
import hmac
from enum import StrEnum
from uuid import UUID

# Ours: 72 bits. A guess is right once in 2^72, and with the 128 bits of the id it fills base32 without padding.
_MAC_BYTES = 9
_CODE_LENGTH = (16 + _MAC_BYTES) * 8 // 5
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
    if kind is None or f"{base}@{domain}" != inbox.lower() or len(code) != 1 + _CODE_LENGTH:
        return None
    try:
        raw = base64.b32decode(code[1:], casefold=True)
    except (binascii.Error, ValueError):
        return None
    notice, mac = raw[:16], raw[16:]
    return (kind, UUID(bytes=notice)) if hmac.compare_digest(mac, _mac(kind, notice, key)) else None


def _address(kind: Kind, inbox: str, notice_id: UUID, key: bytes) -> str:
    local, _, domain = inbox.lower().rpartition("@")
    if not (local and domain and local.isascii() and len(local) <= INBOX_LOCAL_PART_MAX):
        raise ValueError("inbox")
    code = base64.b32encode(notice_id.bytes + _mac(kind, notice_id.bytes, key)).decode().lower()
    return f"{local}+{kind}{code}@{domain}"


def _mac(kind: Kind, notice: bytes, key: bytes) -> bytes:
    return hmac.digest(key, b"mail-address\0" + kind.encode() + b"\0" + notice, hashlib.sha256)[:_MAC_BYTES]
