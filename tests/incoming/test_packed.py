"""What is packed into a part: winmail.dat beside the library that reads it, too, and what S/MIME really signs."""

import struct
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID
from tnefparse import TNEF

from engage import clock
from engage.incoming import tnef as reader
from engage.incoming.armour import bare, signed_content
from engage.incoming.mail import read
from tests.incoming.corpus.files import tnef, tnef_file, tnef_piece, tnef_property
from tests.incoming.corpus.pieces import file, mail, several, text

CONTENT = b"\xff\xd8 dust"


def test_tnefparse_finds_the_same_files_and_words():
    packed = tnef(
        tnef_piece(1, 0x800C, 2, b"Dust.\0"),
        tnef_file("A.JPG", "first dust.jpg", CONTENT),
        tnef_file("B.JPG", "second.jpg", b"%PDF"),
    )
    library, found = TNEF(packed), reader.unpacked(packed)
    assert found is not None
    assert [one.name for one in found.files] == [one.long_filename() for one in library.attachments]
    assert [one.content for one in found.files] == [one.data for one in library.attachments]
    assert found.text == library.body.rstrip(b"\0").decode()
    assert found.whole


def test_zeros_at_the_end_of_a_file_stay():
    found = reader.unpacked(tnef(tnef_file("a.bin", "a.bin", b"x" + bytes(5))))
    assert found is not None
    assert found.files[0].content == b"x" + bytes(5)


def properties(*of: bytes) -> bytes:
    return struct.pack("<I", len(of)) + b"".join(of)


def test_words_and_files_are_found_among_properties_of_every_kind():
    guid = bytes(16)
    by_number = (
        struct.pack("<HH", 0x1E, 0x8001) + guid + struct.pack("<II", 0, 7) + struct.pack("<II", 1, 3) + b"ab\0\0"
    )
    by_name = (
        struct.pack("<HH", 0x1E, 0x8002)
        + guid
        + struct.pack("<II", 1, 6)
        + b"n\0\0\0\0\0\0\0"
        + struct.pack("<II", 1, 1)
        + b"c\0\0\0"
    )
    numbers = struct.pack("<HHI", 0x1003, 0x3705, 3) + bytes(12)
    short = struct.pack("<HHI", 0x02, 0x0001, 5)
    body = tnef_property(0x1F, 0x1000, "Dust überall.\0".encode("utf-16-le"))
    found = reader.unpacked(tnef(tnef_piece(1, 0x9003, 6, properties(by_number, by_name, numbers, short, body))))
    assert found is not None
    assert found.text == "Dust überall."
    of_object = tnef_property(0x0D, 0x3701, bytes(16) + CONTENT)
    short_name = tnef_property(0x1E, 0x3704, b"dust.jpg\0")
    packed = tnef(
        tnef_piece(2, 0x9005, 6, b""),
        tnef_piece(2, 0x9002, 6, bytes(14)),
        tnef_piece(2, 0x9005, 6, properties(short_name, of_object)),
    )
    found = reader.unpacked(packed)
    assert found is not None
    assert [(one.name, one.content) for one in found.files] == [("dust.jpg", CONTENT)]


@pytest.mark.parametrize(
    "piece",
    [
        b"",
        b"\1",
        struct.pack("<I", 1),
        struct.pack("<IHH", 1, 0x1E, 0x8001),
        struct.pack("<IHHI", 1, 0x1E, 0x1000, 0xFFFFFFFF),
        struct.pack("<IHHII", 1, 0x1E, 0x1000, 1, 0xFFFFFFFF),
        struct.pack("<IHHI", 1, 0x1003, 0x1000, 0xFFFFFFFF),
        struct.pack("<IHHI", 1, 0x0999, 0x1000, 1),
    ],
)
def test_properties_that_lie_about_their_length_say_nothing(piece):
    found = reader.unpacked(tnef(tnef_piece(1, 0x9003, 6, piece)))
    assert found is not None
    assert found.text.strip("\0") == ""


def test_a_code_page_that_nobody_knows_leaves_that_of_western_europe():
    begin = struct.pack("<IH", 0x223E9F78, 1) + tnef_piece(1, 0x9007, 6, struct.pack("<II", 99_999, 0))
    found = reader.unpacked(begin + tnef_piece(1, 0x800C, 2, "Straße\0".encode("cp1252")))
    assert found is not None
    assert found.text == "Straße"


def test_what_is_signed_within_is_read_as_the_signer_wrote_it():
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A resident")])
    now = clock.utcnow()
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
        .not_valid_before(now).not_valid_after(now + timedelta(days=1)).sign(key, hashes.SHA256())
    )  # fmt: skip
    within = several([text("Dust within."), file("dust.jpg", "image/jpeg", CONTENT)])
    builder = pkcs7.PKCS7SignatureBuilder().set_data(within).add_signer(certificate, key, hashes.SHA256())
    opaque = builder.sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])
    found = read(mail(file("smime.p7m", "application/pkcs7-mime", opaque)))
    assert (found.shown, [one.content for one in found.files], found.troubles) == (
        "Dust within.",
        [CONTENT],
        ("signed",),
    )


SIGNED = bytes.fromhex("06092a864886f70d010702")
DATA = bytes.fromhex("06092a864886f70d010701")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        SIGNED,
        SIGNED + DATA,
        SIGNED + DATA + b"\x30",
        SIGNED + DATA + b"\xa0\x80",
        SIGNED + DATA + b"\xa0\x80\x30\x02ab",
        SIGNED + DATA + b"\xa0\x89" + bytes(9),
        SIGNED + DATA + b"\xa0\x80\x24\x80\x04\x80",
        SIGNED + DATA + b"\xa0\x80\x24\x80\x05\x00",
        SIGNED + DATA + b"\xa0\x80\x04\x80",
        SIGNED + DATA + b"\xa0\x80\x24\x85\xff\xff\xff\xff\xff\x04",
    ],
)
def test_a_signature_around_nothing_says_nothing(content):
    assert signed_content(content) is None


def test_words_around_a_signed_text_are_kept():
    signed = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nDust.\n-----BEGIN PGP SIGNATURE-----\n\nx\n"
    assert bare(f"Before.\n{signed}-----END PGP SIGNATURE-----\nAfter.").text == "Before.\nDust.\n\nAfter."
    assert bare(f"Before.\n{signed}").text == "Before.\nDust.\n"
    assert bare("-----BEGIN PGP PUBLIC KEY BLOCK-----").signed is False
