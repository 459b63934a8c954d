"""Refusing a request for information, through the pages of staff and of the person."""

import pytest

from engage.domain.case import Kind
from engage.services import triage
from tests import states
from tests.states import act, case_of
from tests.web.as_person import Person, a_concern
from tests.web.as_staff import done, page, send, sign_in

TYPED = {
    "reason": "privacy_of_others",
    "explanation": "It names the families who were paid.",
    "referral": "The information commissioner.",
}


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


def test_r62_it_is_asked_for_decided_by_a_second_person_and_read_by_the_person(client, team):
    received = a_concern(team.site_id, kind=Kind.INFORMATION_REQUEST)
    reference = received.reference
    act(reference, triage.acknowledge, actor=team.coordinator)
    boss, second = sign_in(client, team.coordinator), sign_in(client, team.approver)
    assert "Refuse to give the information" in boss.get(f"/staff/cases/{reference}").text
    done(send(boss, f"/staff/cases/{reference}/refuse-information", **TYPED))
    shut = boss.get(f"/staff/cases/{reference}/refuse-information")
    assert (shut.status_code, "A second person has to decide." in shut.text) == (409, True)
    assert "Decide on refusing information" in second.get("/staff/day").text
    decision = second.get(f"/staff/cases/{reference}/approve-screen-out")
    assert "It would tell private things of somebody else" in decision.text
    assert "Yes, it cannot be given" in decision.text
    done(send(second, f"/staff/cases/{reference}/approve-screen-out", decision="yes"))
    assert "Information refused, with the reason" in boss.get(f"/staff/cases/{reference}").text
    shown = Person(client, received.code).client.get("/case/view").text
    assert "We cannot give you what you asked for. We say why." in shown
    for words in (*list(TYPED.values())[1:], "Appeal to a panel", "Other places to turn to"):
        assert words in shown


def test_a_form_that_is_not_whole_keeps_what_was_typed(client, team):
    reference = states.an_acknowledged_case(team, kind=Kind.INFORMATION_REQUEST)
    answer = send(sign_in(client, team.coordinator), f"/staff/cases/{reference}/refuse-information", explanation="No.")
    assert answer.status_code == 422
    assert page(answer).select_one("textarea[name=explanation]").text.strip() == "No."
    for words in ("Choose a reason", "Write where they can turn to"):
        assert words in answer.text


def test_who_does_not_answer_it_is_refused_and_of_a_grievance_there_is_no_such_door(client, team):
    reference = states.an_acknowledged_case(team, kind=Kind.INFORMATION_REQUEST)
    assert sign_in(client, team.custodian).get(f"/staff/cases/{reference}/refuse-information").status_code == 403
    grievance = states.an_acknowledged_case(team)
    boss = sign_in(client, team.coordinator)
    assert "Refuse to give the information" not in boss.get(f"/staff/cases/{grievance}").text
    answer = send_anyway(boss, grievance)
    assert (answer.status_code, case_of(grievance).closed_at) == (422, None)
    assert "Nobody asks for information here" in answer.text


def send_anyway(browser, reference):
    address = f"/staff/cases/{reference}/refuse-information"
    with browser.session_transaction():
        opened = browser.get(address)
    assert opened.status_code == 409
    token = page(browser.get(f"/staff/cases/{reference}")).select_one("input[name=csrf_token]")["value"]
    version = case_of(reference).version
    return browser.post(address, data={"csrf_token": token, "version": version, **TYPED})


def test_r62_the_public_page_says_in_how_many_days_and_that_it_can_be_refused_only_in_writing(client, team):
    shown = client.get("/s/BOR/how-it-works")
    lines = [line.get_text(" ", strip=True) for line in page(shown).select("#short-road li")]
    assert lines == ["Question: 15 days", "Suggestion: 30 days", "Thanks: 30 days", "Request for information: 15 days"]
    assert "two people have to agree" in shown.text
