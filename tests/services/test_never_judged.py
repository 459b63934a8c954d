"""A concern that ended before anybody judged it does not come back past triage, or past the second person."""

import pytest

from engage.domain.case import Kind
from engage.domain.deadlines import Promise
from engage.domain.guards import RIGHTS, Refused
from engage.domain.lifecycle import IllegalTransition, Stage
from engage.domain.policy import NotAllowed
from engage.domain.severity import Level
from engage.extensions import db
from engage.models import OutboxMessage
from engage.services import answers, appeals, endings, proposals, ratings, triage
from engage.services.assessing import Rerating
from tests import states
from tests.notify.letters import forget_notices
from tests.promised import the_open
from tests.states import act, case_of, person_of

REFERRAL = "The labour office, +381 30 123 456."


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def a_case_screened_out(team):
    reference = states.an_acknowledged_case(team)
    act(reference, triage.ask_screen_out, "commercial_dispute", "It is about pay.", REFERRAL, actor=team.coordinator)
    act(reference, triage.decide_screen_out, approve=True, actor=team.second_coordinator)
    return reference


def test_what_was_screened_out_and_comes_back_is_assessed_first(team):
    """Product 3: assessed means that category, severity, safety and retaliation risk are known."""
    reference = a_case_screened_out(team)
    act(reference, appeals.reopen, "It is not about pay.", actor=person_of(reference))
    assert case_of(reference).stage is Stage.ACKNOWLEDGED
    assert the_open(reference, Promise.ASSESS) and the_open(reference, Promise.PROPOSE)
    with pytest.raises(IllegalTransition):
        act(reference, proposals.propose, states.offer(), actor=team.coordinator)
    act(reference, triage.assess, states.assessment(Level.MODERATE), actor=team.coordinator)
    assert case_of(reference).level == Level.MODERATE


def test_a_question_that_comes_back_is_answered_and_takes_no_road_of_a_grievance(team):
    reference = states.an_acknowledged_case(team, kind=Kind.QUESTION)
    act(reference, endings.answer, "At six.", actor=team.coordinator)
    act(reference, appeals.reopen, "At six in the morning?", actor=person_of(reference))
    assert case_of(reference).stage is Stage.ACKNOWLEDGED
    act(reference, endings.answer, "Yes, in the morning.", actor=team.coordinator)
    assert case_of(reference).stage is Stage.CLOSED


def test_what_was_judged_before_comes_back_as_judged(team):
    reference = states.a_closed_case(team)
    act(reference, appeals.reopen, "The dust is back.", actor=person_of(reference))
    assert case_of(reference).stage is Stage.ASSESSED


def test_a_case_that_a_panel_brings_back_unjudged_needs_a_second_person_and_can_be_rated(team):
    """Product 3: from severity 3 up a second person approves; before it is known, level 3 counts (product 4)."""
    reference = a_case_screened_out(team)
    act(reference, appeals.appeal, "It is about my garden.", actor=person_of(reference))
    states.seat(reference, team.panel, by=team.coordinator)
    act(reference, appeals.decide, "upheld", "It is about dust.", to_proposal=True, actor=team.panel)
    act(reference, triage.assign, team.officer.id, actor=team.coordinator)
    forget_notices()
    act(reference, proposals.propose, states.offer("Water the road."), actor=team.officer)
    assert not case_of(reference).their_turn
    told = {row.user_id for row in db.session.query(OutboxMessage).filter_by(template="proposal_to_approve")}
    assert told == {team.approver.id}
    act(reference, proposals.approve_proposal, RIGHTS, actor=team.approver)
    assert case_of(reference).their_turn
    found = Rerating("final", Level.HIGH, Level.HIGH, why="Now we know.", immediate_action="Closed at once.")
    act(reference, ratings.rate_again, found, actor=team.officer)
    assert case_of(reference).level == Level.HIGH


def test_nobody_rates_a_case_again_that_triage_has_not_judged(team):
    reference = states.an_acknowledged_case(team)
    with pytest.raises(Refused) as caught:
        act(reference, ratings.rate_again, Rerating("final", Level.LOW, Level.LOW), actor=team.coordinator)
    assert caught.value.refusal.code == "not_assessed"


def test_whoever_withdrew_before_anybody_looked_comes_back_to_triage(team):
    reference = states.a_case(team.site_id)
    act(reference, answers.withdraw, pressured=True, actor=person_of(reference))
    act(reference, appeals.reopen, "They no longer threaten me.", actor=person_of(reference))
    assert case_of(reference).stage is Stage.ACKNOWLEDGED
    with pytest.raises(NotAllowed):
        act(reference, triage.assess, states.assessment(), actor=team.officer)
