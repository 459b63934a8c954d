"""Mails with files: their names in every spelling, and Outlook's winmail.dat."""

import struct
from collections.abc import Iterator

from tests.incoming.corpus.pieces import Sample, file, mail, page, several, text

WORDS = text("See the picture.")
PICTURE = b"\xff\xd8\xff\xe0 dust"


def named(header: str) -> bytes:
    """Return a mail whose file has a name written so."""
    part = (
        f"Content-Type: image/jpeg\r\nContent-Disposition: attachment; {header}\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n/9j/4AAQ\r\n"
    )
    return mail(several([WORDS, part.encode()]))


def samples() -> Iterator[Sample]:
    """Yield files."""
    yield Sample(
        "file",
        mail(several([WORDS, file("dust.jpg", "image/jpeg", PICTURE)])),
        shown="See the picture.",
        files=("dust.jpg",),
    )
    yield from _names()
    yield from _sorts()
    yield from _winmail()


def _names() -> Iterator[Sample]:
    names = {
        "rfc2231": ("filename*=utf-8''Staub%20%C3%BCberall.jpg", "Staub überall.jpg"),
        "rfc2231-pieces": ("filename*0*=utf-8''Staub%20; filename*1*=%C3%BCber; filename*2=.jpg", "Staub über.jpg"),
        "rfc2231-latin": ("filename*=iso-8859-1'de'Stra%DFe.jpg", "Straße.jpg"),
        "rfc2047": ('filename="=?utf-8?b?U3RhdWIuanBn?="', "Staub.jpg"),
        "eight-bits": ('filename="пыль.jpg"', "пыль.jpg"),
        "bare": ("filename=dust.jpg", "dust.jpg"),
        "quoted-marks": (r'filename="a \"dust\" day.jpg"', "a _dust_ day.jpg"),
        "semicolon": ('filename="dust;noise.jpg"', "dust;noise.jpg"),
        "unix-path": ('filename="../../etc/passwd"', "passwd"),
        "windows-path": (r'filename="C:\\temp\\dust.jpg"', "dust.jpg"),
        "turned": ('filename="dust\u202egpj.exe"', "dustgpj.exe"),
        "controls": ('filename*=utf-8\'\'du%00s%0At%1F.jpg', "dus_t.jpg"),
        "dots": ('filename=".."', "picture.jpg"),
        "empty": ('filename=""', "picture.jpg"),
        "no-name": ("x=y", "picture.jpg"),
        "colons": ('filename="a:b|c?.jpg"', "a_b_c_.jpg"),
        "unclosed": ('filename="dust.jpg', "dust.jpg"),
    }  # fmt: skip
    for name, (header, expected) in names.items():
        yield Sample(f"name-{name}", named(header), shown="See the picture.", files=(expected,))
    long = "я" * 200 + ".jpg"
    yield Sample("name-long", named(f'filename="{long}"'), files=("я" * 73 + ".jpg",))


def _sorts() -> Iterator[Sample]:
    vcard = file("me.vcf", "text/vcard", b"BEGIN:VCARD\nEND:VCARD")
    yield Sample("card", mail(several([WORDS, vcard])), shown="See the picture.", files=("me.vcf",))
    notes = file("notes.txt", "text/plain", b"Noted", disposition="inline")
    yield Sample(
        "text-file",
        mail(several([WORDS, notes])),
        shown="See the picture.",
        text_lacks=("Noted",),
        files=("notes.txt",),
    )
    table = file("page.html", "text/html", b"<p>x</p>")
    yield Sample("html-file", mail(several([WORDS, table])), shown="See the picture.", files=("page.html",))
    alone = mail(file("dust.jpg", "image/jpeg", PICTURE))
    yield Sample("nothing-but-a-file", alone, shown="", files=("dust.jpg",), troubles=frozenset({"no_words"}))
    uu = (
        b'Content-Type: image/jpeg; name="dust.jpg"\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\n'
        b"begin 644 dust.jpg\r\n#0V%T\r\n`\r\nend\r\n"
    )
    yield Sample("uuencoded", mail(several([WORDS, uu])), files=("dust.jpg",))
    many = [file(f"{number}.jpg", "image/jpeg", PICTURE) for number in range(150)]
    yield Sample("many-files", mail(several([WORDS, *many])), files=tuple(f"{number}.jpg" for number in range(150)))
    large = mail(several([WORDS, file("film.mp4", "video/mp4", bytes(25 * 1024 * 1024))]))
    yield Sample("25-megabytes", large, shown="See the picture.", files=("film.mp4",))


