"""Mails that are built to take for ever, or all memory, are read all the same: each of these once did or could.

Nothing is timed here: what does not end is ended by faulthandler's timeout.
"""

import pytest

from engage.incoming import page, parts
from engage.incoming.mail import LARGEST, read, stripped_copy
from tests.incoming.corpus.pieces import PERSON, mail, several, text
from tests.incoming.corpus.pieces import page as html

pytestmark = pytest.mark.slow

PLAIN = b"Content-Type: text/plain; charset=utf-8\r\n\r\n"

PAGES = {
    "deep": "<div>" * 50_000 + "x" + "</div>" * 50_000,
    "deep-tables": "<table><tr><td>" * 20_000 + "x",
    "lists-within-lists": "<ul><li>a" * 30_000,
    "one-line-of-many-pieces": "<b>a</b>" * 50_000,
    "many-pictures": "<img>x" * 60_000,
    "many-attributes": "<p " + " ".join(f"a{number}" for number in range(60_000)) + ">x",
    "attributes-in-quotes": '<style><a x="</style><p ' + " a" * 90_000 + '">x',
    "a-wide-cell-above-many-rows": f"<table><tr><td>{'w' * 100_000}<td>x</tr>" + "<tr><td>a<td>b</tr>" * 15_000,
    "links-within-links": "<a href=http://example.org/a>" * 13_000,
    "open-comments": "<!--" * 90_000,
    "signs": "<" * 300_000,
    "entities": "&lt;" * 90_000,
    "quotes": "<blockquote type=cite>x</blockquote>y" * 10_000,
}
LINES = {
    "greater-signs": ">" * 200_000,
    "blank-lines": "x\n" + "\n" * 11_900 + "x",
    "blanks": (" " * 199 + "\n") * 60,
    "on-on-on": ("On " * 60 + "\n") * 60,
    "from-from": ("From:" + " *" * 90 + "\n") * 60,
    "lines-of-dashes": ("- " * 90 + "x" + " -" * 90 + "\n") * 1_000,
    "colons": "2026 wrote a@b :\nx\n" * 15_000,
    "disclaimers": ("CAUTION: mai " * 14 + "\n") * 60,
    "am-schrieb": ("Am a schrieb b " * 13 + "\n") * 60,
    "underscores": ("_-" * 99 + "\n\n\n") * 60,
    "stand-ins": "\ue0000\ue001\n" * 500,
    "signed-and-never-closed": "-----BEGIN PGP SIGNED MESSAGE-----\n\nx\n" * 7_000,
    "sealed-and-never-closed": "-----BEGIN PGP MESSAGE-----\n\nx\n" * 7_000,
}
HEADS = {
    "a-long-line": b"Subject: " + b"a" * 1_000_000,
    "encoded-words": b"Subject: " + b"=?a?q?" * 100_000,
    "comments": b"To: " + b"(" * 30_000,
    "quotes": b"To: " + b'"\\' * 15_000,
    "recipients": b"To: " + b",".join(b"a%d@example.org" % number for number in range(3_000)),
    "parameters": b"Content-Type: text/plain; " + b"a=b;" * 8_000,
    "equal-signs": b"Content-Type: text/plain; " + b"=" * 30_000,
    "backslashes": b'Content-Type: text/plain; a="' + b"\\" * 30_000,
}


@pytest.mark.parametrize("markup", PAGES.values(), ids=PAGES)
def test_a_hostile_page_is_read(markup):
    raw = mail(html(markup))
    found = read(raw)
    assert found.why == "written"
    assert len(found.text) <= page.TEXT_CHARACTERS
    assert stripped_copy(raw) != b"\n"


@pytest.mark.parametrize("words", LINES.values(), ids=LINES)
def test_hostile_words_are_read(words):
    found = read(mail(text(words)))
    assert found.why == "written"
    assert found.shown or found.text == ""


@pytest.mark.parametrize("line", HEADS.values(), ids=HEADS)
def test_a_hostile_head_is_read(line):
    raw = b"From: %s\r\n%s\r\n\r\nDust." % (PERSON.encode(), line)
    found = read(raw)
    assert (found.why, found.sender, found.text) == ("written", PERSON, "Dust.")
    assert len(found.recipients) <= 200


@pytest.mark.parametrize("depth", [50, 500, 5_000])
@pytest.mark.parametrize("kind", ["mixed", "alternative", "report", "signed"])
def test_parts_in_parts_are_read_down_to_the_twentieth(kind, depth):
    begin = b"".join(
        b"Content-Type: multipart/%s; boundary=b%d\r\n\r\n--b%d\r\n" % (kind.encode(), at, at) for at in range(depth)
    )
    found = read(mail(begin + b"\r\nThe end."))
    assert "too_deep" in found.troubles
    assert found.why == "written"


def test_mails_in_mails_by_the_hundred_thousand_are_read():
    found = read(mail(b"Content-Type: message/rfc822\r\n\r\n" * 100_000))
    assert "too_deep" in found.troubles


def test_of_a_hundred_thousand_parts_two_hundred_are_read():
    found = read(mail(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 100_000))
    assert "too_many_parts" in found.troubles
    assert found.text.count("x") == parts.MOST_PARTS - 1


def test_of_a_mail_that_is_too_big_the_head_is_read():
    found = read(mail(PLAIN + b"x" * LARGEST, subject="Large"))
    assert (found.subject, found.sender, found.text) == ("Large", PERSON, "")
    assert found.troubles == ("too_big", "no_words")


def test_a_boundary_of_every_sign_is_taken_as_it_is():
    boundary = "a.*+?()[b]{2}|^$"
    found = read(mail(several([text("Dust."), text("Noise.")], boundary=boundary)))
    assert found.text == "Dust.\n\nNoise."


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "x-uuencode"])
def test_twenty_megabytes_of_nonsense_in_an_encoding_are_read(encoding):
    raw = mail(
        f"Content-Type: text/plain\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode() + b"=\n\xff" * 7_000_000
    )
    assert read(raw).why == "written"
