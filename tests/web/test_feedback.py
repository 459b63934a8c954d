"""The two questions at the end: whom they are put to, where unhappy answers lead, and who never sees them (R55)."""

import pytest
from sqlalchemy import select

from engage.domain.guards import Refused
from engage.extensions import db
from engage.models import CaseEvent
from engage.services import answers, cases
from engage.unit_of_work import unit_of_work
from tests import states
from tests.states import case_of
from tests.web.as_person import come_back
from tests.web.as_staff import sign_in


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


@pytest.mark.parametrize(("treatment", "result"), [("1", "5"), ("4", "2")])
def test_r55_an_unhappy_answer_leads_to_opening_it_again_or_to_a_panel(client, team, treatment, result):
    person = come_back(client, states.a_closed_case(team))
    answer = person.send("/case/feedback", treatment=treatment, result=result)
    assert answer.location.endswith("/case/not-good-yet")
    shown = client.get(answer.location).text
    assert "Open it again" in shown
    assert "Appeal to a panel" in shown
    assert person.send("/case/reopen", reason="It came back.").status_code == 303
    assert client.get("/case/not-good-yet").status_code == 303


def test_a_happy_answer_leads_back_to_the_case(client, team):
    person = come_back(client, states.a_closed_case(team))
    assert person.send("/case/feedback", treatment="3", result="5").location.endswith("/case/view")


def test_r55_nobody_is_asked_in_the_restricted_lane(client, team):
    reference = states.a_closed_case(team)
    person = come_back(client, reference)
    with unit_of_work():
        cases.restrict(cases.lock_own(case_of(reference).id), "category", actor=team.coordinator)
    assert "Two short questions" not in person.page()
    assert client.get("/case/feedback").status_code == 303
    with pytest.raises(Refused), unit_of_work():
        answers.give_feedback(case_of(reference), process=5, outcome=5, words=None, actor=states.person_of(reference))


def test_r55_what_was_answered_is_on_no_page_of_staff_and_in_no_record_of_the_case(client, team):
    reference = states.a_closed_case(team)
    person = come_back(client, reference)
    person.send("/case/feedback", treatment="1", result="2", words="Ask us sooner, please.")
    row = db.session.scalars(select(CaseEvent).where(CaseEvent.kind == "FeedbackGiven")).one()
    assert row.payload == "{}"
    for path in ("", "/story"):
        assert "Ask us sooner" not in sign_in(client, team.coordinator).get(f"/staff/cases/{reference}{path}").text
