"""Who may stand in for whom, and how far a row of replacements is followed."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from engage.domain.absence import MOST_STEPS, covers, fits, follow, why_not_absent
from engage.domain.policy import Actor, Membership, Role

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
BOR, KOL = uuid.uuid4(), uuid.uuid4()


def somebody(*held: tuple[Role, uuid.UUID | None]) -> Actor:
    return Actor(id=uuid.uuid4(), memberships=frozenset(Membership(role, place) for role, place in held))


@pytest.mark.parametrize("role", [Role.FOCAL, Role.CUSTODIAN])
def test_what_they_alone_may_know_nobody_else_covers(role):
    assert covers(role, role)
    assert not any(covers(other, role) or covers(role, other) for other in Role if other is not role)


def test_an_officer_covers_no_approver():
    assert not covers(Role.OFFICER, Role.APPROVER)


@pytest.mark.parametrize(
    ("held", "is_fit"),
    [
        ([(Role.COORDINATOR, BOR)], True),
        ([(Role.COORDINATOR, None)], True),
        ([(Role.COORDINATOR, KOL)], False),
        ([(Role.ADMIN, None)], False),
    ],
)
def test_a_replacement_holds_a_fitting_role_at_the_same_place(held, is_fit):
    absent = somebody((Role.COORDINATOR, BOR), (Role.ADMIN, None))  # an administrator works no cases
    assert fits(somebody(*held), absent) is is_fit


def test_a_row_of_replacements_is_followed_to_its_end_but_not_around_a_ring():
    first, second, third = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    assert follow(first, {}) is None
    assert follow(first, {first: second, second: third}) == third
    assert follow(first, {first: second, second: first}) is None
    long = [uuid.uuid4() for _ in range(MOST_STEPS + 2)]
    assert follow(long[0], dict(zip(long, long[1:], strict=False))) is None


@pytest.mark.parametrize(
    ("begins", "ends", "why"),
    [(1, 0, "ends_before_it_begins"), (-3, -2, "date_is_past"), (-1, 2, None)],
)
def test_an_absence_ends_after_it_begins_and_not_in_the_past(begins, ends, why):
    found = why_not_absent(NOW + timedelta(begins), NOW + timedelta(ends), NOW)
    assert (found.code if found else None) == why
