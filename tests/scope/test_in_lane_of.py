"""The SQL mirror of the lane's permissions says the same as they do, for every role and place."""

import itertools

import pytest
from sqlalchemy import select

from engage import vault
from engage.domain.lane_policy import LanePermission, may_in_lane
from engage.domain.policy import SYSTEM, Actor, Membership, Party, Role
from engage.extensions import db
from engage.models import LaneReport
from engage.scope import focal_points, in_lane_of, rights_leads
from engage.services.lane import subjects
from engage.settings import settings
from tests import states
from tests.lane_states import a_report, do, her, report_of


@pytest.fixture
def world(session, sent_tasks):
    """Two reports at each of two sites, one of them about the user."""
    vault.make_worker_keys(settings().VAR)
    here, there = states.a_site("AAA"), states.a_site("BBB")
    user, focal = states.staff(), states.staff((Role.FOCAL, None))
    taken = [a_report(site_id) for site_id in (here, here, there, there)]
    for one in taken[::2]:
        do(one, subjects.name, user.id, actor=focal)
    return user.id, (here, there), taken


def seen(actor) -> set[object]:
    return set(db.session.scalars(select(LaneReport.id).where(in_lane_of(actor))))


def test_every_role_at_every_place_sees_what_policy_says(world):
    user_id, sites, taken = world
    reports = [report_of(one) for one in taken]
    for role, site_id in itertools.product(Role, (None, *sites)):
        actor = Actor(id=user_id, memberships=frozenset({Membership(role, site_id)}))
        wanted = {one.id for one in reports if may_in_lane(actor, LanePermission.VIEW, one.facts)}
        assert seen(actor) == wanted, (role, site_id)
        assert len(wanted) == (0 if role is not Role.FOCAL else 2 if site_id is None else 1)


def test_whoever_holds_a_code_sees_that_report_and_the_service_and_strangers_none(world):
    user_id, _, taken = world
    assert seen(her(taken[0])) == {taken[0].report_id}
    assert seen(Actor(id=None, party=Party.PERSON, case_id=user_id)) == set()
    assert seen(SYSTEM) == set()
    assert seen(Actor(id=user_id)) == set()


def test_whoever_it_is_about_is_not_told_of_it(world):
    user_id, (here, _), taken = world
    focal, lead = states.staff(Role.FOCAL, site_id=here), states.staff((Role.RIGHTS_LEAD, None))
    assert focal_points(report_of(taken[1])) == [focal.id]
    do(taken[1], subjects.name, focal.id, actor=focal)
    assert [focal.id] != focal_points(report_of(taken[1]))
    assert len(focal_points(report_of(taken[1]), all_sites=True)) == 1
    assert rights_leads(report_of(taken[1])) == [lead.id]
