"""Harm that goes on shortens dates; what was told to the person is not taken back by a judgement (R26, R67)."""

from datetime import timedelta

import pytest

from engage.domain.deadlines import Promise
from engage.domain.severity import Level
from engage.services import answers, delays, proposals, ratings
from engage.services.assessing import Rerating
from engage.services.delays import Delay
from tests import states
from tests.promised import kinds_of, owed, rows_of, the_open
from tests.states import act, case_of, person_of

P, L = Promise, Level
HARM = frozenset({"ongoing_harm"})
WHY = "The laboratory needs longer."
SAME = Rerating("final", L.LOW, L.LOW)


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


@pytest.fixture
def reference(team):
    return states.an_assessed_case(team)


def rate(reference, team, level, **values):
    found = Rerating("preliminary", level, level, why="We know more.", immediate_action="Water is brought.", **values)
    act(reference, ratings.rate_again, found, actor=team.coordinator)


def test_harm_that_goes_on_shortens_dates_and_forces_an_interim_measure(clock, team):
    """R26."""
    without = owed(states.an_assessed_case(team, L.MODERATE))
    reference = states.an_assessed_case(team, L.MODERATE, facts=HARM, immediate_action="The road is closed.")
    case = case_of(reference)
    assert (case.level, case.ongoing_harm) == (L.HIGH, True)
    assert owed(reference)[P.CONSULT] < without[P.CONSULT]
    assert owed(reference)[P.START_INVESTIGATION] < without[P.START_INVESTIGATION]
    assert rows_of(reference, P.INTERIM_MEASURE)


def test_harm_that_is_found_later_moves_dates_too_and_the_record_says_so(clock, team, reference):
    """R26: set the flag; due dates are recomputed, the change is logged."""
    before = owed(reference)
    rate(reference, team, L.MODERATE, facts=HARM)
    after = owed(reference)
    assert after[P.CONSULT] < before[P.CONSULT]
    assert "SeverityRated" in kinds_of(reference)
    assert len(rows_of(reference, P.CONSULT)) == 2
    assert rows_of(reference, P.INTERIM_MEASURE)


def test_a_judgement_that_changes_no_level_takes_back_no_date_that_was_put_off(clock, team, reference):
    """What the person saw: more time was asked for and told, and then the date was the old one again."""
    row = the_open(reference, P.PROPOSE)
    told = row.due_at + timedelta(days=10)
    act(reference, delays.extend, row.id, WHY, told, actor=team.officer)
    act(reference, ratings.rate_again, SAME, actor=team.coordinator)
    assert the_open(reference, P.PROPOSE).due_at == told


def test_a_judgement_that_changes_no_level_makes_no_delay_of_a_day_of_the_one_that_was_told(clock, team, reference):
    row = the_open(reference, P.PROPOSE)
    clock.move_to(row.due_at + timedelta(days=1))
    told = clock.now + timedelta(days=9)
    act(reference, delays.tell_delay, row.id, Delay("We measured.", WHY), told, actor=team.officer)
    act(reference, ratings.rate_again, SAME, actor=team.coordinator)
    assert the_open(reference, P.PROPOSE).due_at == told


def test_harm_that_is_found_later_shortens_what_was_put_off(clock, team, reference):
    row = the_open(reference, P.START_INVESTIGATION)
    act(reference, delays.extend, row.id, WHY, row.due_at + timedelta(days=10), actor=team.officer)
    rate(reference, team, L.MODERATE, facts=HARM)
    assert the_open(reference, P.START_INVESTIGATION).due_at < row.due_at


def test_a_proposal_that_is_owed_again_is_counted_from_when_it_was(clock, team, reference):
    act(reference, proposals.propose, states.offer("Water the road."), actor=team.officer)
    clock.advance(timedelta(days=40))
    act(reference, answers.counter, actor=person_of(reference))
    due = the_open(reference, P.PROPOSE).due_at
    rate(reference, team, L.MODERATE)
    assert the_open(reference, P.PROPOSE).due_at == due
