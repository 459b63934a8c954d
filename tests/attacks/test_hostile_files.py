"""Files that are something else than they say, or far larger than they look: refused on the page, and never shown."""

import io
import struct
import zipfile
import zlib

import pytest
from PIL import Image
from sqlalchemy import func, select

from engage.extensions import db
from engage.models import Attachment, Case
from engage.settings import settings
from tests import states
from tests.browsing import visit
from tests.web.as_person import Person, a_concern, words

SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='zqx()'><script>zqx()</script></svg>"
HTML = b"<!doctype html><html><script>zqx()</script></html>"


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


def gif_that_is_also_script() -> bytes:
    made = io.BytesIO()
    Image.new("P", (8, 8)).save(made, "GIF")
    return made.getvalue() + b"/*<script>zqx()</script>*/=1;"


def png_with_a_page_behind_it() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(made, "PNG")
    return made.getvalue() + HTML


def jpeg_with_a_zip_behind_it() -> bytes:
    made, packed = io.BytesIO(), io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(made, "JPEG")
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../../evil.py", "zqx()")
    return made.getvalue() + packed.getvalue()


def docx(**more: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w:document/>")
        for name, content in more.items():
            archive.writestr(name, content)
    return made.getvalue()


def zip_bomb() -> bytes:
    return docx(**{f"word/media/{number}.bin": bytes(40_000_000) for number in range(10)})


def picture_bomb() -> bytes:
    """A small file whose header claims a picture of 2,500 million points."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


REFUSED = {
    "drawing.svg": SVG,
    "drawing.jpg": SVG,
    "page.html": HTML,
    "page.png": HTML,
    "page.pdf.html": HTML,
    "program.jpg": b"MZ\x90\x00 a program",
    "macro.docx": docx(**{"word/vbaProject.bin": b"zqx"}),
    "bomb.png": picture_bomb(),
}


def stored() -> list[bytes]:
    return [path.read_bytes() for path in (settings().VAR / "files").rglob("*") if path.is_file()]


def attachments() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Attachment))


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_is_not_what_it_says_is_refused_on_the_page_and_the_words_are_kept(client, team, name):
    page = visit(client, "/s/BOR/raise").submit(
        client, what_happened="The well is dry.", files=[(io.BytesIO(REFUSED[name]), name)], send="now"
    )
    assert page.status == 422
    assert name in " ".join(page.errors.values())
    assert page.fields()["what_happened"] == "The well is dry."
    assert db.session.scalar(select(func.count()).select_from(Case)) == 0


def test_an_archive_that_unpacks_to_hundreds_of_megabytes_is_refused_before_it_is_unpacked(client, team):
    bomb = zip_bomb()
    assert len(bomb) < 1_000_000
    page = visit(client, "/s/BOR/raise").submit(client, files=[(io.BytesIO(bomb), "plan.docx")], send="now")
    assert page.status == 422
    assert "holds too much packed into it" in " ".join(page.errors.values())


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("a.gif", gif_that_is_also_script),
        ("a.png", png_with_a_page_behind_it),
        ("a.jpg", jpeg_with_a_zip_behind_it),
    ],
)
def test_a_picture_that_is_also_something_else_is_only_a_picture_afterwards(client, team, name, made):
    before = set(stored())
    code = visit(client, "/s/BOR/raise").submit(client, files=[(io.BytesIO(made()), name)], send="now").code
    kept = [content for content in stored() if content not in before]
    assert kept
    for content in kept:
        assert b"zqx" not in content
        assert b"<script" not in content
        assert b"PK\x03\x04" not in content
    person = Person(client, code)
    row = db.session.scalars(select(Attachment.id)).one()
    with person.client.get(f"/case/files/{row}") as answer:
        assert answer.mimetype.startswith("image/")
        assert answer.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    "name", ["../../evil.txt", "..\\..\\evil.txt", "/etc/cron.d/evil", 'a"\r\nSet-Cookie: x=y.txt', "evil\u202etxt.exe"]
)
def test_the_name_of_a_file_leads_nowhere_and_breaks_no_header(client, team, name):
    code = visit(client, "/s/BOR/raise").submit(client, files=[(io.BytesIO(b"plots"), name)], send="now").code
    person = Person(client, code)
    file_id = db.session.scalars(select(Attachment.id)).one()
    with person.client.get(f"/case/files/{file_id}") as answer:
        assert answer.status_code == 200
        assert answer.headers.getlist("Set-Cookie") == [] or "x=y" not in str(answer.headers.getlist("Set-Cookie"))
        assert "/" not in answer.headers["Content-Disposition"].replace("UTF-8''", "")
        assert "\u202e" not in answer.headers["Content-Disposition"]
    assert not (settings().VAR.parent / "evil.txt").exists()


def test_files_on_a_message_are_held_to_the_same(client, team):
    person = Person(client, a_concern(team.site_id).code)
    fields = person.fields("/case/view", "/case/messages")
    sent = {**fields, "message": "Look.", "files": [(io.BytesIO(SVG), "look.svg")]}
    assert "look.svg" in words(client.post("/case/messages", data=sent))
    assert attachments() == 0
