"""Nothing grave, and nothing that was looked into, is proposed before the person was heard or sought (R31)."""

from datetime import timedelta

import pytest

from engage.domain.case import Identity, Road
from engage.domain.guards import Refused
from engage.domain.lifecycle import Stage
from engage.domain.severity import Level
from engage.queries import case_page
from engage.services import circumstances, conversation, investigation, proposals, triage
from engage.unit_of_work import unit_of_work
from tests import states
from tests.states import act, case_of, person_of


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def investigated(team, level=Level.MODERATE, **values) -> str:
    reference = states.an_acknowledged_case(team, **values)
    act(reference, triage.assess, states.assessment(level), actor=team.coordinator)
    act(reference, triage.assign, team.officer.id, actor=team.coordinator)
    act(reference, investigation.investigate, states.plan(), actor=team.officer)
    return reference


def waits(team, reference) -> bool:
    """Whether the use case refuses, and the case page says the same."""
    heard = circumstances.of(case_of(reference)).consulted
    assert case_page.page(reference, team.officer).circumstances.consulted is heard
    if heard:
        act(reference, proposals.propose, states.offer(), actor=team.officer)
        return False
    with pytest.raises(Refused) as caught:
        act(reference, proposals.propose, states.offer(), actor=team.officer)
    assert caught.value.refusal.code == "consult_first"
    return True


@pytest.mark.parametrize("level", [Level.LOW, Level.MODERATE, Level.EXTREME])
def test_what_was_looked_into_is_not_proposed_unheard(team, level):
    reference = investigated(team, level)
    assert waits(team, reference)
    act(reference, proposals.consult, "At the school.", actor=team.officer)
    assert not waits(team, reference)


def test_the_fast_road_needs_no_talk(team):
    reference = states.an_assessed_case(team)
    act(reference, proposals.propose, states.offer(), actor=team.officer)


def test_an_urgent_investigation_waits_for_nobody(team):
    assert case_of(investigated(team, Level.EXTREME)).stage is Stage.INVESTIGATING


def test_a_try_that_is_only_noted_is_no_talk_and_two_that_are_logged_are_enough(team):
    reference = investigated(team)
    act(reference, proposals.consult, "Nobody at home.", held=False, actor=team.officer)
    assert waits(team, reference)
    act(reference, conversation.log_attempt, "voice_call", reached=False, actor=team.officer)
    assert waits(team, reference)
    act(reference, conversation.log_attempt, "liaison_visit", reached=False, actor=team.officer)
    assert not waits(team, reference)


def test_whoever_answers_our_question_in_writing_was_heard(team, clock):
    reference = investigated(team)
    act(reference, conversation.write_as_person, "Is there news?", actor=person_of(reference))
    clock.advance(timedelta(hours=1))
    act(reference, conversation.reply, "Which days were the worst?", asks=True, actor=team.officer)
    assert waits(team, reference)
    clock.advance(timedelta(hours=1))
    act(reference, conversation.write_as_person, "The dry ones.", actor=person_of(reference))
    assert not waits(team, reference)


def test_who_has_the_code_alone_is_asked_on_their_case_page(team):
    reference = investigated(team, identity=Identity.ANONYMOUS, road=Road.NONE)
    for left in (True, False):
        act(reference, conversation.reply, "Which days were the worst?", asks=True, actor=team.officer)
        assert waits(team, reference) is left


def test_whom_we_could_reach_otherwise_is_not_just_asked_on_the_page(team):
    reference = investigated(team)
    with unit_of_work():
        case_of(reference).road = Road.RELAY
    for _ in range(3):
        act(reference, conversation.reply, "Which days were the worst?", asks=True, actor=team.officer)
    assert waits(team, reference)


def test_a_survivor_is_not_pressed_to_talk(team):
    """Domain 5.4: a try to reach them can put them in danger."""
    reference = states.a_case(team.site_id, category="GBV")
    act(reference, triage.acknowledge, actor=team.focal)
    found = states.assessment(Level.HIGH, category="GBV")
    act(reference, triage.assess, found, actor=team.focal)
    act(reference, investigation.investigate, states.plan(), actor=team.focal)
    act(reference, proposals.propose, states.offer(), actor=team.focal)
