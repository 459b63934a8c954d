"""What a person writes with an answer: it stands on the case page, for those who have to act on it."""

import pytest

from engage.services import answers, cases, endings
from engage.services.answers import SignOff
from tests import states
from tests.states import act, case_of, person_of
from tests.web.as_staff import sign_in


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


def test_staff_read_on_the_case_where_the_person_wants_to_meet(client, team):
    reference = states.a_proposed_case(team, "Water the road.")
    said = SignOff(words="At the school, after the market.")
    act(reference, answers.counter, actor=person_of(reference), wants_meeting=True, sign_off=said)
    shown = sign_in(client, team.officer).get(f"/staff/cases/{reference}")
    assert "At the school, after the market." in shown.text


def test_staff_read_on_the_case_what_is_not_put_right(client, team):
    reference = states.an_implementing_case(team)
    remedy = cases.latest_proposal(case_of(reference)).remedies[0].id
    act(reference, endings.finish_remedy, remedy, "Photo.", actor=team.officer)
    said = SignOff(words="The wall still leans.")
    act(reference, answers.confirm_remedy, remedy, confirmed=False, actor=person_of(reference), sign_off=said)
    shown = sign_in(client, team.officer).get(f"/staff/cases/{reference}")
    assert "The wall still leans." in shown.text
