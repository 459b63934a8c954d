"""The corners of reading: what a part of it does where mails seldom are."""

import pytest

from engage.incoming import addresses, charsets, headers, page, parts, quotes, sign_offs
from engage.incoming.attached import safe_name
from engage.incoming.mail import read
from engage.incoming.quotes import Known
from tests.incoming.corpus.files import tnef, tnef_file
from tests.incoming.corpus.pieces import file, mail, several, text
from tests.incoming.corpus.pieces import page as html


def head(raw: bytes) -> headers.Head:
    return headers.read(raw, 0, len(raw))


def test_a_folded_line_before_any_header_is_skipped():
    found = head(b"  lost\r\nSubject: Dust\r\n\r\nx")
    assert (found.first("subject"), found.broken) == ("Dust", True)


def test_of_a_line_that_is_folded_without_end_the_beginning_is_kept():
    found = head(b"Subject: Dust\r\n" + b" more\r\n" * 20_000 + b"\r\nx")
    assert len(found.first("subject")) <= headers.VALUE_BYTES
    assert found.first("subject").startswith("Dust more")


def test_of_a_head_without_end_the_first_headers_are_read():
    found = head(b"".join(b"X-%d: y\r\n" % number for number in range(2_000)))
    assert len(found.lines) == headers.MOST_HEADERS
    assert found.broken


STAND_IN = "To view the message, please use an HTML compatible email viewer!"


def alternatives(plain: str, marked: str) -> str:
    return read(mail(several([text(plain), html(marked)], "alternative"))).text


def test_words_that_a_form_wrote_as_html_alone_are_read_behind_what_stands_in_for_them():
    assert alternatives(STAND_IN, "<p>They came at night.</p>") == f"{STAND_IN}\n\nThey came at night."
    assert alternatives(STAND_IN, "<p>夜里他们来了我家的井边</p>").endswith("夜里他们来了我家的井边")


def test_words_that_are_there_twice_are_read_once():
    assert alternatives("They came at night.", "<p>They <b>came</b> at night.</p>") == "They came at night."
    long = "They came at night and took the pump. " * 10
    assert alternatives(long, "<p>Something else</p>") == long.strip()


@pytest.mark.parametrize("subject", ["Re: News", "RE[2]: News", "AW: News", "رد: News", "回复：News", "Odp: Re: News"])
def test_a_subject_that_a_program_made_of_ours_is_not_its_writers(subject):
    assert read(mail(text("x"), subject=subject)).own_subject == ""


@pytest.mark.parametrize("subject", ["Fwd: News", "Dust: again", "Regards the dust", "They came to my house"])
def test_a_subject_that_somebody_typed_or_passes_on_is_read(subject):
    assert read(mail(text("x"), subject=subject)).own_subject == subject


def test_a_mail_without_a_blank_line_and_without_words_has_no_words():
    raw = b"nonsense\r\nFrom: a@example.org\r\nTo: b@example.org"
    assert head(raw).body == len(raw)


def test_headers_in_eight_bits_are_read_in_some_charset_always():
    raw = b"Subject: \x81\x8d\xff"
    assert headers.read(raw, 0, len(raw), "utf-7").first("subject")
    assert headers.read(raw, 0, len(raw), "nonsense").first("subject")


def test_encoded_words_with_words_between_them_keep_those():
    assert headers.decoded("=?utf-8?q?a?= and =?utf-8?q?b?=") == "a and b"
    assert headers.decoded("=?utf-8?q?a?= =?koi8-r?q?b?=") == "ab"


@pytest.mark.parametrize(
    ("written", "main", "read_as"),
    [
        ("text/plain; charset=utf-8", "text/plain", {"charset": "utf-8"}),
        ("text/plain; =x; charset=utf-8", "text/plain", {"charset": "utf-8"}),
        ("text/plain; charset", "text/plain", {}),
        ("text/plain; ; a=b", "text/plain", {"a": "b"}),
        ("x; n**=a", "x", {"n**": "a"}),
        ("x; n*=plain", "x", {"n": "plain"}),
        ("x; " + "a=b; " * 200 + "c=d", "x", {"a": "b"}),
    ],
)
def test_parameters_are_read_as_far_as_they_are_any(written, main, read_as):
    assert headers.parameters(written) == (main, read_as)


