"""Codes and references: how they are made, and what is forgiven in typing them."""

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.domain import receipts

KEY = b"a key of the tests, thirty-two b"


@given(st.binary(min_size=16, max_size=16))
def test_the_same_token_gives_the_same_code_of_the_alphabet(token):
    code = receipts.code_from(token, KEY)
    assert code == receipts.code_from(token, KEY)
    assert len(code) == receipts.CODE_LENGTH
    assert set(code) <= set(receipts.ALPHABET)


def test_another_token_or_another_key_gives_another_code():
    codes = {receipts.code_from(secrets.token_bytes(16), KEY) for _ in range(2000)}
    assert len(codes) == 2000
    assert receipts.code_from(bytes(16), KEY) != receipts.code_from(bytes(16), KEY[::-1])


def test_every_character_of_the_alphabet_is_used():
    assert set("".join(receipts.code_from(secrets.token_bytes(16), KEY) for _ in range(500))) == set(receipts.ALPHABET)


@given(st.binary(min_size=16, max_size=16), st.sampled_from([" ", "-", "\u2013", "\u00a0", "\u200f", "\t"]))
def test_what_people_do_to_a_code_is_forgiven(token, between):
    code = receipts.code_from(token, KEY)
    typed = between.join(receipts.grouped(code).split("-")).lower()
    assert receipts.normalised(f"  {typed} ") == code
    assert receipts.normalised(code.replace("0", "o").replace("1", "l")) == code
    assert receipts.normalised(code.replace("0", "O").replace("1", "I")) == code


@pytest.mark.parametrize(
    "typed", ["", "ABC", "K7QM-2XRP-9TWD-HB4", "K7QM-2XRP-9TWD-HB4NN", "U" * 16, "é" * 16, "=" * 16]
)
def test_what_cannot_be_a_code_is_none(typed):
    assert receipts.normalised(typed) is None


def test_a_code_is_shown_in_four_groups():
    assert receipts.grouped("K7QM2XRP9TWDHB4N") == "K7QM-2XRP-9TWD-HB4N"


def test_a_digest_depends_on_text_key_and_purpose():
    first = receipts.digest_of("K7QM", KEY, "receipt-code")
    assert len(first) == 64
    assert first == receipts.digest_of(b"K7QM", KEY, "receipt-code")
    others = {
        receipts.digest_of("K7QN", KEY, "receipt-code"),
        receipts.digest_of("K7QM", KEY[::-1], "receipt-code"),
        receipts.digest_of("K7QM", KEY, "code-link"),
    }
    assert first not in others
    assert len(others) == 3


def test_a_reference_names_site_and_year_and_five_random_characters():
    reference = receipts.reference_from(b"\x00\x01\x02\x03\x04", site_code="BOR", year=2026)
    head, year, tail = reference.split("-")
    assert (head, year, len(tail)) == ("BOR", "26", 5)
    assert receipts.reference_from(b"\xff" * 8, site_code="BOR", year=2101) == "BOR-01-ZZZZZ"


@pytest.mark.parametrize(
    ("typed", "issued"),
    [
        ("bor-26-7k3qx", "BOR-26-7K3QX"),
        (" BOR - 26 - 7K3Qx ", "BOR-26-7K3QX"),
        ("bor-26-o1lix", "BOR-26-0111X"),
        ("ROL-26-0ABCD", "ROL-26-0ABCD"),
        ("7k3qo", "7K3Q0"),
    ],
)
def test_a_reference_is_read_as_it_was_issued(typed, issued):
    assert receipts.reference_as_issued(typed) == issued
