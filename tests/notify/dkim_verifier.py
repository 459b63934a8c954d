"""A check of DKIM signatures written from RFC 6376 and RFC 8463 alone, so that signer and check share no fault."""

import base64
import hashlib
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key


def tags_of(text: str) -> dict[str, str]:
    """The tags of a list, without white space in their values. RFC 6376, 3.2."""
    pairs = (part.split("=", 1) for part in text.split(";") if part.strip())
    return {name.strip(): re.sub(r"\s+", "", value) for name, value in pairs}


def fields_of(raw: bytes) -> tuple[list[tuple[str, bytes]], bytes]:
    """The header fields as they are on the wire, and the body."""
    head, _, body = raw.partition(b"\r\n\r\n")
    fields: list[tuple[str, bytes]] = []
    for line in head.split(b"\r\n"):
        if line[:1] in (b" ", b"\t"):
            name, value = fields[-1]
            fields[-1] = (name, value + b"\r\n" + line)
        else:
            name_octets, _, value = line.partition(b":")
            fields.append((name_octets.decode(), value))
    return fields, body


def relaxed_field(name: str, value: bytes) -> bytes:
    """RFC 6376, 3.4.2."""
    unfolded = re.sub(rb"[ \t]+", b" ", value.replace(b"\r\n", b"")).strip(b" \t")
    return name.lower().strip().encode() + b":" + unfolded


def relaxed_body(body: bytes) -> bytes:
    """RFC 6376, 3.4.4."""
    lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" \t") for line in body.split(b"\r\n")]
    while lines and lines[-1] == b"":
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines)


def covered(raw: bytes) -> list[str]:
    """The names of what is signed, as often as they are."""
    fields, _ = fields_of(raw)
    return tags_of(fields[0][1].decode())["h"].lower().split(":")


def is_genuine(raw: bytes, records: dict[str, str]) -> bool:
    """Whether the first signature of the mail holds; the records stand for the DNS, by name."""
    fields, body = fields_of(raw)
    name, value = fields[0]
    assert name == "DKIM-Signature"
    tags = tags_of(value.decode())
    assert (tags["v"], tags["c"]) == ("1", "relaxed/relaxed")
    if base64.b64decode(tags["bh"]) != hashlib.sha256(relaxed_body(body)).digest():
        return False
    left = fields[1:]
    hashed = b""
    for wanted in tags["h"].lower().split(":"):
        for place in range(len(left) - 1, -1, -1):  # from the bottom up; what is not there counts as nothing
            if left[place][0].lower() == wanted:
                hashed += relaxed_field(*left.pop(place)) + b"\r\n"
                break
    hashed += relaxed_field(name, re.sub(rb"(;\s*b=)[^;]*", rb"\1", value))
    record = tags_of(records[f"{tags['s']}._domainkey.{tags['d']}"])
    signature, key = base64.b64decode(tags["b"]), base64.b64decode(record["p"])
    try:
        if tags["a"] == "ed25519-sha256":
            assert record["k"] == "ed25519"
            Ed25519PublicKey.from_public_bytes(key).verify(signature, hashlib.sha256(hashed).digest())
        else:
            public = load_der_public_key(key)
            assert isinstance(public, RSAPublicKey)
            assert (tags["a"], record["k"]) == ("rsa-sha256", "rsa")
            public.verify(signature, hashed, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True
