"""Whether a report or a text comes from the gateway: signatures, compared in constant time."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from engage.domain.gateways import Scheme, Signing

WITHIN = timedelta(minutes=5)  # Ours: clocks of servers differ by less, and a captured report is worth nothing later.


@dataclass(frozen=True, slots=True)
class Called:
    """A request as it came. `url` is the address that the gateway was given, which proxies on the way do not change."""

    url: str
    headers: Mapping[str, str]  # by names in lower case
    arguments: Mapping[str, str]
    form: Sequence[tuple[str, str]]
    body: bytes = field(repr=False)


def is_genuine(signing: Signing, secret: str, called: Called, now: datetime) -> bool:
    """Whether the request was made by somebody who knows the secret, and lately where its time is signed too."""
    given = called.headers.get(signing.header.lower(), "") if signing.header else ""
    match signing.scheme:
        case Scheme.TOKEN:
            return _same(given.removeprefix(signing.prefix) or called.arguments.get(signing.argument, ""), secret)
        case Scheme.HMAC_SHA1_URL:
            # Source: how Twilio describes its signature: address, then each name and value, sorted by name.
            signed = called.url + "".join(name + value for name, value in sorted(set(called.form)))
            made = hmac.digest(secret.encode(), signed.encode(), hashlib.sha1)
        case _:
            at = called.headers.get(signing.time_header.lower(), "") if signing.time_header else None
            if at is not None and not _is_recent(at, now):
                return False
            signed_bytes = called.body if at is None else f"{at}.".encode() + called.body
            made = hmac.digest(secret.encode(), signed_bytes, hashlib.sha256)
    return hmac.compare_digest(_raw(given.removeprefix(signing.prefix), is_hex=signing.is_hexadecimal), made)


def _same(given: str, secret: str) -> bool:
    return hmac.compare_digest(given.encode(), secret.encode())


def _raw(text: str, *, is_hex: bool) -> bytes:
    try:
        return bytes.fromhex(text) if is_hex else base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _is_recent(text: str, now: datetime) -> bool:
    """Whether seconds since 1970 lie near now."""
    if not (text.isascii() and text.isdecimal() and len(text) < 12):
        return False
    return abs(datetime.fromtimestamp(int(text), UTC) - now) <= WITHIN
