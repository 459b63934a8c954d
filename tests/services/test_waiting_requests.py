"""What waits for a second person ends with what it was asked for: with the case, or when a panel takes it over."""

import pytest
from sqlalchemy import select

from engage.domain.case import CaseClass, Kind
from engage.domain.guards import RIGHTS, Refused
from engage.domain.lifecycle import Stage
from engage.domain.severity import Level
from engage.extensions import db
from engage.models import OutboxMessage
from engage.queries import day
from engage.services import answers, appeals, cases, converting, proposals, ratings, triage
from engage.services.assessing import Rerating
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import forget_notices
from tests.promised import kinds_of, owed
from tests.states import act, case_of, person_of


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def refused(code, *args, **values):
    with pytest.raises(Refused) as caught:
        act(*args, **values)
    assert caught.value.refusal.code == code


def waits_for(actor, clock):
    return {(item.kind, item.reference) for item in day.day(actor, clock.now).waits}


def a_screening_asked(team):
    reference = states.an_acknowledged_case(team)
    act(reference, triage.ask_screen_out, "commercial_dispute", "Pay.", "Labour office.", actor=team.coordinator)
    return reference


def a_draft_that_waits(team):
    reference = states.an_assessed_case(team, Level.MODERATE)
    states.look_into(reference, team.officer)
    act(reference, proposals.propose, states.offer("Water the road."), actor=team.officer)
    return reference


def test_nobody_is_asked_any_more_to_screen_out_what_its_person_took_back(team, clock):
    reference = a_screening_asked(team)
    assert ("screening", reference) in waits_for(team.approver, clock)
    act(reference, answers.withdraw, actor=person_of(reference))
    assert ("screening", reference) not in waits_for(team.approver, clock)
    assert "ScreenOutDeclined" in kinds_of(reference)


def test_a_question_is_not_screened_out_by_what_was_asked_while_it_was_a_grievance(team):
    """Product 3: questions are closed by an answer. The person agreed to a question, not to be turned away."""
    reference = a_screening_asked(team)
    act(reference, converting.ask, Kind.QUESTION, "You ask when it ends.", actor=team.coordinator)
    act(reference, converting.answer, agreed=True, actor=person_of(reference))
    refused("nothing_to_decide", reference, triage.decide_screen_out, approve=True, actor=team.second_coordinator)
    assert case_of(reference).stage is Stage.ACKNOWLEDGED


def test_a_lower_level_is_not_agreed_to_after_the_case_has_ended(team, clock):
    reference = states.an_assessed_case(team, Level.EXTREME)
    lower = Rerating("final", Level.HIGH, Level.HIGH, why="Less than we thought.")
    act(reference, ratings.rate_again, lower, actor=team.officer)
    act(reference, answers.withdraw, actor=person_of(reference))
    refused("nothing_to_decide", reference, ratings.decide_downgrade, approve=True, actor=team.coordinator)
    assert case_of(reference).level == Level.EXTREME
    assert not owed(reference)


def test_a_draft_of_before_is_not_what_the_person_gets_after_a_panel_has_decided(team):
    """R32: what is offered after an appeal was written after it."""
    reference = a_draft_that_waits(team)
    with unit_of_work():
        case_of(reference).panel_offered = True
    act(reference, appeals.appeal, "You let me wait.", actor=person_of(reference))
    states.seat(reference, team.panel, by=team.coordinator)
    act(reference, appeals.decide, "upheld", "Offer more.", to_proposal=True, actor=team.panel)
    refused("nothing_to_approve", reference, proposals.approve_proposal, RIGHTS, actor=team.approver)
    act(reference, proposals.propose, states.offer("Pave the road."), actor=team.officer)
    assert cases.latest_proposal(case_of(reference)).remedies[0].words == "Pave the road."


def test_a_draft_of_a_case_that_was_withdrawn_waits_for_nobody_when_it_comes_back(team):
    reference = a_draft_that_waits(team)
    act(reference, answers.withdraw, actor=person_of(reference))
    assert "ProposalReturned" in kinds_of(reference)
    act(reference, appeals.reopen, "I was away.", actor=person_of(reference))
    states.look_into(reference, team.officer)
    act(reference, proposals.propose, states.offer("Pave the road."), actor=team.officer)


def test_a_seat_on_the_panel_of_a_case_that_was_withdrawn_is_on_nobodys_day(team, clock):
    reference = states.an_appealed_case(team)
    states.seat(reference, team.panel, by=team.coordinator)
    assert ("seat", reference) in waits_for(team.panel, clock)
    act(reference, answers.withdraw, actor=person_of(reference))
    assert ("seat", reference) not in waits_for(team.panel, clock)


def test_whoever_asked_to_screen_out_is_not_told_of_a_case_that_the_assessment_restricts(team):
    """Product 6: once a case is restricted, nobody outside hears of it, not even that it was sent back."""
    reference = a_screening_asked(team)
    forget_notices()
    found = states.assessment(Level.HIGH, facts=frozenset({"sexual_violence"}))
    act(reference, triage.assess, found, actor=team.second_coordinator)
    assert case_of(reference).class_ is CaseClass.RESTRICTED
    told = {row.user_id for row in db.session.scalars(select(OutboxMessage)) if row.user_id is not None}
    assert told == {team.focal.id, team.second_focal.id}
