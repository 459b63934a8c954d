"""An investigation is planned on a page, and the plan is read by those who work the case."""

import pytest

from engage.domain.lifecycle import Stage
from engage.models import InvestigationPlan
from engage.services import investigation
from engage.unit_of_work import unit_of_work
from tests import states
from tests.states import act, case_of
from tests.web.as_person import come_back
from tests.web.as_staff import done, filled, in_days, kinds, page, plan, send, sign_in

SECRET = "Ask the driver Petrov on +381 64 123 4567 before he hears of it."


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


@pytest.fixture
def reference(team):
    return states.an_assessed_case(team)


def begun(team) -> str:
    reference = states.an_assessed_case(team)
    act(reference, investigation.investigate, states.plan(how=SECRET), actor=team.officer)
    return reference


def test_the_plan_stands_on_the_case_and_in_its_story(client, session, team, reference):
    browser = sign_in(client, team.officer)
    done(send(browser, f"/staff/cases/{reference}/investigate", **plan()))
    shown = browser.get(f"/staff/cases/{reference}").text
    for part in ("How much dust comes from the haul road.", "Measure for a week.", "Only staff read it."):
        assert part in shown
    assert "Plan of the investigation written" in browser.get(f"/staff/cases/{reference}/story").text
    assert kinds(session, reference)[-2:] == ["InvestigationStarted", "InvestigationPlanned"]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        ({"to_establish": " "}, "Write what you want to find out"),
        ({"how": "\0"}, "Write how you find it out"),
        ({"heard": ""}, "Write who is heard"),
        ({"evidence": ""}, "Write what would show it"),
        ({"due_on": ["", "", ""]}, "Give the day by which you know"),
        ({"due_on": ["31", "2", "2027"]}, "This is no date"),
        ({"due_on": ["1", "1", "9999"]}, "Choose a year"),
        ({"how": "a" * 20_001}, "Use 20000 characters or fewer"),
    ],
)
def test_a_plan_that_is_not_whole_is_given_back_with_what_was_typed(client, team, reference, spoil, said):
    answer = send(sign_in(client, team.officer), f"/staff/cases/{reference}/investigate", **plan(**spoil))
    assert answer.status_code == 422
    assert said in page(answer).select_one(".govuk-error-summary").get_text()
    kept = filled(answer)
    for name, typed in plan(**spoil).items():
        assert kept[name] == (typed.replace("\0", "").strip() if isinstance(typed, str) else typed)
    assert case_of(reference).stage is Stage.ASSESSED


def test_a_day_that_is_past_is_refused_and_nothing_is_lost(client, team, reference):
    browser = sign_in(client, team.officer)
    answer = send(browser, f"/staff/cases/{reference}/investigate", **plan(due_on=in_days(-3)))
    assert answer.status_code == 422
    assert "Choose dates that lie ahead." in answer.text
    assert filled(answer)["how"] == "Measure for a week."


def test_the_plan_is_changed_with_a_reason_and_the_one_before_can_be_read(client, team):
    reference = begun(team)
    browser = sign_in(client, team.officer)
    address = f"/staff/cases/{reference}/plan"
    assert filled(browser.get(address))["how"] == SECRET
    refused = send(browser, address, how="Measure twice.")
    assert refused.status_code == 422
    assert "Write why the plan changes" in refused.text
    done(send(browser, address, how="Measure twice.", why="It rained."))
    shown = page(browser.get(f"/staff/cases/{reference}"))
    assert "Measure twice." in shown.text
    assert "It rained." in shown.text
    assert "Ask the driver" in shown.select_one("details .app-facts").text
    assert "version 2" in browser.get(f"/staff/cases/{reference}/story").text


def test_a_day_that_is_over_is_asked_for_again(client, clock, team):
    reference = begun(team)
    clock.advance(states.timedelta(days=20))
    shown = filled(sign_in(client, team.officer).get(f"/staff/cases/{reference}/plan"))
    assert shown["due_on"] == ["", "", ""]


def test_an_investigation_without_a_plan_is_given_one(client, session, team):
    reference = begun(team)
    with unit_of_work():
        session.delete(session.query(InvestigationPlan).one())
    browser = sign_in(client, team.officer)
    assert browser.get(f"/staff/cases/{reference}").status_code == 200
    done(send(browser, f"/staff/cases/{reference}/plan", **plan()))


def test_there_is_no_plan_to_change_before_and_after_the_investigation(client, team, reference):
    for earlier in (reference, states.a_proposed_case(team)):
        answer = sign_in(client, team.officer).get(f"/staff/cases/{earlier}/plan")
        assert answer.status_code == 409
        assert "No investigation is going on." in answer.text


def test_who_does_not_work_the_case_cannot_plan_and_the_auditor_reads_it_masked(client, team):
    reference = begun(team)
    for nobody in (team.auditor, team.custodian):
        assert sign_in(client, nobody).get(f"/staff/cases/{reference}/plan").status_code == 403
    shown = sign_in(client, team.auditor).get(f"/staff/cases/{reference}").text
    assert "Ask the driver" in shown
    assert "123 4567" not in shown


def test_the_person_never_reads_the_plan(client, team):
    reference = begun(team)
    person = come_back(client, reference)
    for path in ("/case/view", "/case/download"):
        assert "Petrov" not in client.get(path).text
    assert "Petrov" not in person.page()


def test_a_proposal_waits_for_a_talk_and_its_door_says_so(client, team):
    reference = begun(team)
    browser = sign_in(client, team.officer)
    shut = browser.get(f"/staff/cases/{reference}/propose")
    assert shut.status_code == 409
    assert "Talk with the person first and record it, or try at least 2 times" in shut.text
    for way in ("voice_call", "liaison_visit"):
        tried = {"outcome": "attempt", "channel": way, "account": "Nobody came to the door."}
        done(send(browser, f"/staff/cases/{reference}/consult", **tried))
    assert browser.get(f"/staff/cases/{reference}/propose").status_code == 200
