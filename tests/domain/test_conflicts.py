"""Who is kept out of a case: whom it is about, with everyone above and below them, and nobody beside them."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.domain.conflicts import Employed, SubjectKind, as_compared, kept_out

TOP, HEAD, GUARD, DRIVER, NURSE = (uuid.uuid4() for _ in range(5))
PEOPLE = {
    TOP: Employed(),
    HEAD: Employed(reports_to=TOP, department="Security"),
    GUARD: Employed(reports_to=HEAD, department=" security ", contractor="Iron Shield"),
    DRIVER: Employed(reports_to=HEAD, contractor="Haul  Ltd"),
    NURSE: Employed(reports_to=TOP, department="Health"),
}


def out(*users, names=()):
    return kept_out(PEOPLE, users=users, names=names)


@pytest.mark.parametrize(
    ("users", "names", "found"),
    [
        ((), (), set()),
        ((GUARD,), (), {GUARD, HEAD, TOP}),
        ((HEAD,), (), {HEAD, TOP, GUARD, DRIVER}),
        ((TOP,), (), {TOP, HEAD, GUARD, DRIVER, NURSE}),
        ((), ((SubjectKind.DEPARTMENT, "SECURITY"),), {HEAD, GUARD, DRIVER, TOP}),
        ((), ((SubjectKind.CONTRACTOR, "haul ltd"),), {DRIVER, HEAD, TOP}),
        ((), ((SubjectKind.DEPARTMENT, "haul ltd"),), set()),
        ((NURSE, DRIVER), (), {NURSE, DRIVER, HEAD, TOP}),
    ],
)
def test_subjects_and_their_line_are_kept_out_and_those_beside_them_stay(users, names, found):
    """R02: the subject of a case, their line, their department and their contractor."""
    assert out(*users, names=names) == found


def test_somebody_named_who_has_left_is_still_kept_out():
    gone = uuid.uuid4()
    assert out(gone) == {gone}


def test_a_circle_of_people_who_report_to_each_other_ends():
    one, other = uuid.uuid4(), uuid.uuid4()
    people = {one: Employed(reports_to=other), other: Employed(reports_to=one)}
    assert kept_out(people, users=[one], names=[]) == {one, other}


def test_names_are_compared_without_regard_to_case_and_spaces():
    assert as_compared("  Iron \t SHIELD ") == "iron shield"


@given(st.lists(st.integers(0, 11), max_size=12), st.sets(st.integers(0, 11), min_size=1, max_size=3))
def test_whoever_is_kept_out_has_nobody_under_or_over_a_subject_left_inside(leads, subjects):
    ids = [uuid.UUID(int=number) for number in range(12)]
    people = {ids[at]: Employed(reports_to=ids[lead]) for at, lead in enumerate(leads)}
    people |= {one: Employed() for one in ids[len(leads) :]}
    named = {ids[number] for number in subjects}
    found = kept_out(people, users=named, names=[])
    assert named <= found
    for user in ids:
        above, seen = people[user].reports_to, set()
        while above is not None and above not in seen:
            seen.add(above)
            above = people[above].reports_to
        if seen & named:
            assert user in found
        if user in named:
            assert seen <= found
