"""Our signature over a whole mail (DKIM, RFC 6376), so that others can tell it from one that somebody made up."""

import base64
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import dkim
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

RSA_BITS = 1024  # Source: RFC 8301, 3.2: who signs uses at least so many, and should use 2048.
_RECORD_PIECE = 255  # Source: RFC 1035, 3.3.14: the longest string of a TXT record
# What nobody may change on the way. Whatever of it stands in a mail is signed.
_SIGNED = (
    *("from", "to", "subject", "date", "message-id", "in-reply-to", "references", "reply-to"),
    *("list-unsubscribe", "list-unsubscribe-post", "auto-submitted", "x-engage-notice"),
    *("mime-version", "content-type", "content-transfer-encoding"),
)
# Ours: signed once more than they are there, so that nobody adds a second one which a reader would be shown instead.
_NONE_MORE = ("from", "to", "subject")


class NoKey(ValueError):
    """The key of DKIM cannot be used; the text says why, and the remedy."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The private key as the library wants it, and the public half as the DNS has it."""

    algorithm: bytes
    private: bytes
    public: str


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signs: a domain, and under which name its key stands in the DNS."""

    domain: str
    selector: str
    key: Path


def signed(raw: bytes, by: Signature) -> bytes:
    """Return the mail with our signature before it. Lines end with CR and LF. RFC 6376, 3.4.2 and 3.4.4: relaxed.

    Raises:
        NoKey: the key is missing, open to others, or of no use.
    """
    head = raw.partition(b"\r\n\r\n")[0].lower().split(b"\r\n")
    there = {line.partition(b":")[0].decode("ascii", "ignore") for line in head}
    key = key_of(by.key)
    header: bytes = dkim.sign(
        raw,
        by.selector.encode(),
        by.domain.encode(),
        key.private,
        canonicalize=(b"relaxed", b"relaxed"),
        signature_algorithm=key.algorithm,
        include_headers=[name.encode() for name in (*(one for one in _SIGNED if one in there), *_NONE_MORE)],
    )
    return header + raw


def key_of(path: Path) -> SigningKey:
    """Return the key of a PEM file; read again where the file has changed.

    Raises:
        NoKey: the file is missing, open to others, or holds no key that can sign.
    """
    try:
        status = path.stat()
        if status.st_mode & 0o077:
            raise NoKey("Other accounts of this machine can read ENGAGE_DKIM_KEY. Give it the mode 600.")
        return _read(path, status.st_mtime_ns)
    except OSError as error:
        raise NoKey("The file of ENGAGE_DKIM_KEY cannot be read. Put it there, for the worker's user.") from error


@lru_cache(maxsize=4)
def _read(path: Path, _changed_at: int) -> SigningKey:
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError) as error:
        raise NoKey("ENGAGE_DKIM_KEY holds no private key in PEM form, or one with a password.") from error
    if isinstance(key, Ed25519PrivateKey):
        seed = key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        public = key.public_key().public_bytes_raw()
        return SigningKey(
            b"ed25519-sha256", base64.b64encode(seed), f"k=ed25519; p={base64.b64encode(public).decode()}"
        )
    if isinstance(key, RSAPrivateKey) and key.key_size >= RSA_BITS:
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return SigningKey(b"rsa-sha256", pem, f"k=rsa; p={base64.b64encode(der).decode()}")
    raise NoKey(f"ENGAGE_DKIM_KEY is neither Ed25519 nor RSA with {RSA_BITS} bits or more.")


def record_of(by: Signature) -> str:
    """Return the line that has to stand in the DNS, in the form of zone files. RFC 6376, 3.6.2; RFC 8463, 3.

    Raises:
        NoKey: the key is missing, open to others, or of no use.
    """
    text = f"v=DKIM1; {key_of(by.key).public}"
    pieces = [text[start : start + _RECORD_PIECE] for start in range(0, len(text), _RECORD_PIECE)]
    quoted = " ".join(f'"{piece}"' for piece in pieces)
    return f"{by.selector}._domainkey.{by.domain}. IN TXT ( {quoted} )"
