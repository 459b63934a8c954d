"""Whatever bytes come in, reading them ends, and no copy for staff leads to who sent them."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engage.incoming.mail import Incoming, MailKind, read, stripped_copy
from tests.incoming.corpus import SAMPLES
from tests.incoming.corpus.pieces import OWN_DOMAINS, OWN_MARK, PERSON
from tests.incoming.damage import HOW, TOKENS, Change, damaged

pytestmark = pytest.mark.slow

ADDRESS = PERSON.encode()
SMALL = [sample for sample in SAMPLES if not sample.is_huge]

changes = st.lists(
    st.builds(
        Change,
        how=st.sampled_from(list(HOW)),
        where=st.floats(0, 1),
        size=st.integers(1, 200),
        content=st.one_of(st.sampled_from(TOKENS), st.binary(min_size=1, max_size=20)),
    ),
    min_size=1,
    max_size=8,
)
often = settings(max_examples=1_000, deadline=None, suppress_health_check=list(HealthCheck))


def texts_of(mail: Incoming) -> list[str]:
    names = [text for file in mail.files for text in (file.name, file.media_type)]
    reported = [text for report in mail.reports for text in (report.status, report.message_id)]
    ends = [mail.sender or "", mail.envelope_sender or "", *mail.recipients, mail.message_id, *mail.references]
    return [mail.subject, mail.text, mail.shown, *names, *reported, *ends]


def assert_holds(mail: Incoming) -> None:
    assert mail.why != "unreadable"
    for text in texts_of(mail):
        assert "\0" not in text
        text.encode("utf-8")
    assert bool(mail.shown) == bool(mail.text)
    assert (mail.kind is MailKind.DELIVERY_REPORT) or mail.reports == ()
    assert all(file.name and "/" not in file.name for file in mail.files)


@often
@given(sample=st.sampled_from(SMALL), made=changes)
def test_a_damaged_mail_is_read_and_its_sender_stays_hidden(sample, made):
    raw = damaged(sample.raw, made)
    assert_holds(read(raw, own_domains=OWN_DOMAINS, own_mark=OWN_MARK))
    copy = stripped_copy(raw)
    assert copy != b"\n"
    assert ADDRESS not in copy.lower()
    assert b"\0" not in copy
    copy.decode("utf-8")


@often
@given(first=st.sampled_from(SMALL), second=st.sampled_from(SMALL), at=st.floats(0, 1), to=st.floats(0, 1))
def test_two_mails_run_into_one_are_read(first, second, at, to):
    raw = first.raw[: int(at * len(first.raw))] + second.raw[int(to * len(second.raw)) :]
    assert_holds(read(raw))
    assert ADDRESS not in stripped_copy(raw).lower()


@often
@given(raw=st.binary(max_size=2_000))
def test_bytes_without_any_sense_are_read(raw):
    assert_holds(read(raw))
    stripped_copy(raw).decode("utf-8")


@often
@given(
    raw=st.binary(max_size=500),
    kind=st.sampled_from(["text/html", "text/plain", "application/ms-tnef", "application/pkcs7-mime"]),
)
def test_a_part_without_any_sense_is_read(raw, kind):
    head = f"From: {PERSON}\r\nContent-Type: {kind}\r\n\r\n".encode()
    begin = b"\x78\x9f\x3e\x22\x01\x00" if kind.endswith("tnef") else b""
    assert_holds(read(head + begin + raw))
    assert ADDRESS not in stripped_copy(head + raw).lower()
