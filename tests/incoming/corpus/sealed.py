"""Mails that are signed or sealed by PGP and S/MIME."""

from collections.abc import Iterator

from tests.incoming.corpus.pieces import Sample, file, mail, several, text

SIGNED = frozenset({"signed"})
SEALED = frozenset({"encrypted"})
WORDLESS = frozenset({"encrypted", "no_words"})
ARMOUR = "-----BEGIN PGP MESSAGE-----\n\nhQEMA2d1c3Q=\n=abcd\n-----END PGP MESSAGE-----"
SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
ENVELOPED_DATA = bytes.fromhex("06092a864886f70d010703")
DATA = bytes.fromhex("06092a864886f70d010701")


def der(tag: int, content: bytes) -> bytes:
    """Return a value with its tag and its length in four bytes."""
    return bytes([tag, 0x84]) + len(content).to_bytes(4) + content


def samples() -> Iterator[Sample]:
    """Yield what is read, and what stays a file."""
    yield from _pgp()
    yield from _smime()


def _pgp() -> Iterator[Sample]:
    signature = b"Content-Type: application/pgp-signature; name=signature.asc\r\n\r\n-----BEGIN PGP SIGNATURE-----\r\n"
    detached = several([text("Dust."), signature], "signed", more='; protocol="application/pgp-signature"')
    yield Sample("pgp-signed", mail(detached), shown="Dust.", troubles=SIGNED)
    version = b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n"
    sealed = several(
        [version, file("encrypted.asc", "application/octet-stream", ARMOUR.encode(), disposition="inline")], "encrypted"
    )
    yield Sample("pgp-encrypted", mail(sealed), shown="", files=("encrypted.asc",), troubles=WORDLESS)
    clear = (
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nDust.\n- - a list\n-----BEGIN PGP "
        "SIGNATURE-----\n\niQEz\n-----END PGP SIGNATURE-----\n"
    )
    yield Sample("pgp-signed-inline", mail(text(clear)), shown="Dust.\n- a list", troubles=SIGNED)
    yield Sample("pgp-encrypted-inline", mail(text(ARMOUR)), shown="", files=("message.asc",), troubles=WORDLESS)
    around = mail(text(f"Only you may read this:\n\n{ARMOUR}\n"))
    yield Sample(
        "pgp-encrypted-below-words", around, shown="Only you may read this:", files=("message.asc",), troubles=SEALED
    )
    cut = mail(text("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nDust."))
    yield Sample("pgp-signed-and-cut", cut, text_has=("Dust.",))


def _smime() -> Iterator[Sample]:
    signature = file("smime.p7s", "application/pkcs7-signature", b"0\x80")
    detached = several([text("Dust."), signature], "signed", more='; protocol="application/pkcs7-signature"')
    yield Sample("smime-signed", mail(detached), shown="Dust.", troubles=SIGNED)
    within = several([text("Dust within."), file("dust.jpg", "image/jpeg", b"\xff\xd8")])
    opaque = der(
        0x30,
        SIGNED_DATA
        + der(0xA0, der(0x30, b"\x02\x01\x01" + der(0x31, b"") + der(0x30, DATA + der(0xA0, der(0x04, within))))),
    )
    part = file("smime.p7m", 'application/pkcs7-mime; smime-type="signed-data"', opaque)
    yield Sample("smime-opaque", mail(part), shown="Dust within.", files=("dust.jpg",), troubles=SIGNED)
    pieces = b"".join(der(0x04, within[at : at + 100]) for at in range(0, len(within), 100))
    endless = (
        b"\x30\x80"
        + SIGNED_DATA
        + b"\xa0\x80\x30\x80\x02\x01\x01"
        + der(0x31, b"")
        + b"\x30\x80"
        + DATA
        + b"\xa0\x80\x24\x80"
        + pieces
        + bytes(12)
    )
    yield Sample(
        "smime-opaque-in-pieces",
        mail(file("smime.p7m", "application/x-pkcs7-mime", endless)),
        shown="Dust within.",
        files=("dust.jpg",),
        troubles=SIGNED,
    )
    broken = mail(file("smime.p7m", "application/pkcs7-mime", b"0\x80" + SIGNED_DATA))
    yield Sample("smime-opaque-and-cut", broken, shown="", files=("smime.p7m",), troubles=SIGNED | {"no_words"})
    sealed = der(0x30, ENVELOPED_DATA + der(0xA0, b"?" * 50))
    yield Sample(
        "smime-encrypted",
        mail(file("smime.p7m", "application/pkcs7-mime", sealed)),
        shown="",
        files=("smime.p7m",),
        troubles=WORDLESS,
    )
    said = mail(file("smime.p7m", "application/pkcs7-mime; smime-type=enveloped-data", b"0"))
    yield Sample("smime-encrypted-as-it-says", said, shown="", files=("smime.p7m",), troubles=WORDLESS)
