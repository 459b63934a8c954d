"""The page of one's own case, read as somebody reads it who is afraid and knows none of our words."""

import pytest

from engage.services import answers, appeals, proposals
from tests import states
from tests.states import act, person_of
from tests.web.as_person import come_back


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def test_a_proposal_that_was_refused_does_not_look_like_one_to_be_answered(client, team):
    reference = states.a_proposed_case(team, "Water the road.")
    person = come_back(client, reference)
    assert "Our proposal" in person.page()
    act(reference, answers.counter, actor=person_of(reference))
    page = person.page()
    assert "What we proposed before" in page and "Our proposal" not in page


def test_whoever_stopped_reads_it_as_said_to_them(client, team):
    reference = states.an_acknowledged_case(team)
    act(reference, answers.withdraw, actor=person_of(reference))
    page = come_back(client, reference).page()
    assert "You asked us to stop. You can still appeal, or open it again." in page
    assert "by the person" not in page


def test_what_was_said_to_an_earlier_proposal_is_not_lost_with_the_next_one(client, team):
    reference = states.a_proposed_case(team, "Water the road.")
    said = answers.SignOff(words="Twice a day, please.")
    act(reference, answers.counter, actor=person_of(reference), sign_off=said)
    act(reference, proposals.propose, states.offer("Water the road twice."), actor=team.officer)
    person = come_back(client, reference)
    for kept in (person.page(), client.get("/case/download").text):
        assert "You asked us to change our proposal." in kept and "Twice a day, please." in kept


def test_the_panel_speaks_to_the_person_and_not_of_them(client, team):
    reference = states.an_appealed_case(team)
    states.seat(reference, team.panel, by=team.coordinator)
    act(reference, appeals.decide, "upheld", "It was too little.", actor=team.panel, to_proposal=True)
    act(reference, proposals.propose, states.offer(close_type="resolved_on_appeal"), actor=team.officer)
    page = come_back(client, reference).page()
    assert "The panel agrees with you." in page and "You refused our proposal." in page
