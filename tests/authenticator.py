"""A device with a passkey, in software: it answers as browsers and devices do, and as they never should."""

import hashlib
import json
import secrets
import struct
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

_PRESENT, _VERIFIED, _ATTESTED = 0x01, 0x04, 0x40
_ES256, _EC2, _P256 = -7, 2, 1  # COSE, RFC 9053


class Authenticator:
    """One device. What it is told to do wrong it does wrong: another origin, another address, no unlocking."""

    def __init__(self, origin: str = "https://localhost", rp_id: str = "localhost") -> None:
        self.origin, self.rp_id = origin, rp_id
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.credential_id = secrets.token_bytes(32)
        self.count = 0
        self.unlocks = True

    def copy(self) -> "Authenticator":
        """A second device with the same key, as a thief makes it."""
        other = Authenticator(self.origin, self.rp_id)
        other.key, other.credential_id, other.count = self.key, self.credential_id, self.count
        return other

    def create(self, options: str) -> str:
        """Answer to navigator.credentials.create, with attestation "none"."""
        public = self.key.public_key().public_numbers()
        cose = {1: _EC2, 3: _ES256, -1: _P256, -2: public.x.to_bytes(32, "big"), -3: public.y.to_bytes(32, "big")}
        attested = bytes(16) + struct.pack(">H", len(self.credential_id)) + self.credential_id + cbor2.dumps(cose)
        data = self._data(_ATTESTED) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options)
        return self._answer({"attestationObject": _text(attestation), "clientDataJSON": _text(client)})

    def get(self, options: str) -> str:
        """Answer to navigator.credentials.get."""
        self.count += 1
        data, client = self._data(), self._client("webauthn.get", options)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        found = {"authenticatorData": _text(data), "clientDataJSON": _text(client), "signature": _text(signature)}
        return self._answer(found)

    def _data(self, flags: int = 0) -> bytes:
        flags |= _PRESENT | (_VERIFIED if self.unlocks else 0)
        return hashlib.sha256(self.rp_id.encode()).digest() + struct.pack(">BI", flags, self.count)

    def _client(self, kind: str, options: str) -> bytes:
        said = {"type": kind, "challenge": json.loads(options)["challenge"], "origin": self.origin}
        return json.dumps(said).encode()

    def _answer(self, response: dict[str, Any]) -> str:
        own = _text(self.credential_id)
        return json.dumps({"id": own, "rawId": own, "type": "public-key", "response": response})


def challenge_of(options: str) -> bytes:
    """The question in what a browser hands to a device."""
    return base64url_to_bytes(json.loads(options)["challenge"])


def _text(raw: bytes) -> str:
    return bytes_to_base64url(raw)
