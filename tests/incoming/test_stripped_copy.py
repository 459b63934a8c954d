"""Staff read a copy of a mail in which no address is, and nothing that leads to one."""

import base64

import pytest

from engage.incoming.addresses import masked
from engage.incoming.mail import stripped_copy
from tests.incoming.corpus import SAMPLES
from tests.incoming.corpus.pieces import PERSON, file, head, mail, page, several, text

LEADS = {
    "reply_to": PERSON,
    "return_path": f"<{PERSON}>",
    "sender": PERSON,
    "received": f"from home ([192.0.2.7]) by mx.example.net for <{PERSON}>; Mon, 5 Jan 2026 10:00:00 +0000",
    "dkim_signature": "v=1; d=example.org; s=a; i=@example.org",
    "x_originating_ip": "[192.0.2.7]",
    "authentication_results": f"mx; spf=pass smtp.mailfrom={PERSON}",
    "arc_seal": "i=1; d=example.org",
    "x_google_smtp_source": "example-org-source",
    "disposition_notification_to": PERSON,
    "x_anything_new": PERSON,
    "cc": PERSON,
    "user_agent": "Program of example.org",
}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_no_copy_of_the_corpus_holds_an_address(sample):
    copy = stripped_copy(sample.raw)
    assert b"@" not in copy
    assert copy.decode("utf-8").endswith("\n")


@pytest.mark.parametrize(("name", "value"), LEADS.items())
def test_a_header_that_leads_to_its_sender_is_left_out(name, value):
    copy = stripped_copy(mail(text("Dust."), **{name: value})).decode()
    for lead in ("example.org", "192.0.2.7", "example-org"):
        assert lead not in copy
    assert "Dust." in copy


def test_what_helps_to_judge_a_mail_is_kept():
    copy = stripped_copy(mail(text("Dust."), subject="=?utf-8?q?Staub_=C3=BCberall?=", precedence="bulk")).decode()
    assert "Subject: Staub überall\n" in copy
    assert "Date: Mon, 5 Jan 2026 10:00:00 +0100\n" in copy
    assert "Precedence: bulk\n" in copy


def test_an_address_is_hidden_wherever_it_stands_and_however_it_is_encoded():
    words = f"Write to {PERSON} or RESIDENT@EXAMPLE.ORG."
    markup = f"<a href='mailto:{PERSON}'>me</a> resident&#64;example.org resident%40example.org"
    parts = [
        text(words),
        text(words, encoding="base64"),
        text(words, charset="utf-16"),
        page(markup),
        file("a.txt", "text/plain", words.encode()),
    ]
    for part in (*parts, several(parts)):
        copy = stripped_copy(mail(part, subject=words)).decode().lower()
        assert "resident@" not in copy
        assert "example.org" not in copy


def test_a_mail_within_the_mail_shows_no_address_either():
    inner = b"Content-Type: message/rfc822\r\n\r\n" + mail(text(f"I am {PERSON}"), subject=f"From {PERSON}")
    copy = stripped_copy(mail(several([text("Read this."), inner]))).decode()
    assert PERSON not in copy
    assert "[message/rfc822] From […]" in copy


def test_a_file_is_named_by_its_kind_alone():
    copy = stripped_copy(mail(several([text("See."), file(f"{PERSON}.jpg", "image/jpeg", b"\xff\xd8")]))).decode()
    assert "[image/jpeg]" in copy
    assert base64.b64encode(b"\xff\xd8").decode() not in copy


def test_a_subject_cannot_write_headers_of_its_own():
    copy = stripped_copy(mail(text("Dust."), subject="=?utf-8?q?a=0D=0AX-Own:_b?=")).decode()
    assert "Subject: a X-Own: b\n" in copy


def test_no_mail_at_all_has_an_empty_copy():
    assert stripped_copy(b"").decode() == "Content-Type: text/plain; charset=utf-8\n\n\n"


def test_what_cannot_be_read_is_not_shown(monkeypatch):
    """Whatever fault of ours comes up, nothing is shown rather than too much."""
    monkeypatch.setattr("engage.incoming.mail.stripped", lambda raw: 1 / 0)
    assert stripped_copy(head().encode()) == b"\n"


def test_an_address_in_words_is_masked_with_what_belongs_to_it():
    assert masked("a+b@c.example (d@e.example), <f@g.example>; h @ i") == "[…] ([…]), <[…]>; h […] i"
    assert masked("no address") == "no address"