def tnef_piece(level: int, name: int, kind: int, content: bytes) -> bytes:
    """Return one attribute of a TNEF."""
    return struct.pack("<BHHI", level, name, kind, len(content)) + content + struct.pack("<H", sum(content) & 0xFFFF)


def tnef_property(kind: int, number: int, content: bytes) -> bytes:
    """Return one MAPI property whose value has a length."""
    return struct.pack("<HHII", kind, number, 1, len(content)) + content + bytes(-len(content) % 4)


def tnef(*pieces: bytes) -> bytes:
    """Return a winmail.dat of attributes."""
    begin = struct.pack("<IH", 0x223E9F78, 1) + tnef_piece(1, 0x9006, 8, struct.pack("<I", 0x10000))
    return begin + tnef_piece(1, 0x9007, 6, struct.pack("<II", 1252, 0)) + b"".join(pieces)


def tnef_file(title: str, long_title: str, content: bytes) -> bytes:
    """Return the attributes of one file: a short name, its bytes, and its long name as a property."""
    properties = (
        struct.pack("<I", 2)
        + struct.pack("<HHI", 3, 0x3705, 1)
        + tnef_property(0x1F, 0x3707, f"{long_title}\0".encode("utf-16-le"))
    )
    return (
        tnef_piece(2, 0x9002, 6, bytes(14))
        + tnef_piece(2, 0x8010, 1, title.encode() + b"\0")
        + tnef_piece(2, 0x800F, 6, content)
        + tnef_piece(2, 0x9005, 6, properties)
    )


def _winmail() -> Iterator[Sample]:
    winmail = frozenset({"winmail"})
    packed = tnef(
        tnef_file("DUST~1.JPG", "dust überall.jpg", PICTURE + bytes(3)), tnef_file("b.pdf", "plan.pdf", b"%PDF")
    )
    both = mail(several([WORDS, file("winmail.dat", "application/ms-tnef", packed)]))
    yield Sample("winmail", both, shown="See the picture.", files=("dust überall.jpg", "plan.pdf"), troubles=winmail)
    octets = mail(several([WORDS, file("winmail.dat", "application/octet-stream", packed)]))
    yield Sample("winmail-by-its-name", octets, files=("dust überall.jpg", "plan.pdf"), troubles=winmail)
    body = tnef(tnef_piece(1, 0x800C, 2, b"Dust in TNEF.\0"))
    yield Sample(
        "winmail-with-the-words",
        mail(file("winmail.dat", "application/ms-tnef", body)),
        shown="Dust in TNEF.",
        troubles=winmail,
    )
    twice = mail(several([WORDS, file("winmail.dat", "application/ms-tnef", body)]))
    yield Sample("winmail-with-the-words-again", twice, shown="See the picture.", troubles=winmail)
    html = tnef(tnef_piece(1, 0x9003, 6, struct.pack("<I", 1) + tnef_property(0x0102, 0x1013, b"<p>Dust in HTML.</p>")))
    yield Sample(
        "winmail-with-html",
        mail(file("winmail.dat", "application/ms-tnef", html)),
        shown="Dust in HTML.",
        troubles=winmail,
    )
    cut = mail(several([WORDS, file("winmail.dat", "application/ms-tnef", packed[: len(packed) - 30])]))
    yield Sample("winmail-cut", cut, files=("dust überall.jpg", "b.pdf"), troubles=winmail)
    broken = mail(several([WORDS, file("winmail.dat", "application/ms-tnef", b"no tnef at all")]))
    yield Sample("winmail-broken", broken, files=("winmail.dat",), troubles=winmail)
    endless = struct.pack("<I", 0xFFFFFFFF) + struct.pack("<HHI", 0x1003, 0x3705, 0xFFFFFFFF)
    hostile = tnef(
        tnef_piece(2, 0x9002, 6, bytes(14)), tnef_piece(2, 0x9005, 6, endless), tnef_piece(2, 0x800F, 6, b"x")
    )
    yield Sample(
        "winmail-that-counts-without-end",
        mail(several([WORDS, file("winmail.dat", "application/ms-tnef", hostile)])),
        files=("file",),
        troubles=winmail,
    )
    small = tnef(*[tnef_piece(1, 0x8006, 3, b"")] * 5_000)
    yield Sample(
        "winmail-of-many-pieces",
        mail(several([WORDS, file("winmail.dat", "application/ms-tnef", small)])),
        files=("winmail.dat",),
        troubles=winmail,
    )
    within = tnef(tnef_file("winmail.dat", "winmail.dat", packed))
    yield Sample(
        "winmail-within-winmail",
        mail(several([page("<p>x</p>"), file("winmail.dat", "application/ms-tnef", within)])),
        files=("winmail.dat",),
        troubles=winmail,
    )
