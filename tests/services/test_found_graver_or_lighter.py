"""A case that is rated anew: what it owes counts from when it was owed, and what waits for nobody is sent."""

from datetime import timedelta

import pytest

from engage.domain.case import CaseClass
from engage.domain.deadlines import Promise
from engage.domain.guards import RIGHTS
from engage.domain.severity import Level
from engage.extensions import db
from engage.models import OutboxMessage, StaffUser
from engage.services import appeals, delays, escalation, explanations, proposals, ratings
from engage.services.assessing import Rerating
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import forget_notices
from tests.promised import kinds_of, the_open
from tests.states import act, case_of, person_of

P = Promise


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def told(template):
    return {row.user_id for row in db.session.query(OutboxMessage).filter_by(template=template)}


def lower(team, reference, level):
    found = Rerating("final", level, level, why="We know more.")
    act(reference, ratings.rate_again, found, actor=team.officer)
    act(reference, ratings.decide_downgrade, approve=True, actor=team.coordinator)


def test_a_proposal_that_is_owed_anew_and_was_put_off_is_not_counted_from_a_receipt_long_ago(team, clock):
    """Product 4: the clock of what is owed anew starts when it is."""
    reference = states.a_closed_case(team)
    clock.advance(timedelta(days=300))
    act(reference, appeals.reopen, "The dust is back.", actor=person_of(reference))
    row = the_open(reference, P.PROPOSE)
    later = row.due_at + timedelta(days=20)
    act(reference, delays.extend, row.id, "We measure again.", later, actor=team.officer)
    graver = Rerating("final", Level.MODERATE, Level.MODERATE, why="It is worse.")
    act(reference, ratings.rate_again, graver, actor=team.officer)
    assert timedelta(days=29) < the_open(reference, P.PROPOSE).due_at - clock.now < timedelta(days=31)


def test_a_draft_that_waits_for_nobody_any_more_is_sent_when_the_case_is_found_to_be_lighter(team):
    reference = states.an_assessed_case(team, Level.HIGH)
    states.look_into(reference, team.officer)
    act(reference, proposals.propose, states.offer("Water the road."), actor=team.officer)
    act(reference, proposals.approve_proposal, RIGHTS, actor=team.approver)
    assert not case_of(reference).their_turn
    lower(team, reference, Level.MODERATE)
    assert case_of(reference).their_turn
    assert "ProposalSent" in kinds_of(reference)


def test_a_draft_that_waits_for_somebody_still_is_not_sent_by_a_lower_level(team):
    reference = states.an_assessed_case(team, Level.HIGH)
    states.look_into(reference, team.officer)
    act(reference, proposals.propose, states.offer("Water the road."), actor=team.officer)
    lower(team, reference, Level.MODERATE)
    assert not case_of(reference).their_turn


def test_no_survivor_is_pressed_to_answer_by_a_clock(team, clock):
    """Domain 5.4: in the restricted lane clocks bind staff and put no pressure on the survivor."""
    reference = states.a_proposed_case(team, "Water the road.")
    with unit_of_work():
        case_of(reference).class_ = CaseClass.RESTRICTED
    clock.move_to(the_open(reference, P.ANSWER).due_at + timedelta(hours=1))
    forget_notices()
    escalation.climb()
    assert not {template for template in ("reminder_to_answer",) if told(template)}


def test_an_explanation_that_is_missing_is_told_to_somebody_although_the_ladder_stands_empty(team, clock):
    """Product 4: never to nobody."""
    reference = states.an_assessed_case(team)
    clock.move_to(the_open(reference, P.CONSULT).due_at + timedelta(days=5, minutes=1))
    escalation.climb()
    with unit_of_work():
        db.session.get_one(StaffUser, team.approver.id).is_active = False
    clock.advance(timedelta(days=3))
    forget_notices()
    explanations.miss_due()
    assert told("explanation_missing")
