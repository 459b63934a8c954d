"""What moves a date: assessment, another kind of case, another site, a pause."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from engage.domain.case import Kind
from engage.domain.deadlines import Promise
from engage.domain.policy import Role
from engage.domain.severity import Level
from engage.models.promise import HELD
from engage.services import converting, deadlines, proposals, triage
from engage.unit_of_work import unit_of_work
from tests import states
from tests.promised import change_rules, owed, pause, rows_of, the_open, with_case
from tests.states import act

BELGRADE = ZoneInfo("Europe/Belgrade")
P = Promise
GRIEVANCE = {P.ACKNOWLEDGE, P.ASSESS, P.CONSULT, P.START_INVESTIGATION, P.PROPOSE}


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def test_assessment_gives_every_date_the_level_it_found_counted_from_receipt(clock, team):
    reference = states.an_acknowledged_case(team)
    received = clock.now
    clock.advance(timedelta(hours=20))
    act(reference, triage.assess, states.assessment(Level.HIGH), actor=team.coordinator)
    dates = owed(reference)
    assert dates[P.CONSULT] == received + timedelta(days=1)
    assert dates[P.START_INVESTIGATION] == received + timedelta(days=2)
    [old, new] = sorted(rows_of(reference, P.CONSULT), key=lambda row: row.version)
    assert (old.ended_at, old.met_at, old.breached_at) == (clock.now, None, None)
    assert (new.version, new.level, new.starts_at) == (2, 4, received)


def test_no_date_becomes_later_than_the_one_that_was_told(team):
    reference = states.an_acknowledged_case(team)
    told = owed(reference)
    act(reference, triage.assess, states.assessment(Level.HIGH), actor=team.coordinator)
    assert owed(reference)[P.PROPOSE] == told[P.PROPOSE]  # the row of level 4 would say 45 days
    act(
        other := states.an_acknowledged_case(team),
        triage.assess,
        states.assessment(Level.MINOR),
        actor=team.coordinator,
    )
    assert owed(other) == {promise: told[promise] for promise in (P.CONSULT, P.START_INVESTIGATION, P.PROPOSE)}


def test_a_date_that_would_be_past_is_a_day_from_now_and_no_breach(clock, team):
    reference = states.an_acknowledged_case(team)
    clock.advance(timedelta(days=2, hours=1))
    act(reference, triage.assess, states.assessment(Level.HIGH), actor=team.coordinator)
    consult = the_open(reference, P.CONSULT)
    assert consult.due_at == clock.now + timedelta(hours=24)
    assert consult.breached_at is None
    assert not [row for row in rows_of(reference) if row.breached_at]


def test_a_date_that_was_missed_before_assessment_stays_missed(clock, team):
    reference = states.an_acknowledged_case(team)
    clock.advance(timedelta(days=5))
    act(reference, triage.assess, states.assessment(Level.HIGH), actor=team.coordinator)
    [consult] = rows_of(reference, P.CONSULT)
    assert consult.due_at < clock.now
    act(reference, proposals.consult, "We met at the school.", actor=team.coordinator)
    [consult] = rows_of(reference, P.CONSULT)
    assert consult.met_at == consult.breached_at == clock.now


def test_a_level_found_later_moves_when_a_date_that_stays_is_looked_at(clock, team):
    reference = states.an_acknowledged_case(team)
    with unit_of_work():
        for row in rows_of(reference, P.PROPOSE):
            row.due_at = clock.now - timedelta(hours=1)
            row.look_at = None
    act(reference, triage.assess, states.assessment(Level.HIGH), actor=team.coordinator)
    assert the_open(reference, P.PROPOSE).look_at is not None


@pytest.mark.parametrize(("level", "facts", "expected"), [(1, (), None), (2, ("ongoing_harm",), 48), (5, (), 4)])
def test_a_first_step_is_owed_where_the_level_or_the_harm_asks_for_it(clock, team, level, facts, expected):
    reference = states.an_acknowledged_case(team)
    found = states.assessment(Level(level), facts=frozenset(facts))
    act(reference, triage.assess, found, actor=team.coordinator)
    rows = rows_of(reference, P.INTERIM_MEASURE)
    assert [row.due_at for row in rows] == ([clock.now + timedelta(hours=expected)] if expected else [])


def test_a_first_step_that_was_taken_is_not_owed_again(team):
    reference = states.an_assessed_case(team, Level.HIGH)
    assert the_met(reference, P.INTERIM_MEASURE)
    with_case(reference, deadlines.recompute_at_assessment)
    assert len(rows_of(reference, P.INTERIM_MEASURE)) == 1


def the_met(reference, promise):
    return [row for row in rows_of(reference, promise) if row.met_at]


def test_a_question_that_is_a_grievance_owes_its_promises_since_it_came_in(clock, team):
    reference = states.an_acknowledged_case(team, kind=Kind.QUESTION)
    received = clock.now
    clock.advance(timedelta(days=5))
    told = owed(reference)[P.PROPOSE]
    act(reference, triage.convert, Kind.GRIEVANCE, actor=team.coordinator)
    assert owed(reference) == {
        P.ASSESS: clock.now + timedelta(hours=24),  # would be past
        P.CONSULT: clock.now + timedelta(hours=24),  # would be past
        P.START_INVESTIGATION: received + timedelta(days=10),
        P.PROPOSE: told,
    }
    assert len(rows_of(reference, P.ACKNOWLEDGE)) == 1


def test_a_grievance_made_a_question_and_a_grievance_again_owes_everything_again(team):
    reference = states.an_acknowledged_case(team)
    act(reference, converting.ask, Kind.QUESTION, "You ask when it ends.", actor=team.coordinator)
    act(reference, converting.answer, agreed=True, actor=states.person_of(reference))
    assert set(owed(reference)) == {P.PROPOSE}
    act(reference, triage.convert, Kind.GRIEVANCE, actor=team.coordinator)
    assert set(owed(reference)) == GRIEVANCE - {P.ACKNOWLEDGE}
    assert {row.version for row in rows_of(reference, P.ASSESS)} == {1, 2}


def test_a_promise_that_the_level_adds_begins_at_assessment(clock, team):
    def change(promises, _ladder):
        promises["promises"]["consult"]["3"] = "not promised"

    change_rules(team.site_id, change)
    reference = states.an_acknowledged_case(team)
    assert P.CONSULT not in owed(reference)
    act(reference, triage.assess, states.assessment(Level.HIGH), actor=team.coordinator)
    assert owed(reference)[P.CONSULT] == clock.now + timedelta(days=1)


def test_a_promise_that_is_made_to_nobody_does_not_begin(team):
    def change(promises, _ladder):
        for level in "12345":
            promises["promises"]["consult"][level] = "not promised"
            promises["promises"]["decide_appeal"][level] = "not promised"
            promises["promises"]["form_panel"][level] = "not promised"

    change_rules(team.site_id, change)
    assert P.CONSULT not in owed(states.an_assessed_case(team))
    assert owed(states.an_appealed_case(team)) == {}


def test_a_person_without_time_to_answer_is_a_fault_of_the_rules(team):
    def change(promises, _ladder):
        promises["promises"]["answer"]["2"] = "not promised"

    change_rules(team.site_id, change)
    reference = states.an_assessed_case(team)
    with pytest.raises(LookupError):
        act(reference, proposals.propose, states.offer(), actor=team.officer)


def test_a_site_that_promises_more_gives_a_routed_concern_its_earlier_dates(clock, team):
    def change(promises, _ladder):
        promises["promises"]["propose"]["3"] = {"days": 20}
        promises["promises"]["consult"]["3"] = {"days": 40}

    change_rules(team.site_id, change)
    reference = states.a_case()
    told, received = owed(reference), clock.now
    clock.advance(timedelta(hours=1))
    act(reference, triage.route, team.site_id, actor=states.staff((Role.COORDINATOR, None)))
    assert owed(reference) == told | {P.PROPOSE: received + timedelta(days=20)}


def test_routing_opens_nothing_that_ended(team):
    reference = states.a_case()
    with_case(reference, deadlines.end_all, P.CONSULT)
    act(reference, triage.route, team.site_id, actor=states.staff((Role.COORDINATOR, None)))
    assert P.CONSULT not in owed(reference)


def test_a_pause_without_an_end_holds_a_date_and_the_level_still_counts(clock, team):
    reference = states.an_acknowledged_case(team)
    pause(reference)
    act(reference, triage.assess, states.assessment(Level.HIGH), actor=team.coordinator)
    consult, propose = the_open(reference, P.CONSULT), the_open(reference, P.PROPOSE)
    assert consult.due_at == HELD
    assert (consult.span, consult.look_at) == ("days:1", None)
    assert propose.due_at < HELD  # what was told stays until the pause has ended
    with_case(reference, deadlines.recompute_at_assessment)
    assert len(rows_of(reference, P.CONSULT)) == 2  # a held date that the level does not change is no new version


def test_a_pause_with_an_end_moves_the_date_and_is_counted(clock, team):
    reference = states.an_acknowledged_case(team)
    pause(reference, clock.now + timedelta(days=2))
    act(reference, triage.assess, states.assessment(Level.HIGH), actor=team.coordinator)
    row = the_open(reference, P.CONSULT)
    assert row.total_pause == timedelta(days=2)
    assert row.due_at == datetime(2026, 3, 5, 9, tzinfo=UTC)
