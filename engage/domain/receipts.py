"""References and receipt codes: the alphabet, how they are made, and what is forgiven in typing them."""

import hashlib
import hmac

# Crockford's base 32: no I, L, O, U, so that nothing is misread when it is copied by hand.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 16  # 80 bits. Source: product 5, lessons L1.
REFERENCE_LENGTH = 5
_FORGIVEN = str.maketrans({"O": "0", "I": "1", "L": "1"})
_IGNORED = frozenset(" -\t\n\r\u00a0\u2009\u2010\u2011\u2012\u2013\u2014\u2212\u200e\u200f")


def _base32(data: bytes, length: int) -> str:
    number = int.from_bytes(data, "big")
    return "".join(ALPHABET[(number >> (5 * place)) & 31] for place in reversed(range(length)))


def code_from(token: bytes, key: bytes) -> str:
    """Return the receipt code of a form's random token: always the same for the same token and key.

    That is what lets a double click or a resent form show the same code although only a digest is stored.
    """
    return _base32(hmac.digest(key, b"receipt-code\0" + token, hashlib.sha256)[:10], CODE_LENGTH)


def digest_of(text: str | bytes, key: bytes, purpose: str) -> str:
    """Return the keyed hash under which a secret is stored and looked up, 64 hexadecimal characters."""
    raw = text.encode() if isinstance(text, str) else text
    return hmac.digest(key, purpose.encode() + b"\0" + raw, hashlib.sha256).hex()


def normalised(typed: str) -> str | None:
    """Return the code as it was issued, or None if what was typed cannot be one.

    Spaces, dashes, lower case, O for 0 and I or L for 1 are forgiven. Source: product 5.
    """
    code = "".join(char for char in typed if char not in _IGNORED).upper().translate(_FORGIVEN)
    return code if len(code) == CODE_LENGTH and all(char in ALPHABET for char in code) else None


def grouped(code: str) -> str:
    """Return the code in four groups of four, as it is shown and printed."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def reference_from(random: bytes, *, site_code: str, year: int) -> str:
    """Return a public reference such as BOR-26-7K3QX from at least four random bytes.

    It says nothing of how many cases there are, and opens nothing.
    """
    return f"{site_code}-{year % 100:02d}-{_base32(random[:4], REFERENCE_LENGTH)}"


def reference_as_issued(typed: str) -> str:
    """Return a reference someone typed in the form it was issued: upper case, no spaces, look-alikes put right."""
    head, _, tail = "".join(typed.split()).upper().rpartition("-")
    return f"{head}-{tail.translate(_FORGIVEN)}" if head else tail.translate(_FORGIVEN)
