"""The ladder on real rows: each reminder and rung once, whatever runs twice, comes late or jumps in time."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.deadlines import Promise
from engage.domain.policy import Role
from engage.domain.severity import Level
from engage.extensions import db
from engage.models import CaseSubject, OutboxMessage, StaffUser
from engage.services import delays, escalation, triage
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import forget_notices
from tests.promised import breaks_of, change_rules, events_of, kinds_of, pause, reached, rows_of, the_open
from tests.states import act, case_of

P = Promise
REMINDERS = ["half_gone", "most_gone", "day_before", "due"]
RUNGS = ["late_2_days", "late_5_days", "late_10_days", "late_20_days", "late_30_days"]
# A case in which we owe (or the person owes) the promise and nothing before it.
OWING = {
    P.ACKNOWLEDGE: lambda team: states.a_case(team.site_id),
    P.ASSESS: states.an_acknowledged_case,
    P.INTERIM_MEASURE: lambda team: with_harm_that_goes_on(team),
    P.CONSULT: states.an_assessed_case,
    P.START_INVESTIGATION: states.an_assessed_case,
    P.PROPOSE: states.an_assessed_case,
    P.ANSWER: lambda team: states.a_proposed_case(team, "Water the road."),
    P.IMPLEMENT: states.an_implementing_case,
    P.FORM_PANEL: states.an_appealed_case,
    P.DECIDE_APPEAL: states.an_appealed_case,
    P.CHECK_AFTERWARDS: states.a_closed_case,
}


@pytest.fixture
def team(clock, session, sent_tasks):
    team = states.Team()
    team.everywhere = states.staff((Role.APPROVER, None))
    return team


def notices():
    """What is owed to whom: the template, and the user or None for the person."""
    return {(row.template, row.user_id) for row in db.session.scalars(select(OutboxMessage))}


def codes(names, superseded=False):
    return sorted((name, superseded) for name in names)


def with_harm_that_goes_on(team):
    reference = states.an_acknowledged_case(team)
    found = states.assessment(facts=frozenset({"ongoing_harm"}))
    act(reference, triage.assess, found, actor=team.coordinator)
    return reference


def told_of(reference, promise):
    """Reminders and rungs on the record, with the role of a rung."""
    rows = [row for row in events_of(reference) if row.kind in ("ReminderDue", "RungReached")]
    return [row for row in rows if f'"promise":"{promise.value}"' in row.payload]


def turning_points(row):
    """A minute after each reminder and rung of an ordinary case could come, the due date itself among them."""
    length = row.due_at - row.starts_at
    before = [row.starts_at + length * 0.5, row.starts_at + length * 0.8, row.due_at - timedelta(hours=24)]
    after = [row.due_at + timedelta(days=days) for days in (0, 2, 5, 10, 20, 30, 40)]
    return [at + timedelta(minutes=1) for at in sorted(before) + after]


@pytest.mark.parametrize("promise", list(P))
def test_time_moved_past_each_deadline_tells_each_rung_once(clock, team, promise):
    reference = OWING[promise](team)
    row = the_open(reference, promise)
    is_long = row.due_at - row.starts_at > timedelta(hours=48)
    reminders = REMINDERS if is_long else [code for code in REMINDERS if code != "day_before"]
    for at in [row.look_at - timedelta(minutes=1), *turning_points(row)]:
        clock.move_to(at)
        escalation.climb()
        escalation.climb()
    told = reminders + (RUNGS if promise.owed_by_us else [])
    # Four fifths of five days are over when a day is left: of two reminders at one instant the later one is told.
    at_once = ["most_gone"] if promise is P.FORM_PANEL else []
    expected = codes([code for code in told if code not in at_once]) + codes(at_once, superseded=True)
    assert reached(reference, promise) == sorted(expected)
    assert len(told_of(reference, promise)) == len(told) - len(at_once)
    [row] = rows_of(reference, promise)
    assert (row.breached_at is not None) is promise.owed_by_us
    assert row.look_at is None
    missed = [row for row in events_of(reference) if row.kind == "DeadlineMissed" and promise.value in row.payload]
    assert len(missed) == promise.owed_by_us
    assert breaks_of(reference) == []


def test_a_jump_of_thirty_days_supersedes_reminders_and_tells_each_rung_once(clock, team):
    reference = states.an_assessed_case(team)
    row = the_open(reference, P.CONSULT)
    clock.move_to(row.due_at + timedelta(days=30))
    escalation.climb()
    escalation.climb()
    expected = codes(["half_gone", "most_gone", "day_before"], superseded=True) + codes(["due", *RUNGS])
    assert reached(reference, P.CONSULT) == sorted(expected)
    assert len(told_of(reference, P.CONSULT)) == 6


def test_a_clock_that_goes_back_a_day_and_forth_again_tells_nothing_twice(clock, team):
    reference = states.an_assessed_case(team)
    clock.move_to(the_open(reference, P.CONSULT).due_at + timedelta(days=2))
    assert escalation.climb() > 0
    before = kinds_of(reference)
    clock.advance(-timedelta(days=1))
    assert escalation.climb() == 0
    clock.advance(timedelta(days=1))
    assert escalation.climb() == 0
    assert kinds_of(reference) == before


def test_before_assignment_coordinators_are_reminded_and_after_it_whoever_works_the_case(clock, team):
    states.a_case(team.site_id)
    forget_notices()
    clock.advance(timedelta(hours=24))
    assert escalation.climb() == 1
    assert notices() == {("due_soon", team.coordinator.id), ("due_soon", team.second_coordinator.id)}
    assigned = states.an_assessed_case(team)
    clock.advance(timedelta(days=2))
    forget_notices()
    escalation.climb()
    assert ("due_soon", team.officer.id) in notices()
    assert kinds_of(assigned)[-1] == "ReminderDue"


def test_rungs_climb_from_the_coordinator_to_the_committee_which_gets_one_count(clock, team):
    reference = states.an_assessed_case(team)
    due = the_open(reference, P.CONSULT).due_at
    heard = []
    for days in (2, 5, 10, 20):
        clock.move_to(due + timedelta(days=days, minutes=-1))
        escalation.climb()
        forget_notices()
        clock.advance(timedelta(minutes=1))
        escalation.climb()
        heard.append({notice for notice in notices() if notice[0] in ("case_late", "late_count")})
    coordinators = {("case_late", team.coordinator.id), ("case_late", team.second_coordinator.id)}
    assert heard == [
        coordinators,
        {("case_late", team.approver.id)},
        {("case_late", team.everywhere.id)},
        {("late_count", team.oversight.id)},
    ]


@pytest.mark.parametrize("level", [Level.HIGH, Level.EXTREME])
def test_severe_cases_climb_faster(clock, team, level):
    reference = states.an_assessed_case(team, level)
    due = the_open(reference, P.START_INVESTIGATION).due_at
    late = {}
    for hours, code in ((4, RUNGS[0]), (24, RUNGS[1]), (48, RUNGS[2]), (120, RUNGS[3]), (720, RUNGS[4])):
        clock.move_to(due + timedelta(hours=hours, minutes=-1))
        escalation.climb()
        late[code] = (code, False) not in reached(reference, P.START_INVESTIGATION)
        clock.advance(timedelta(minutes=1))
        escalation.climb()
        late[code] &= (code, False) in reached(reference, P.START_INVESTIGATION)
    assert late == dict.fromkeys(RUNGS, True)


def test_closing_a_case_stops_everything(clock, team):
    reference = states.an_assessed_case(team)
    act(reference, states.answers.withdraw, actor=states.person_of(reference))
    before = kinds_of(reference)
    clock.advance(timedelta(days=100))
    assert escalation.climb() == 0
    assert kinds_of(reference) == before


def test_the_due_instant_itself_is_no_breach_and_the_next_one_is(clock, team):
    reference = states.an_assessed_case(team)
    row = the_open(reference, P.CONSULT)
    clock.move_to(row.due_at)
    escalation.climb()
    assert the_open(reference, P.CONSULT).breached_at is None
    assert ("due", False) in reached(reference, P.CONSULT)
    clock.advance(timedelta(seconds=1))
    assert escalation.climb() == 0
    assert the_open(reference, P.CONSULT).breached_at == clock.now


def test_a_breach_is_noted_even_where_the_ladder_reminds_of_nothing(clock, team):
    def change(_promises, ladder):
        ladder["rungs"] = [rung for rung in ladder["rungs"] if rung["code"] == "late_5_days"]

    change_rules(team.site_id, change)
    reference = states.a_case(team.site_id)
    clock.advance(timedelta(days=3))
    assert escalation.climb() == 0
    [row] = rows_of(reference, P.ACKNOWLEDGE)
    assert row.breached_at == clock.now
    assert row.look_at == row.due_at + timedelta(days=5)


def test_only_the_person_is_reminded_of_their_answer(clock, team):
    reference = states.a_proposed_case(team, "Water the road.")
    forget_notices()
    clock.advance(timedelta(days=40))
    escalation.climb()
    assert notices() == {("reminder_to_answer", None)}
    assert reached(reference, P.ANSWER) == sorted(codes(REMINDERS[:3], superseded=True) + codes(["due"]))


def test_a_vacant_rung_passes_upward(clock, team):
    for name in ("coordinator", "second_coordinator", "approver"):
        with unit_of_work():
            db.session.get_one(StaffUser, getattr(team, name).id).is_active = False
    reference = states.a_case(team.site_id)
    forget_notices()
    clock.advance(timedelta(days=4, minutes=1))
    escalation.climb()
    assert {user_id for _, user_id in notices()} == {team.everywhere.id}
    [rung] = [row for row in told_of(reference, P.ACKNOWLEDGE) if row.kind == "RungReached"]
    assert '"rung":"late_2_days"' in rung.payload
    assert '"role":"approver"' in rung.payload


def test_a_conflicted_rung_passes_upward_and_who_the_case_is_about_hears_nothing(clock, team):
    reference = states.an_assessed_case(team)
    about = [team.coordinator, team.second_coordinator, team.officer]
    with unit_of_work():
        db.session.add_all(CaseSubject(case_id=case_of(reference).id, user_id=actor.id) for actor in about)
    forget_notices()
    clock.move_to(the_open(reference, P.CONSULT).due_at + timedelta(days=2, minutes=1))
    escalation.climb()
    heard = {user for _, user in notices()}
    assert heard == {team.approver.id}


def test_a_restricted_case_is_the_focal_points_on_every_rung(clock, team):
    reference = states.an_acknowledged_case(team)
    found = states.assessment(Level.HIGH, category="GBV")
    act(reference, triage.assess, found, actor=team.coordinator)
    forget_notices()
    clock.advance(timedelta(days=100))
    assert escalation.climb() > 5
    focal = {("item_for_you", team.focal.id), ("item_for_you", team.second_focal.id)}
    assert notices() == focal
    assert {code for code, superseded in reached(reference, P.PROPOSE) if not superseded} == {"due", *RUNGS}


def test_a_restricted_case_without_a_focal_point_is_told_to_nobody_else(clock, team):
    reference = states.an_acknowledged_case(team)
    act(reference, triage.restrict, "asked", actor=team.coordinator)
    with unit_of_work():
        for actor in (team.focal, team.second_focal):
            db.session.get_one(StaffUser, actor.id).is_active = False
    forget_notices()
    clock.advance(timedelta(days=60))
    assert escalation.climb() == 0
    assert notices() == set()
    assert [code for code, superseded in reached(reference, P.ASSESS) if not superseded] == []


def test_a_date_that_a_pause_holds_reminds_of_nothing(clock, team):
    reference = states.an_acknowledged_case(team)
    pause(reference)
    act(reference, triage.assess, states.assessment(Level.HIGH), actor=team.coordinator)
    forget_notices()
    with unit_of_work():
        the_open(reference, P.CONSULT).look_at = clock.now
    clock.advance(timedelta(days=1))
    escalation.climb()
    assert reached(reference, P.CONSULT) == []
    assert the_open(reference, P.CONSULT).look_at is None


def test_a_promise_that_was_extended_has_its_rungs_anew(clock, team):
    reference = states.an_assessed_case(team)
    row = the_open(reference, P.CONSULT)
    clock.move_to(row.due_at - timedelta(hours=12))
    escalation.climb()
    act(reference, delays.extend, row.id, "Roads are flooded.", row.due_at + timedelta(days=10), actor=team.officer)
    clock.move_to(the_open(reference, P.CONSULT).due_at + timedelta(days=2))
    escalation.climb()
    told = [code for code, superseded in reached(reference, P.CONSULT) if not superseded]
    assert sorted(told) == ["due", "late_2_days", "most_gone"]
