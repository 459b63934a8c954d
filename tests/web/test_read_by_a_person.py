"""The page of one's own case, read as somebody reads it who is afraid and knows none of our words."""

import pytest

from engage.services import answers
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
