"""What is judged again after triage, through pages: the level by two people when lower, the risk, what is arranged."""

import pytest

from engage.domain.severity import Level
from engage.services import proposals, ratings
from engage.services.assessing import Rerating
from tests import states
from tests.states import act, case_of
from tests.web.as_staff import assessment, done, kinds, page, plan, send, sign_in

WORDS = {"why": "The wells were measured: they are clean.", "phase": "final"}


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


def words(answer) -> str:
    return page(answer).select_one("main").get_text(" ", strip=True)


def test_a_lower_level_takes_two_people_through_pages(client, session, team):
    """R24: downgrade alone -> refused."""
    reference = states.an_assessed_case(team, Level.MODERATE)
    asking, deciding = sign_in(client, team.coordinator), sign_in(client, team.approver)
    refused = send(asking, f"/staff/cases/{reference}/rate", phase="final", actual="1", potential="1")
    assert refused.status_code == 422
    assert "Say why." in words(refused)
    done(send(asking, f"/staff/cases/{reference}/rate", actual="1", potential="1", **WORDS))
    assert case_of(reference).level == 3
    own = asking.get(f"/staff/cases/{reference}/approve-rating")
    assert own.status_code == 409
    assert "Somebody else has to decide" in words(own)
    shown = deciding.get(f"/staff/cases/{reference}/approve-rating")
    assert "The wells were measured" in words(shown)
    assert "waits for a second person" in words(deciding.get(f"/staff/cases/{reference}"))
    done(send(deciding, f"/staff/cases/{reference}/approve-rating", decision="yes"))
    assert case_of(reference).level == 1
    assert "SeverityRated" in kinds(session, reference)
    assert "Final" in words(deciding.get(f"/staff/cases/{reference}"))


def test_somebody_without_the_role_decides_nothing(client, team):
    reference = states.an_assessed_case(team, Level.MODERATE)
    lower = Rerating("final", Level.LOW, Level.LOW, why="Clean.")
    act(reference, ratings.rate_again, lower, actor=team.coordinator)
    assert sign_in(client, team.officer).get(f"/staff/cases/{reference}/approve-rating").status_code == 403
    assert sign_in(client, team.coordinator).get(f"/staff/cases/{reference}/rate").status_code == 409


def test_the_criteria_and_what_the_person_says_stand_beside_the_levels(client, team):
    """R24, domain 3.5: criteria on screen, and the complainant's own view."""
    reference = states.a_case(team.site_id, own_view="very")
    act(reference, states.triage.acknowledge, actor=team.coordinator)
    browser = sign_in(client, team.coordinator)
    for path in ("assess", "rate"):
        shown = words(browser.get(f"/staff/cases/{reference}/{path}")) if path == "assess" else ""
        if path == "rate":
            act(reference, states.triage.assess, states.assessment(), actor=team.coordinator)
            shown = words(browser.get(f"/staff/cases/{reference}/rate"))
        assert "Hospital, possible permanent impairment" in shown
        assert "Very bad: it cannot go on like this" in shown
    assert "Very bad" in words(browser.get(f"/staff/cases/{reference}"))


def test_somebody_in_danger_now_is_asked_about_and_shown(client, team):
    """R23."""
    reference = states.an_acknowledged_case(team)
    browser = sign_in(client, team.coordinator)
    silent = assessment("1", danger="now", title="An open pit by the school")
    refused = send(browser, f"/staff/cases/{reference}/assess", **silent)
    assert refused.status_code == 422
    assert "Somebody is in danger now." in words(refused)
    assert page(refused).select_one("[name=title]")["value"] == "An open pit by the school"
    left_out = send(browser, f"/staff/cases/{reference}/assess", **{**silent, "danger": "", "complexity": ""})
    assert "Choose whether anybody is in danger" in words(left_out)
    assert "Choose how hard it will be" in words(left_out)
    done(send(browser, f"/staff/cases/{reference}/assess", **silent, immediate_action="The pit is fenced."))
    shown = words(browser.get(f"/staff/cases/{reference}"))
    assert "Anybody in danger Yes, now" in shown
    assert "Simple: one place, one question" in shown