def test_what_is_no_address_is_none():
    assert addresses.normal("a" * 400 + "@example.org") is None
    assert addresses.normal("two@signs@example.org") is None
    assert addresses.normal("here@example.org.") == "here@example.org"
    assert addresses.found(['"a, b@example.net" (c@example.net) <d@example.org>; e@example.org f']) == [
        "d@example.org",
        "e@example.org",
    ]


def test_a_charset_is_known_by_any_of_its_names():
    assert charsets.known('"UTF8"') == "utf-8"
    assert charsets.known("x\0y") is None
    assert charsets.known("base64") is None


def test_a_name_of_nothing_gets_one_by_its_kind():
    assert safe_name(" . ", "image/png") == "picture.png"
    assert safe_name("", "application/x-dust") == "file"
    assert safe_name("." + "a" * 400, "image/png").startswith("a")
    assert len(safe_name("a" * 400, "image/png")) <= 150


def test_parts_that_follow_each_other_without_a_newline_are_found():
    raw = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n--b\r\n\r\nDust.\r\n--b--"
    taken = parts.take_apart(raw)
    assert [raw[part.start : part.end] for part in taken.parts] == [b"", b"Dust."]


def test_a_wrong_line_of_uuencode_is_left_out():
    assert parts.transferred(b"begin 644 a\n#0V%T\n\xff\xff\n#0V%T\n", "x-uuencode") == b"CatCat"
    assert parts.transferred(b"no beginning", "uuencode") == b""


def test_a_page_that_cannot_be_rendered_comes_as_its_words(monkeypatch):
    def fails(tree: object, config: object) -> None:
        raise RecursionError

    monkeypatch.setattr(page, "Inscriptis", fails)
    assert page.text_of("<p>Dust</p><p>noise</p>", quotes=True) == "Dust noise"


def test_no_page_leaves_anything_behind_for_the_next():
    before = page._STYLES["body"].canvas
    page.text_of("<p>Dust</p>", quotes=True)
    assert page._STYLES["body"].canvas is before is None


@pytest.mark.parametrize("source", ["", " ", "<!-- only -->", "<?xml version='1.0'?>"])
def test_a_page_of_nothing_has_no_words(source):
    assert page.text_of(source, quotes=True).strip() == ""
    assert page.text_of(source, quotes=False).strip() == ""


def test_a_page_of_very_many_pieces_keeps_its_words():
    assert page.text_of("<i>a</i>" * 25_000, quotes=True).count("a") == 25_000


def test_an_outlook_line_that_is_the_whole_page_leaves_nothing():
    assert page.text_of("<html id='divRplyFwdMsg'><div id='divRplyFwdMsg'>x</div></html>", quotes=False) == ""


def test_a_date_and_an_address_without_wrote_or_marks_are_no_line_above_a_quote():
    words = "We met on 5.1.2026, write to a@example.org about it:\nthe wall\nthe roof"
    assert quotes.own_words(words, Known(own_addresses=frozenset({"a@example.org"}))) == words


def test_a_line_above_a_quote_that_is_gone_goes_too():
    known = Known(own_addresses=frozenset({"a@example.org"}), quotes_gone=True)
    assert quotes.own_words("Dust.\n\nOn 5.1.2026 10:00 a@example.org wrote:\n\nMore.", known) == "Dust.\n\nMore."
    assert quotes.own_words("Dust.\n\nOn 5.1.2026 10:00 engage wrote:\n", known) == "Dust."


def test_a_parser_that_finds_an_earlier_mail_that_the_table_misses_is_followed():
    czech = "Prach.\n\nDne 5. 1. 2026 v 10:00\nConcerns <c@example.net> napsal(a):\nPíšeme vám."
    assert sign_offs.without(czech, frozenset({"c@example.net"})) == "Prach."
    assert sign_offs.without(czech, frozenset({"d@example.net"})) == czech


def test_of_ninety_pages_as_much_is_read_as_of_three():
    raw = mail(several([html("<p>x</p>" * 30_000) for _ in range(90)]))
    found = read(raw)
    assert "cut_text" in found.troubles
    assert len(found.text) <= page.TEXT_CHARACTERS


def test_two_hundred_files_are_kept_whatever_they_are_packed_in():
    packed = file("winmail.dat", "application/ms-tnef", tnef(*[tnef_file("a.jpg", "a.jpg", b"x")] * 150))
    found = read(mail(several([text("Dust."), packed, *[file("b.jpg", "image/jpeg", b"y")] * 100])))
    assert len(found.files) == 200
    assert "too_many_files" in found.troubles
