"""We ask the person on their page whether their grievance may be something else; they say yes or no."""

import pytest

from engage.domain.case import Kind
from tests import states
from tests.states import case_of
from tests.web.as_person import come_back, words
from tests.web.as_staff import done, kinds, page, send, sign_in

WHY = "You ask when the blasting ends. That is a question."


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


@pytest.fixture
def asked(client, team):
    reference = states.an_acknowledged_case(team)
    answer = send(
        sign_in(client, team.coordinator), f"/staff/cases/{reference}/convert", kind="question", explanation=WHY
    )
    done(answer)
    return reference


@pytest.mark.parametrize(("said", "kind"), [("yes", Kind.QUESTION), ("no", Kind.GRIEVANCE)])
def test_the_person_says_yes_or_no_on_their_page(client, session, asked, said, kind):
    """R60."""
    person = come_back(client, asked)
    assert "It is your turn" in person.page()
    assert WHY in words(client.get("/case/kind"))
    nothing = person.send("/case/kind", words="Hm.")
    assert nothing.status_code == 422
    assert case_of(asked).kind is Kind.GRIEVANCE
    assert person.send("/case/kind", agreed=said, words="Thank you.").status_code == 303
    assert case_of(asked).kind is kind
    assert client.get("/case/kind").status_code == 303  # back to the case, with why
    assert "We ask you something" not in person.page()
    assert "ConversionAnswered" in kinds(session, asked)


def test_a_double_click_answers_once(client, session, asked):
    person = come_back(client, asked)
    fields = person.fields("/case/kind")
    for _ in range(2):
        assert client.post("/case/kind", data={**fields, "agreed": "no"}).status_code == 303
    assert kinds(session, asked).count("ConversionAnswered") == 1


def test_staff_record_what_the_person_said(client, team, asked):
    """R60, R45."""
    browser = sign_in(client, team.coordinator)
    assert browser.get(f"/staff/cases/{asked}/convert").status_code == 200
    again = send(browser, f"/staff/cases/{asked}/convert", kind="question", explanation=WHY)
    assert again.status_code == 422
    assert "asked already" in page(again).select_one("main").get_text()
    spoken = {"agreed": "yes", "sign_off": "thumbprint", "read_back": "y", "said": "Yes."}
    done(send(browser, f"/staff/cases/{asked}/record-conversion", **spoken))
    assert case_of(asked).kind is Kind.QUESTION
    assert browser.get(f"/staff/cases/{asked}/record-conversion").status_code == 409


def test_a_question_that_came_as_one_needs_nobodys_yes(client, team):
    reference = states.an_acknowledged_case(team, kind=Kind.QUESTION)
    done(send(sign_in(client, team.coordinator), f"/staff/cases/{reference}/convert", kind="suggestion"))
    assert case_of(reference).kind is Kind.SUGGESTION
