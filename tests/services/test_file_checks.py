"""What a file is, is told by its content; what it tells about people is taken out."""

import io
import zipfile

import pytest
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PIL.PngImagePlugin import PngInfo

from engage.services import attachments
from engage.services.attachments import FileRefused

VILLAGE = b"-23.5505-046.6333"


@pytest.fixture(autouse=True)
def limits(app):
    with app.app_context():
        yield


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 20), **named) -> bytes:
    target = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(target, kind, **named)
    return target.getvalue()


def telling_exif(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[Base.Make] = "TellingPhone"
    exif[Base.Orientation] = orientation
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] = (44.0, 5.0, 33.0)
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitudeRef] = "N"
    return exif


def archive(**parts: bytes | str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return target.getvalue()


def docx(**more: bytes | str) -> bytes:
    return archive(**{"[Content_Types].xml": "<Types/>", "word/document.xml": "<w:document/>"}, **more)


def box(kind: bytes, content: bytes = b"") -> bytes:
    return (8 + len(content)).to_bytes(4, "big") + kind + content


def film() -> bytes:
    told = box(b"udta", box(b"\xa9xyz", b"\x00\x11\x15\xc7" + VILLAGE))
    track = box(b"trak", box(b"udta", VILLAGE) + box(b"mdia", b"12345678" * 0))
    return (
        box(b"ftyp", b"isom\0\0\0\1isommp42")
        + box(b"moov", box(b"mvhd", bytes(100)) + track + told)
        + box(b"mdat", b"x" * 9)
    )


def checked(content: bytes, name: str = "file") -> attachments.Checked:
    return attachments.check(io.BytesIO(content), name)


def refusal(content: bytes, name: str = "file") -> str:
    with pytest.raises(FileRefused) as refused:
        checked(content, name)
    return refused.value.code


# What is hidden in files


def test_a_photo_loses_place_and_phone_and_is_turned_upright():
    made = picture("JPEG", exif=telling_exif(orientation=6), comment=b"secret", xmp=b"<x:xmpmeta>secret</x:xmpmeta>")
    assert b"TellingPhone" in made and b"secret" in made

    clean = checked(made, "IMG_1.jpg")

    assert b"TellingPhone" not in clean.read() and b"secret" not in clean.read()
    opened = Image.open(clean.content)
    assert (dict(opened.getexif()), opened.size) == ({}, (20, 40))
    assert clean.was_cleaned
    assert (clean.media_type, clean.size) == ("image/jpeg", len(clean.read()))


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
def test_pictures_of_every_kind_lose_what_they_tell(kind):
    made = picture(kind, exif=telling_exif().tobytes())
    assert b"TellingPhone" in made
    clean = checked(made)
    assert b"TellingPhone" not in clean.read()
    assert dict(Image.open(clean.content).getexif()) == {}


def test_words_inside_a_png_are_gone():
    told = PngInfo()
    told.add_text("Author", "Somebody")
    told.add_itxt("Comment", "from the village")
    clean = checked(picture("PNG", pnginfo=told))
    assert b"Somebody" not in clean.read() and b"village" not in clean.read()


def test_of_a_picture_that_moves_the_first_frame_is_kept():
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    target = io.BytesIO()
    frames[0].save(target, "GIF", save_all=True, append_images=frames[1:], comment=b"secret")
    clean = checked(target.getvalue(), "dance.gif")
    opened = Image.open(clean.content)
    assert (clean.name, clean.media_type, getattr(opened, "n_frames", 1)) == ("dance.png", "image/png", 1)
    assert opened.convert("RGB").getpixel((0, 0)) == (255, 0, 0)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_every_way_of_storing_pixels_can_be_drawn_anew(mode):
    target = io.BytesIO()
    Image.new(mode, (6, 6)).save(target, "JPEG" if mode == "CMYK" else "PNG")
    assert Image.open(checked(target.getvalue()).content).size == (6, 6)


def test_what_shows_through_becomes_white_where_the_kept_kind_knows_no_glass():
    target = io.BytesIO()
    Image.new("RGBA", (16, 16), (255, 0, 0, 0)).save(target, "AVIF")
    clean = checked(target.getvalue(), "a.avif")
    assert (clean.name, Image.open(clean.content).convert("RGB").getpixel((8, 8))) == ("a.jpg", (255, 255, 255))


def test_a_film_loses_the_boxes_that_tell_the_place_and_keeps_its_length():
    clean = checked(film(), "VID.mp4")
    assert (clean.media_type, clean.size) == ("video/mp4", len(film()))
    assert VILLAGE not in clean.read()
    assert box(b"mdat", b"x" * 9) in clean.read()
    assert not clean.was_cleaned  # what is within the film itself is not looked at, and we say so


def test_boxes_of_every_way_to_tell_their_length_are_found():
    long = (1).to_bytes(4, "big") + b"udta" + (16 + len(VILLAGE)).to_bytes(8, "big") + VILLAGE
    quicktime = box(b"moov", box(b"trak", box(b"edts")) + long + bytes(4))
    to_the_end = bytes(4) + b"meta" + VILLAGE
    made = box(b"ftyp", b"qt  \0\0\0\1qt  mp42") + quicktime + to_the_end
    clean = checked(made, "film.mov")
    assert (clean.size, VILLAGE in clean.read()) == (len(made), False)


def test_a_film_that_is_cut_off_is_refused():
    assert refusal(film()[:-5], "VID.mp4") == "broken"


# What is taken, and what is not


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"%PDF-1.7\n%%EOF", "application/pdf"),
        (docx(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (
            archive(**{"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>"}),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        (
            archive(**{"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<office/>"}),
            "application/vnd.oasis.opendocument.text",
        ),
        (b"{\\rtf1 Dust}", "application/rtf"),
        (b"BMW and MZ are words too", "text/plain"),
        ("Dust on the garden. Пыль. غبار".encode(), "text/plain"),
        ("Dust".encode("utf-16"), "text/plain"),
        (b"#!AMR\n" + bytes(40), "audio/amr"),
        (b"OggS" + bytes(40), "audio/ogg"),
        (b"ID3\x03" + bytes(40), "audio/mpeg"),
        (b"RIFF\x24\0\0\0WAVEfmt " + bytes(30), "audio/x-wav"),
    ],
)
def test_papers_recordings_and_films_are_taken(content, media_type):
    assert checked(content).media_type == media_type


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "empty.jpg", "empty"),
        (b"MZ\x90" + bytes(500), "holiday.jpg", "not_allowed"),
        (b"\x7fELF" + bytes(500), "song.mp3", "not_allowed"),
        (b"<!DOCTYPE html><p>hello", "letter.txt", "not_allowed"),
        (b"\xef\xbb\xbf  <svg onload='x()'></svg>", "drawing.png", "not_allowed"),
        (b"<?xml version='1.0'?><svg/>", "drawing.txt", "not_allowed"),
        ("<svg/>".encode("utf-16"), "drawing.txt", "not_allowed"),
        (b"\xff\xfe\x00\xd8\x00", "odd.txt", "not_allowed"),
        (b"nothing known \x00\x01\x02", "odd.bin", "not_allowed"),
        (archive(**{"letter.txt": "words"}), "letter.docx", "not_allowed"),
        (archive(mimetype="application/epub+zip"), "book.odt", "not_allowed"),
        (archive(**{"[Content_Types].xml": "<Types/>", "ppt/presentation.xml": "<p/>"}), "talk.docx", "not_allowed"),
        (docx(**{"word/vbaProject.bin": "code"}), "letter.docx", "has_macros"),
        (b"{\\rtf1 {\\object\\objdata 0105}}", "letter.rtf", "has_macros"),
        (docx()[:-30], "letter.docx", "broken"),
        (picture("PNG", (400, 400))[:-200], "photo.png", "broken"),
        (picture("JPEG", (400, 400))[:-900], "photo.jpg", "broken"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "photo.png", "broken"),
    ],
)
def test_what_is_not_taken_is_refused_with_a_reason(content, name, code):
    assert refusal(content, name) == code


