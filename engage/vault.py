"""Keys and sealing: one root secret, one derived key per purpose, and the worker's own key pairs for relay contacts.

What a case holds of its person is sealed by `engage.data_keys`.
"""

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
SMS_THREAD, SMS_ID = "sms-thread", "sms-id"
ADDRESS, SAME_PERSON = "address-link", "same-person"
SECOND_FACTOR, RECOVERY = "second-factor", "recovery-code"
ACCOUNT_LINK, ASKED_RESET, SINGLE_SIGN_ON = "account-link", "asked-reset", "single-sign-on"
FORMER_ADDRESS = "former-address"
MAIL_ADDRESS, NOTICE_MARK, THREAD = "mail-address", "notice-mark", "thread"
MAIL, MAIL_SENDER = "received-mail", "mail-sender"
CIRCUIT = "circuit"
WORKER_KEY, WORKER_PUBLIC = "worker.key", "worker.pub"


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


def account_code(link_id: uuid.UUID) -> str:
    """Return the secret part of a link to choose a password, derived anew from the row's id by whoever sends it."""
    return receipts.code_from(link_id.bytes, key_for(ACCOUNT_LINK))


def sign(text: str) -> str:
    """Return our signature over a text, Ed25519 in hexadecimal; the same text always gets the same one."""
    return _signing_key(settings().root_secret).sign(text.encode()).hex()


def public_key() -> str:
    """Return the key with which others check our signatures, in hexadecimal."""
    return _signing_key(settings().root_secret).public_key().public_bytes_raw().hex()


def signing_keys() -> frozenset[str]:
    """Return the keys with which we sign or have signed: the present one, and those the operator lists as former."""
    return frozenset({public_key(), *settings().FORMER_SIGNING_KEYS.split()})


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


def make_worker_keys(folder: Path, private_folder: Path | None = None) -> None:
    """Make the worker's key pair in the folder unless it is there; the private half has mode 600.

    On one machine both halves lie side by side; separation begins when the private half is moved to the worker's.
    """
    private, public = (private_folder or folder) / WORKER_KEY, folder / WORKER_PUBLIC
    if public.exists():
        return
    key = PrivateKey.generate()
    _write_secret(private, key.encode())
    public.write_bytes(key.public_key.encode())


def turn_worker_keys() -> int:
    """Make a new pair for the worker, keep the private half before it, and return how many old ones there are now.

    At no moment does the worker lack the half for what is sealed: the new one lies there before anybody seals to it.

    Raises:
        FileNotFoundError: the worker's private key is not on this machine.
    """
    folder = settings().worker_keys
    private, key = folder / WORKER_KEY, PrivateKey.generate()
    number = len(_old_worker_keys()) + 1
    own, public = folder / f"{WORKER_KEY}.new", settings().VAR / f"{WORKER_PUBLIC}.new"
    own.unlink(missing_ok=True)  # of a turn that was cut off
    _write_secret(own, key.encode())
    public.write_bytes(key.public_key.encode())
    os.link(private, folder / f"worker-{number:04}.key")
    own.replace(private)
    public.replace(settings().VAR / WORKER_PUBLIC)
    return number


def has_worker_key() -> bool:
    """Whether the worker's private key is on this machine."""
    return (settings().worker_keys / WORKER_KEY).exists()


def worker_keys_fit() -> bool:
    """Whether what is sealed now opens with the newest private key of this machine."""
    return _private(settings().worker_keys / WORKER_KEY).public_key.encode() == _public().encode()


def is_sealed_to_older(sealed: bytes) -> bool:
    """Whether what was sealed to the worker opens with an old private key alone.

    Raises:
        Unreadable: it opens with none.
    """
    try:
        SealedBox(_private(settings().worker_keys / WORKER_KEY)).decrypt(sealed)
    except CryptoError:
        opened_by_worker(sealed)
        return True
    return False


def seal_to_worker(values: dict[str, str]) -> bytes:
    """Encrypt a few named values so that only the worker's private key opens them."""
    return SealedBox(_public()).encrypt(json.dumps(values).encode())


def opened_by_worker(sealed: bytes) -> dict[str, str]:
    """Return what was sealed to the worker. Only code that delivers notices, or seals them to a newer key, calls this.

    What is sealed names no key, so the newest is tried first.

    Raises:
        Unreadable: another key, or damage.
        FileNotFoundError: the worker's private key is not on this machine.
    """
    for path in (settings().worker_keys / WORKER_KEY, *_old_worker_keys()):
        try:
            found: dict[str, str] = json.loads(SealedBox(_private(path)).decrypt(sealed))
        except CryptoError:
            continue
        return found
    raise Unreadable("worker")


def _old_worker_keys() -> list[Path]:
    """The private keys before the newest, newest first."""
    return sorted(settings().worker_keys.glob("worker-*.key"), reverse=True)


def _private(path: Path) -> PrivateKey:
    return PrivateKey(path.read_bytes())


def _public() -> PublicKey:
    return PublicKey((settings().VAR / WORKER_PUBLIC).read_bytes())


def _write_secret(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
