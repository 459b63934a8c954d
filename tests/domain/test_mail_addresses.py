"""Addresses that carry a notice: nobody makes one up, and mail servers may write them as they like."""

import uuid
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.domain.mail_addresses import (
    INBOX_LOCAL_PART_MAX,
    LOCAL_PART_MAX,
    Kind,
    bounce_address,
    read_address,
    read_stop_code,
    reply_address,
    stop_code,
    without_codes,
)

INBOX, KEY, OTHER_KEY = "answers@concerns.example.org", b"k" * 32, b"o" * 32
NOTICE = uuid.UUID("018f3c1e-0000-7000-8000-000000000001")


@given(notice=st.uuids(), key=st.binary(min_size=32, max_size=32))
def test_an_answer_finds_its_notice(notice: uuid.UUID, key: bytes) -> None:
    assert read_address(reply_address(INBOX, notice, key), INBOX, key) == (Kind.REPLY, notice)


@given(notice=st.uuids(), key=st.binary(min_size=32, max_size=32))
def test_a_report_finds_its_notice(notice: uuid.UUID, key: bytes) -> None:
    assert read_address(bounce_address(INBOX, notice, key), INBOX, key) == (Kind.BOUNCE, notice)


@given(local=st.from_regex(r"[a-z0-9.+-]{1,22}", fullmatch=True), notice=st.uuids())
def test_every_mail_server_takes_the_address(local: str, notice: uuid.UUID) -> None:
    made = reply_address(f"{local}@example.org", notice, KEY)
    assert len(made.rpartition("@")[0]) <= LOCAL_PART_MAX
    assert made == made.lower()
    assert read_address(made, f"{local}@example.org", KEY) == (Kind.REPLY, notice)


def test_capitals_and_brackets_change_nothing() -> None:
    made = bounce_address("Answers@Concerns.example.org", NOTICE, KEY)
    assert read_address(f" <{made.upper()}> ", INBOX, KEY) == (Kind.BOUNCE, NOTICE)


def test_an_address_for_answers_cannot_be_turned_into_one_for_reports() -> None:
    local, _, domain = reply_address(INBOX, NOTICE, KEY).partition("@")
    base, _, code = local.rpartition("+")
    assert read_address(f"{base}+b{code[1:]}@{domain}", INBOX, KEY) is None


@pytest.mark.parametrize(
    "address",
    [
        "",
        "@",
        INBOX,
        "answers+@concerns.example.org",
        "answers+r@concerns.example.org",
        f"answers+r{'a' * 39}@concerns.example.org",
        f"answers+r{'a' * 41}@concerns.example.org",
        f"answers+r{'a' * 40}@concerns.example.org",
        f"answers+r{'1' * 40}@concerns.example.org",
        f"answers+r{'é' * 40}@concerns.example.org",
        f"answers+x{'a' * 40}@concerns.example.org",
        reply_address(INBOX, NOTICE, OTHER_KEY),
        reply_address("answers@elsewhere.example.org", NOTICE, KEY),
        reply_address("questions@concerns.example.org", NOTICE, KEY),
    ],
)
def test_an_address_that_we_did_not_make_is_not_ours(address: str) -> None:
    assert read_address(address, INBOX, KEY) is None


@given(place=st.integers(0, 39), letter=st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_an_address_with_one_letter_changed_is_not_ours(place: int, letter: str) -> None:
    local, _, domain = reply_address(INBOX, NOTICE, KEY).partition("@")
    base, _, code = local.rpartition("+")
    changed = code[: 1 + place] + letter + code[2 + place :]
    found = read_address(f"{base}+{changed}@{domain}", INBOX, KEY)
    assert found is None if changed != code else found == (Kind.REPLY, NOTICE)


@given(address=st.text())
def test_whatever_somebody_writes_to_is_read_without_a_fault(address: str) -> None:
    assert read_address(address, INBOX, KEY) is None


@pytest.mark.parametrize("inbox", ["", "answers", "@example.org", "answers@", "é@example.org"])
def test_an_inbox_that_is_no_address_is_refused(inbox: str) -> None:
    with pytest.raises(ValueError, match="inbox"):
        reply_address(inbox, NOTICE, KEY)


def test_an_inbox_that_leaves_no_room_is_refused() -> None:
    with pytest.raises(ValueError, match="inbox"):
        bounce_address(f"{'a' * (INBOX_LOCAL_PART_MAX + 1)}@example.org", NOTICE, KEY)


@given(notice=st.uuids())
def test_the_link_that_stops_mails_finds_its_notice(notice: uuid.UUID) -> None:
    assert read_stop_code(stop_code(notice, KEY).upper(), KEY) == notice


@pytest.mark.parametrize(
    "code",
    [
        "",
        "a" * 40,
        "é" * 40,
        "İ" * 40,
        stop_code(NOTICE, OTHER_KEY),
        reply_address(INBOX, NOTICE, KEY).partition("@")[0].rpartition("+")[2][1:],
    ],
)
def test_a_code_that_we_did_not_make_stops_nothing(code: str) -> None:
    assert read_stop_code(code, KEY) is None


@given(notice=st.uuids())
def test_in_words_that_others_read_nobody_finds_the_code(notice: uuid.UUID) -> None:
    answer, report = reply_address(INBOX, notice, KEY), bounce_address(INBOX, notice, KEY)
    for written in (answer, report, answer.upper(), quote(answer)):
        assert read_address(unquote(without_codes(f"x {written}").split()[1]), INBOX, KEY) is None
    assert without_codes(f"Write to <{answer}>.") == "Write to <answers+…@concerns.example.org>."


def test_an_address_of_another_kind_stays_as_it_is() -> None:
    words = "Write to concerns+bor@example.org or answers@concerns.example.org."
    assert without_codes(words) == words