def test_a_locked_paper_is_refused():
    made = bytearray(docx())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = made.find(mark)
        while start >= 0:
            made[start + at] |= 1
            start = made.find(mark, start + 4)
    assert refusal(bytes(made)) == "locked"


def test_an_archive_that_unpacks_to_more_than_fits_is_refused():
    assert refusal(docx(**{"word/media/bomb.xml": bytes(301 * 1024 * 1024)})) == "packed_too_tightly"


def test_sixteen_megabytes_are_too_much_and_fifteen_are_not():
    fifteen = b"%PDF-1.7" + bytes(15 * 1024 * 1024 - 8)
    assert checked(fifteen).size == 15 * 1024 * 1024
    assert refusal(fifteen + b"x") == "too_big"


def header_of_webp(width: int, height: int) -> bytes:
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF\x40\0\0\0WEBPVP8X\x0a\0\0\0" + bytes(4) + sides + bytes(40)


def claimed(made: bytes, width: int, height: int) -> bytes:
    """A PNG whose header claims another size."""
    header = b"IHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + made[24:29]
    return made[:12] + header + (zipfile.crc32(header) & 0xFFFFFFFF).to_bytes(4, "big") + made[33:]


@pytest.mark.parametrize(
    "content",
    [
        b"RIFF\x40\0\0\0WEBPVP8L\x0a\0\0\0\x2f\xff\xff\xff\x0f" + bytes(40),
        claimed(picture("PNG"), 60_000, 60_000),
        claimed(picture("PNG"), 9000, 9000),
        header_of_webp(16_000, 16_000),
    ],
)
def test_a_picture_that_claims_too_many_pixels_is_refused_before_it_is_opened(content):
    assert refusal(content) == "too_many_pixels"


def test_webp_without_losses_with_them_and_with_transparency_are_measured_too():
    target = io.BytesIO()
    Image.new("RGBA", (40, 20)).save(target, "WEBP")
    assert Image.open(checked(target.getvalue()).content).size == (40, 20)
    assert Image.open(checked(picture("WEBP", lossless=True)).content).size == (40, 20)
    assert Image.open(checked(picture("WEBP")).content).size == (40, 20)


def test_a_photo_from_a_very_good_camera_is_made_smaller_instead():
    target = io.BytesIO()
    Image.new("L", (8000, 6400)).save(target, "JPEG")
    assert Image.open(checked(target.getvalue()).content).size == (2000, 1600)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("dust.jpeg.exe", "dust.jpeg.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\photos\\dust.PNG", "dust.jpg"),
        ('a"b\r\nX: y;.jpg', "abX y.jpg"),
        ("\u202egpj.exe", "gpj.jpg"),
        ("прашина.jpg", "прашина.jpg"),
        ("", "file.jpg"),
        (".jpg", "file.jpg"),
        ("x" * 500 + ".jpg", "x" * 120 + ".jpg"),
    ],
)
def test_names_keep_their_words_and_lose_their_tricks(name, kept):
    assert checked(picture(), name).name == kept
