"""What the head of a mail says: whose it is, whom it was for, what it answers and when it was sent."""

from datetime import UTC, datetime

import pytest

from engage.incoming.mail import MailKind, read
from tests.incoming.corpus.pieces import INBOX, NOTICE, PERSON, file, head, mail, several, text

DUST = text("Dust.")


def test_everybody_whom_a_mail_was_for_is_named_once_those_of_the_envelope_first():
    raw = mail(
        DUST,
        to=f"{INBOX}, Other <Other@Example.NET>",
        cc=f"third@example.net, {INBOX.upper()}",
        delivered_to="forward@mine.example.net",
        x_original_to="alias@mine.example.net",
        envelope_to="envelope@mine.example.net",
    )
    found = read(raw, envelope_recipients=("<Rcpt@Mine.Example.Net>", "alias@mine.example.net", "no address"))
    assert found.recipients == (
        "rcpt@mine.example.net",
        "alias@mine.example.net",
        "forward@mine.example.net",
        "envelope@mine.example.net",
        INBOX,
        "other@example.net",
        "third@example.net",
    )


def test_a_mail_that_cannot_be_read_at_all_still_says_whom_the_server_was_told():
    found = read(b"", envelope_recipients=("Concerns@mine.example.net",))
    assert (found.kind, found.recipients) == (MailKind.DAMAGED, ("concerns@mine.example.net",))


def test_ids_keep_their_brackets_and_the_newest_reference_is_last():
    raw = mail(
        DUST, references="<1@a> <2@a>\r\n\t<3@a>", in_reply_to="<2@a> (of Monday)", message_id="<Own@Example.org>"
    )
    found = read(raw)
    assert found.references == ("<1@a>", "<3@a>", "<2@a>")
    assert found.message_id == "<Own@Example.org>"


def test_of_very_many_references_the_newest_hundred_are_kept():
    found = read(mail(DUST, references=" ".join(f"<{number}@a>" for number in range(500)), in_reply_to=None))
    assert len(found.references) == 100
    assert found.references[-1] == "<499@a>"


def test_a_mail_without_ids_has_none():
    found = read(mail(DUST, references=None, in_reply_to="no id", message_id=None))
    assert (found.references, found.message_id) == ((), "")


@pytest.mark.parametrize(
    ("written", "sent_at"),
    [
        ("Mon, 5 Jan 2026 10:00:00 +0100", datetime(2026, 1, 5, 9, tzinfo=UTC)),
        ("5 Jan 2026 10:00 GMT", datetime(2026, 1, 5, 10, tzinfo=UTC)),
        ("Mon, 5 Jan 2026 10:00:00 -0000", datetime(2026, 1, 5, 10, tzinfo=UTC)),
        ("Mon, 5 Jan 1971 10:00:00 +0100", None),
        ("Mon, 5 Jan 2500 10:00:00 +0100", None),
        ("Monday", None),
    ],
)
def test_a_date_is_read_in_utc_or_not_believed(written, sent_at):
    assert read(mail(DUST, date=written)).sent_at == sent_at


@pytest.mark.parametrize(
    ("written", "envelope"),
    [("<Person@EXAMPLE.org>", "Person@example.org"), ("<>", ""), ("", ""), (None, None), ("nonsense", "")],
)
def test_the_envelope_sender_is_what_the_server_wrote(written, envelope):
    assert read(mail(DUST, return_path=written)).envelope_sender == envelope


def test_an_own_mark_is_the_name_of_a_header_or_what_stands_in_ours():
    raw = mail(DUST, x_engage_notice="6d1f0c")
    assert read(raw, own_mark="X-Engage-Notice").kind is MailKind.OWN
    assert read(raw, own_mark="6d1f0c").kind is MailKind.OWN
    assert (read(raw, own_mark="other").kind, read(raw).why) == (MailKind.AUTO_REPLY, "other_engage")


def test_a_person_at_a_domain_that_is_not_ours_is_no_echo():
    raw = mail(DUST, **{"from": "concerns@mine.example.net"}, message_id="<1@mine.example.net>")
    assert read(raw).kind is MailKind.WRITTEN
    assert read(raw, own_domains=frozenset({"mine.example.net"})).kind is MailKind.OWN


def test_a_file_comes_byte_for_byte_with_the_type_that_its_sender_declares():
    content = bytes(range(256)) * 20
    found = read(mail(several([DUST, file("dust.bin", "application/x-dust", content)])))
    assert [(one.name, one.media_type, one.content) for one in found.files] == [
        ("dust.bin", "application/x-dust", content)
    ]


def test_a_long_subject_is_cut():
    assert len(read(mail(DUST, subject="Dust " * 1_000)).subject) == 500


def test_a_fault_of_ours_ends_in_a_damaged_mail(monkeypatch):
    monkeypatch.setattr("engage.incoming.mail.take_apart", lambda raw: 1 / 0)
    found = read(mail(DUST), envelope_recipients=(INBOX,))
    assert (found.kind, found.why, found.recipients) == (MailKind.DAMAGED, "unreadable", (INBOX,))


def test_what_stands_in_headers_is_no_part_of_the_words():
    assert PERSON not in read(mail(DUST)).text
    assert NOTICE in read(head().encode()).references


def test_only_what_a_person_wrote_may_be_answered():
    """The codes by which a mail is no person's are many; those by which it is one are two."""
    assert read(mail(DUST)).why == "written"
    assert read(mail(DUST, **{"from": "nobody"})).why == "no_sender"
