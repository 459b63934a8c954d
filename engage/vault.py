"""Keys and sealing: one root secret, one derived key per purpose, and the worker's own key pair for relay contacts."""

import base64
import hashlib
import hmac
import json
import os
import secrets
import uuid
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from engage.domain import receipts
from engage.settings import settings

CODE, TOKEN, LINK, IDENTITY, DRAFT, LIMITS = "receipt-code", "form-token", "code-link", "identity", "draft", "limits"
RECORD = "record"
SECOND_FACTOR, RECOVERY = "second-factor", "recovery-code"


class Unreadable(ValueError):
    """The sealed bytes do not open with this key: another key, or damage."""


def key_for(purpose: str) -> bytes:
    """Return the 32-byte key of a purpose, derived from the root secret; no two purposes share one."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"engage/" + purpose.encode()).derive(
        settings().root_secret
    )


def digest(text: str | bytes, purpose: str) -> str:
    """Return the keyed hash under which a secret is stored and looked up."""
    return receipts.digest_of(text, key_for(purpose), purpose)


def code_for(token: bytes) -> str:
    """Return the receipt code that belongs to a form's token."""
    return receipts.code_from(token, key_for(CODE))


def link_token(link_id: uuid.UUID) -> str:
    """Return the secret part of a single-use link, derived anew from the row's id by whoever sends it.

    So it lies nowhere: not in the outbox, not in the row, which keeps only its keyed hash.
    """
    raw = hmac.digest(key_for(LINK), b"code-link\0" + link_id.bytes, hashlib.sha256)
    return base64.urlsafe_b64encode(raw[:24]).decode()


def sign(text: str) -> str:
    """Return our signature over a text, Ed25519 in hexadecimal; the same text always gets the same one."""
    return _signing_key(settings().root_secret).sign(text.encode()).hex()


def public_key() -> str:
    """Return the key with which others check our signatures, in hexadecimal."""
    return _signing_key(settings().root_secret).public_key().public_bytes_raw().hex()


def is_signed(text: str, signature: str, key: str) -> bool:
    """Whether the signature over the text was made with the private half of the key; both in hexadecimal."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


@lru_cache(maxsize=1)
def _signing_key(_root_secret: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(key_for(RECORD))


def salt() -> str:
    """Return a fresh salt for the digest of something erasable."""
    return secrets.token_hex(16)


def seal(values: dict[str, str], purpose: str = IDENTITY) -> bytes:
    """Encrypt a few named values with the key of the purpose."""
    return Fernet(base64.urlsafe_b64encode(key_for(purpose))).encrypt(json.dumps(values).encode())


def opened(sealed: bytes, purpose: str = IDENTITY) -> dict[str, str]:
    """Return what was sealed.

    Raises:
        Unreadable: it was sealed with another key, or damaged.
    """
    try:
        found: dict[str, str] = json.loads(Fernet(base64.urlsafe_b64encode(key_for(purpose))).decrypt(sealed))
    except InvalidToken as error:
        raise Unreadable(purpose) from error
    return found


def seal_with(raw_key: bytes, data: bytes) -> bytes:
    """Encrypt bytes with a key that we do not keep: that of a draft's cookie. The key has 32 bytes."""
    return Fernet(base64.urlsafe_b64encode(raw_key)).encrypt(data)


def opened_with(raw_key: bytes, sealed: bytes) -> bytes:
    """Return what was sealed with a key that we do not keep.

    Raises:
        Unreadable: another key, or damage.
    """
    try:
        return Fernet(base64.urlsafe_b64encode(raw_key)).decrypt(sealed)
    except InvalidToken as error:
        raise Unreadable("draft") from error


def make_worker_keys(folder: Path) -> None:
    """Make the worker's key pair in the folder unless it is there; the private half has mode 600.

    On one machine both halves lie side by side; separation begins when the private half is moved to the worker's.
    """
    private, public = folder / "worker.key", folder / "worker.pub"
    if public.exists():
        return
    key = PrivateKey.generate()
    descriptor = os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key.encode())
    public.write_bytes(key.public_key.encode())


def seal_to_worker(values: dict[str, str]) -> bytes:
    """Encrypt a few named values so that only the worker's private key opens them."""
    public = PublicKey((settings().VAR / "worker.pub").read_bytes())
    return SealedBox(public).encrypt(json.dumps(values).encode())


def opened_by_worker(sealed: bytes) -> dict[str, str]:
    """Return what was sealed to the worker. Only code that delivers notices calls this.

    Raises:
        Unreadable: another key, or damage.
    """
    private = PrivateKey((settings().VAR / "worker.key").read_bytes())
    try:
        found: dict[str, str] = json.loads(SealedBox(private).decrypt(sealed))
    except CryptoError as error:
        raise Unreadable("worker") from error
    return found