def test_the_risk_is_looked_at_again_before_the_case_goes_on(client, team):
    """R52."""
    reference = states.an_acknowledged_case(team)
    browser = sign_in(client, team.coordinator)
    at_risk = {"retaliation_likelihood": "likely", "retaliation_severity": "serious"}
    refused = send(browser, f"/staff/cases/{reference}/assess", **assessment("3", **at_risk))
    assert refused.status_code == 422
    assert "Say what is done to keep the person safe." in words(refused)
    safe = {**at_risk, "measures": "We meet at the church."}
    done(send(browser, f"/staff/cases/{reference}/assess", **assessment("3", **safe)))
    done(send(browser, f"/staff/cases/{reference}/investigate", **plan()))
    talk = {"outcome": "held", "channel": "walk_in", "account": "At the school."}
    done(send(browser, f"/staff/cases/{reference}/consult", **talk))
    shown = browser.get(f"/staff/cases/{reference}")
    assert "Look again at what the person risks" in words(shown)
    assert browser.get(f"/staff/cases/{reference}/propose").status_code == 409
    done(send(browser, f"/staff/cases/{reference}/assess-retaliation", **safe))
    assert "Look again at what the person risks" not in words(browser.get(f"/staff/cases/{reference}"))
    assert browser.get(f"/staff/cases/{reference}/propose").status_code == 200


def test_whoever_writes_and_approves_a_proposal_sees_that_the_level_is_from_triage(client, team):
    """R24: preliminary at triage, final once the facts are known."""
    reference = states.an_assessed_case(team, Level.MODERATE)
    states.look_into(reference, team.officer)
    officer, approver = sign_in(client, team.officer), sign_in(client, team.approver)
    still = "Level 3 was given at triage"
    shown = page(officer.get(f"/staff/cases/{reference}/propose"))
    assert still in shown.text
    assert shown.find("a", string="Rate it for good")["href"].endswith("/rate")
    act(reference, proposals.propose, states.offer("Water the road."), actor=team.officer)
    assert still in approver.get(f"/staff/cases/{reference}/approve-proposal").text
    done(send(officer, f"/staff/cases/{reference}/rate", phase="final"))
    assert still not in approver.get(f"/staff/cases/{reference}/approve-proposal").text


def test_on_the_fast_road_nobody_is_asked_to_rate_again(client, team):
    reference = states.an_assessed_case(team)
    shown = sign_in(client, team.officer).get(f"/staff/cases/{reference}/propose")
    assert "was given at triage" not in shown.text


def test_an_interpreter_is_arranged_before_the_meeting(client, session, team):
    """R12."""
    reference = states.an_acknowledged_case(team)
    browser = sign_in(client, team.coordinator)
    done(send(browser, f"/staff/cases/{reference}/assess", **assessment("2", support=["interpreter"])))
    done(send(browser, f"/staff/cases/{reference}/ask-for-support", need="transport"))
    met = {"outcome": "held", "channel": "liaison_visit", "account": "On Monday at her house."}
    refused = send(browser, f"/staff/cases/{reference}/consult", **met)
    assert refused.status_code == 422
    assert "not arranged yet: 2." in words(refused)
    assert "On Monday at her house." in refused.text
    shown = page(browser.get(f"/staff/cases/{reference}"))
    links = [link["href"] for link in shown.select("a") if "/items/" in link.get("href", "")]
    assert len(links) == 2
    for link in links:
        done(send(browser, link, account="Ana comes along, with her car."))
    done(send(browser, f"/staff/cases/{reference}/consult", **met))
    assert kinds(session, reference).count("ItemDone") == 2
    assert browser.get(f"/staff/cases/{reference}/items/{case_of(reference).id}").status_code == 404


def test_why_a_level_is_what_it_is_stands_on_the_case(client, team):
    reference = states.an_assessed_case(
        team, Level.LOW, facts=frozenset({"vulnerable_people", "fatality"}), immediate_action="Stopped."
    )
    shown = words(sign_in(client, team.officer).get(f"/staff/cases/{reference}"))
    assert "People at special risk are affected" in shown
    assert "A death" in shown or "Someone died" in shown


def test_how_bad_it_is_may_be_said_on_the_second_page(client, session, team):
    """Domain 3.5: complainant's own view of seriousness."""
    from_form = client.get("/s/BOR/raise")
    assert from_form.status_code == 200
    fields = {one["name"]: one.get("value", "") for one in page(from_form).select("main form input[type=hidden]")}
    sent = client.post("/s/BOR/raise", data={**fields, "what_happened": "Dust.", "own_view": "much", "send": "now"})
    reference = page(sent).select_one(".app-ref").get_text(strip=True)
    assert case_of(reference).own_view == "much"
