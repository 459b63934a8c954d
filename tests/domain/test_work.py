"""Tasks and absences: what may be given to whom, and who fits to stand in for whom."""

import itertools
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from engage.domain import absence, tasks
from engage.domain.policy import GRANTS, Actor, Membership, Permission, Reach, Role

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
HERE, ELSEWHERE = uuid.uuid4(), uuid.uuid4()
DAY = timedelta(days=1)


def holding(*held):
    return Actor(id=uuid.uuid4(), memberships=frozenset(Membership(role, site) for role, site in held))


@pytest.mark.parametrize(
    ("words", "due_at", "code"),
    [
        ("Call the driver", NOW + DAY, None),
        ("Call the driver", NOW + 366 * DAY, None),
        (" ", NOW + DAY, "task_words_needed"),
        ("Call the driver", NOW, "date_is_past"),
        ("Call the driver", NOW + 400 * DAY, "date_too_far"),
    ],
)
def test_a_task_says_what_is_to_be_done_and_by_a_date_that_can_be_meant(words, due_at, code):
    found = tasks.why_not_add(words, due_at, NOW)
    assert (found.code if found else None) == code


@pytest.mark.parametrize("role", list(Role))
def test_whoever_works_at_a_site_has_tasks_there_and_whoever_assigns_cases_directs_them(role):
    for site in (HERE, None):
        assert tasks.works_at(holding((role, site)), HERE) is (role in GRANTS[Permission.NOTE] and role != Role.PANEL)
        assert tasks.directs_at(holding((role, site)), HERE) is (role in GRANTS[Permission.ASSIGN])
    assert not tasks.works_at(holding((role, ELSEWHERE)), HERE)
    assert not tasks.directs_at(holding((role, ELSEWHERE)), HERE)


@pytest.mark.parametrize(("one", "other"), list(itertools.product(sorted(absence.WORKS), repeat=2)))
def test_one_role_covers_another_only_if_it_may_do_all_of_it_as_far(one, other):
    wider = all(
        grants.get(one) is Reach.SITE or grants.get(one) is grants[other]
        for grants in GRANTS.values()
        if other in grants
    )
    alone = {one, other} & {Role.FOCAL, Role.CUSTODIAN}
    assert absence.covers(one, other) is (one is other or (wider and not alone))


def test_a_coordinator_stands_in_for_an_officer_and_not_the_other_way_round():
    assert absence.covers(Role.COORDINATOR, Role.OFFICER)
    assert not absence.covers(Role.OFFICER, Role.COORDINATOR)


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.APPROVER, Role.OFFICER])
def test_what_one_role_alone_may_know_no_other_covers(role):
    for alone in (Role.CUSTODIAN, Role.FOCAL):
        assert not absence.covers(role, alone)
        assert not absence.covers(alone, role)


def test_a_replacement_fits_at_every_site_where_there_is_work():
    absent = holding((Role.OFFICER, HERE), (Role.OFFICER, ELSEWHERE), (Role.ADMIN, None), (Role.PANEL, HERE))
    assert absence.fits(holding((Role.OFFICER, None)), absent)
    assert absence.fits(holding((Role.OFFICER, HERE), (Role.COORDINATOR, ELSEWHERE)), absent)
    assert not absence.fits(holding((Role.OFFICER, HERE)), absent)
    assert not absence.fits(holding(), absent)
    assert absence.fits(holding(), holding((Role.AUDITOR, HERE)))
    assert not absence.fits(holding((Role.OFFICER, HERE)), holding((Role.OFFICER, None)))


def test_the_row_of_replacements_is_followed_to_somebody_who_is_there():
    one, two, three = (uuid.uuid4() for _ in range(3))
    assert absence.follow(one, {}) is None
    assert absence.follow(one, {one: two}) == two
    assert absence.follow(one, {one: two, two: three}) == three
    assert absence.follow(one, {one: two, two: one}) is None


@pytest.mark.parametrize(
    ("starts", "ends", "code"),
    [(0, 2, None), (-1, 1, None), (1, 1, "ends_before_it_begins"), (2, 1, "ends_before_it_begins"), (-3, 0, "past")],
)
def test_an_absence_ends_after_it_begins_and_not_in_the_past(starts, ends, code):
    found = absence.why_not_absent(NOW + starts * DAY, NOW + ends * DAY, NOW)
    assert (found.code if found else None) == ("date_is_past" if code == "past" else code)
