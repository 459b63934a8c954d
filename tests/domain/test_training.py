"""Training: how long it counts, and from which day on a role rests."""

from datetime import date, timedelta

import pytest

from engage.domain.policy import Role
from engage.domain.training import Course, counts_until, is_told_of, read_courses, rests_from, why_not_record

SINCE, TODAY = date(2026, 1, 1), date(2026, 3, 2)
COURSES = (
    Course("procedure", "Procedure", 24, frozenset({Role.OFFICER, Role.FOCAL})),
    Course("survivors", "Survivors", 12, frozenset({Role.FOCAL})),
)


@pytest.mark.parametrize(
    ("taken_on", "months", "until"),
    [
        (date(2026, 3, 2), 12, date(2027, 3, 2)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 12, 31), 24, date(2028, 12, 31)),
    ],
)
def test_a_course_counts_to_the_same_day_months_later(taken_on, months, until):
    assert counts_until(taken_on, months) == until


def test_a_role_that_needs_nothing_never_rests():
    assert rests_from(Role.AUDITOR, COURSES, {}, SINCE) is None


def test_what_was_never_taken_lasts_until_the_day_from_which_it_is_needed():
    assert rests_from(Role.OFFICER, COURSES, {}, SINCE) == SINCE


def test_the_first_course_to_run_out_decides():
    taken = {"procedure": date(2026, 2, 1), "survivors": date(2025, 3, 10)}
    assert rests_from(Role.FOCAL, COURSES, taken, SINCE) == date(2026, 3, 11)
    assert rests_from(Role.OFFICER, COURSES, taken, SINCE) == date(2028, 2, 2)


def test_what_ran_out_before_it_was_needed_lasts_until_then():
    assert rests_from(Role.OFFICER, COURSES, {"procedure": date(2020, 1, 1)}, SINCE) == SINCE


@pytest.mark.parametrize(("days", "told"), [(0, False), (1, True), (30, True), (31, False), (-1, False)])
def test_it_is_told_in_the_month_before(days, told):
    assert is_told_of(TODAY + timedelta(days=days), TODAY) is told


@pytest.mark.parametrize(
    ("code", "taken_on", "evidence", "refusal"),
    [
        ("procedure", TODAY, "list", None),
        ("cooking", TODAY, "list", "no_such_course"),
        ("procedure", TODAY + timedelta(days=1), "list", "not_taken_yet"),
        ("procedure", date(2010, 1, 1), "list", "not_taken_yet"),
        ("procedure", TODAY, "  ", "evidence_needed"),
    ],
)
def test_what_is_written_down_has_to_hold(code, taken_on, evidence, refusal):
    found = why_not_record(code, taken_on, evidence, COURSES, TODAY)
    assert (found.code if found else None) == refusal


def test_a_file_without_courses_is_refused():
    with pytest.raises(ValueError, match="courses"):
        read_courses({"courses": "none"})
