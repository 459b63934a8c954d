"""The second factor: who has to have one, which codes count when, and how long a proof lasts."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from engage.domain import second_factor
from engage.domain.policy import Actor, Membership, Role

NOW = datetime(2026, 3, 2, 9, 0, 10, tzinfo=UTC)
STEP = int(NOW.timestamp()) // 30


@pytest.mark.parametrize("role", Role)
def test_whoever_sees_decides_or_appoints_alone_has_to_have_one(role):
    demanded = {"custodian", "focal", "approver", "auditor", "admin", "publisher"}
    actor = Actor(id=uuid.uuid4(), memberships=frozenset({Membership(role, uuid.uuid4())}))
    assert second_factor.is_demanded_of(actor) == (role.value in demanded)


def test_the_code_of_this_step_counts_and_of_one_before_and_after():
    assert second_factor.steps_open(NOW, 0) == [STEP, STEP - 1, STEP + 1]


@pytest.mark.parametrize(("last", "open_"), [(STEP - 1, [STEP, STEP + 1]), (STEP, [STEP + 1]), (STEP + 1, [])])
def test_a_step_that_was_used_and_those_before_it_count_no_more(last, open_):
    assert second_factor.steps_open(NOW, last) == open_


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("012345", "012345"),
        (" 012 345 ", "012345"),
        ("٠١٢٣٤٥", "012345"),
        ("12345", None),
        ("1234567", None),
        ("12345x", None),
        ("-12345", None),
        ("²²²²²²", None),
        ("", None),
    ],
)
def test_six_digits_of_any_keyboard_are_a_code(typed, code):
    assert second_factor.as_digits(typed) == code


@pytest.mark.parametrize(("minutes", "is_recent"), [(0, True), (29, True), (30, False), (600, False)])
def test_a_proof_lasts_half_an_hour(minutes, is_recent):
    assert second_factor.is_recent(NOW - timedelta(minutes=minutes), NOW) is is_recent


def test_who_never_proved_it_did_not_do_so_lately():
    assert not second_factor.is_recent(None, NOW)
