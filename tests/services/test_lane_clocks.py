"""The clocks of the lane: what runs out is told once, to focal points alone, however often it is looked at."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage import vault
from engage.domain.lane import Step
from engage.domain.lane_clocks import Clock
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import LaneClock, LaneReport, OutboxMessage, StaffMembership, StaffUser
from engage.services.lane import access, clocks, steps
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from tests import lane_states, states
from tests.lane_states import SERVICE, a_report, do, events_of, her, kinds, notices, take, told_since
from worker import tasks

HOUR = timedelta(hours=1)


@pytest.fixture
def team(session, sent_tasks, clock):
    vault.make_worker_keys(settings().VAR)
    made = states.Team()
    made.everywhere = states.staff((Role.FOCAL, None))
    return made


def late(taken) -> list[str]:
    return [event.payload for event in events_of(taken) if event.kind == "late"]


def test_before_its_time_nobody_is_told(team, clock):
    a_report(team.site_id)
    clock.advance(HOUR - timedelta(seconds=1))
    assert clocks.look_due() == 0


def test_an_hour_without_a_look_is_told_to_the_site_and_then_to_those_of_all_sites_each_once(team, clock):
    taken = a_report(team.site_id)
    at_first = notices("item_for_you")
    clock.advance(HOUR)
    assert [clocks.look_due(), clocks.look_due()] == [1, 0]
    assert set(told_since("item_for_you", at_first)) == {team.focal.id, team.second_focal.id}
    at_site = notices("item_for_you")
    clock.advance(HOUR)
    assert [clocks.look_due(), clocks.look_due()] == [1, 0]
    assert told_since("item_for_you", at_site) == [team.everywhere.id]
    clock.advance(10 * HOUR)
    assert clocks.look_due() == 0
    assert late(taken) == ['{"clock":"alert","told":"at_site"}', '{"clock":"alert","told":"all_sites"}']


def test_a_schedule_that_was_down_makes_up_for_it_at_once(team, clock):
    taken = a_report(team.site_id)
    clock.advance(2 * HOUR)
    assert clocks.look_due() == 2
    assert len(late(taken)) == 2


def test_whoever_opens_it_stops_that_clock_and_support_stops_the_other(team, clock):
    taken = a_report(team.site_id)
    access.record_access(taken.report_id, team.focal)
    clock.advance(2 * HOUR)
    assert clocks.look_due() == 0
    do(taken, steps.offer, SERVICE, actor=team.focal, same_contact=True)
    clock.advance(48 * HOUR)
    assert clocks.look_due() == 0


def test_support_and_a_child_are_owed_within_a_day(team, clock):
    taken = lane_states.a_report_about_a_child(team)
    access.record_access(taken.report_id, team.focal)
    clock.advance(24 * HOUR)
    assert clocks.look_due() == 2
    assert {payload.split('"')[3] for payload in late(taken)} == {"support", "child"}
    do(taken, steps.consider_child, "With the aunt.", actor=team.focal)
    do(taken, steps.offer, SERVICE, actor=team.focal, same_contact=False)
    clock.advance(24 * HOUR)
    assert clocks.look_due() == 0


def test_nobody_but_focal_points_hears_that_we_are_late_and_never_she(team, clock):
    a_report(team.site_id, email="heron@people.example.org")
    before = {row.id for row in db.session.scalars(select(OutboxMessage))}
    clock.advance(72 * HOUR)
    clocks.look_due()
    new = [row for row in db.session.scalars(select(OutboxMessage)) if row.id not in before]
    assert {row.template for row in new} == {"item_for_you"}
    assert {row.user_id for row in new} == {team.focal.id, team.second_focal.id, team.everywhere.id}


def test_a_lead_who_gets_the_role_late_is_told_and_until_then_focal_points_hear(team, clock):
    with unit_of_work():
        held = db.session.scalars(select(StaffMembership).where(StaffMembership.role == Role.RIGHTS_LEAD)).one()
        user = db.session.get_one(StaffUser, held.user_id)
        user.memberships.remove(held)
    taken = a_report(team.site_id)
    assert kinds(taken) == ["received"]
    access.record_access(taken.report_id, team.focal)
    do(taken, steps.offer, SERVICE, actor=team.focal, same_contact=False)
    clock.advance(24 * HOUR)
    assert clocks.look_due() == 1
    lead = states.staff(Role.RIGHTS_LEAD, site_id=team.site_id)
    clock.advance(HOUR)
    assert clocks.look_due() == 0
    assert [row.user_id for row in notices("lane_holds_something")] == [lead.id]


def test_what_she_stopped_runs_no_more(team, clock):
    taken = a_report(team.site_id)
    take(taken, Step.STOP, actor=her(taken))
    clock.advance(72 * HOUR)
    assert clocks.look_due() == 0


def test_a_clock_that_was_met_while_the_sweep_began_is_left_alone(team, clock, monkeypatch):
    taken = a_report(team.site_id)
    clock.advance(HOUR)
    with unit_of_work():
        clocks.meet(db.session.get_one(LaneReport, taken.report_id), Clock.ALERT)
    with unit_of_work():
        assert clocks._look(taken.report_id, Clock.ALERT, clock.now) == 0
    with unit_of_work():
        report = db.session.get_one(LaneReport, taken.report_id)
        clocks.begin(report, Clock.ALERT)
        clocks.begin(report, Clock.SUPPORT)
    rows = {row.clock: row for row in db.session.scalars(select(LaneClock))}
    assert rows[Clock.ALERT].met_at is not None
    assert rows[Clock.SUPPORT].ended_at is None


def test_a_clock_that_fails_stops_no_other_and_says_nothing_of_it(team, clock, caplog):
    first, second = a_report(team.site_id), a_report(team.site_id)
    clock.advance(HOUR)
    with unit_of_work():
        row = db.session.get_one(LaneReport, first.report_id)
        row.head_hash, row.version = "0", 0  # its next event would be one that is there already
    assert clocks.look_due() == 1
    assert late(second)
    assert "IntegrityError" in caplog.text
    assert str(first.report_id) not in caplog.text


def test_the_schedule_looks_at_the_lane(team, clock):
    taken = a_report(team.site_id)
    clock.advance(HOUR)
    tasks.watch_lane()
    assert late(taken)
