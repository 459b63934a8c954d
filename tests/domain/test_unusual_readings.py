"""What is unusual about a day of reading, and who may look at it."""

import uuid

import pytest

from engage.domain.policy import Actor, Membership, Role
from engage.domain.readings import MANY_A_DAY, OUTSIDE_HOURS, TIMES_THE_USUAL, ReadingDay, Sign, may_look, signs_of


@pytest.mark.parametrize(
    ("day", "found"),
    [
        (ReadingDay(0, 0), {}),
        (ReadingDay(MANY_A_DAY, 0), {}),
        (ReadingDay(MANY_A_DAY + 1, 0), {Sign.MANY_CASES: MANY_A_DAY + 1}),
        (ReadingDay(MANY_A_DAY + 1, 0, (12, 12, 12)), {}),
        (ReadingDay(12 * TIMES_THE_USUAL + 1, 0, (12, 12, 12)), {Sign.MANY_CASES: 37}),
        (ReadingDay(4, OUTSIDE_HOURS - 1), {}),
        (ReadingDay(5, OUTSIDE_HOURS), {Sign.OUTSIDE_HOURS: 5}),
        (ReadingDay(40, 40), {Sign.MANY_CASES: 40, Sign.OUTSIDE_HOURS: 40}),
    ],
)
def test_far_more_than_on_other_days_and_reading_while_the_site_is_closed_are_unusual(day, found):
    assert signs_of(day) == found


def test_one_busy_day_does_not_make_the_next_usual():
    assert Sign.MANY_CASES in signs_of(ReadingDay(60, 0, (5, 6, 60, 4)))


def test_the_auditors_of_a_site_look_and_nobody_at_their_own_reading():
    here, there, me = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()

    def holding(role, site_id):
        return Actor(id=me, memberships=frozenset({Membership(role, site_id)}))

    assert may_look(holding(Role.AUDITOR, here), here, uuid.uuid4())
    assert may_look(holding(Role.AUDITOR, None), here, uuid.uuid4())
    assert not may_look(holding(Role.AUDITOR, here), here, me)
    assert not may_look(holding(Role.AUDITOR, there), here, uuid.uuid4())
    assert not any(may_look(holding(role, here), here, uuid.uuid4()) for role in Role if role is not Role.AUDITOR)
