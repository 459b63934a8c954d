"""The page on which coordinators look through what seems to have been sent by a program."""

import pytest
from sqlalchemy import select

from engage.extensions import db
from engage.models import Case, Message
from tests import states
from tests.states import a_case, case_of
from tests.web.as_staff import done, filled, form_of, kinds, page, send, sign_in

ANSWER = "We found no concern in this."


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


@pytest.fixture
def browser(client, team):
    return sign_in(client, team.coordinator)


def test_an_empty_list_says_what_that_means(browser):
    assert "Nothing to look through" in browser.get("/staff/flagged").text


def test_many_are_found_to_be_concerns_and_leave_the_list(browser, team):
    first, second = (a_case(team.site_id, flagged=True) for _ in range(2))
    assert "2 wait." in browser.get("/staff/flagged").text
    done(send(browser, "/staff/flagged", cases=[first], verdict="real"))
    shown = browser.get("/staff/flagged").text
    assert "1 goes on as a concern." in shown
    assert first not in shown
    assert second in shown
    assert not case_of(first).flagged


def test_noise_is_answered_with_the_words_on_the_page(browser, team):
    reference = a_case(team.site_id, flagged=True)
    done(send(browser, "/staff/flagged", cases=[reference], verdict="noise"))
    assert "write to us here in your own words" in db.session.scalars(select(Message.words)).one()
    assert "0 turned out to be concerns and 1 to be noise" in browser.get("/staff/flagged").text


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"verdict": "real"}, "Tick at least one"),
        ({"cases": ["one"]}, "Say what you find"),
        ({"cases": ["one"], "verdict": "noise", "words": " "}, "Write what the sender is told"),
        ({"cases": ["one"], "verdict": "burn"}, "Not a valid choice"),
    ],
)
def test_what_is_missing_is_said_beside_its_field_and_nothing_is_lost(browser, team, sent, said):
    reference = a_case(team.site_id, flagged=True)
    if "cases" in sent:
        sent = {**sent, "cases": [reference]}
    answer = send(browser, "/staff/flagged", **sent)
    assert answer.status_code == 422
    assert said in answer.text
    ticked = [box["value"] for box in form_of(answer).select("[name=cases][checked]")]
    assert ticked == sent.get("cases", [])
    assert case_of(reference).flagged


def test_a_form_about_what_is_gone_leads_back_to_the_list(browser, team):
    reference = a_case(team.site_id, flagged=True)
    fields = filled(browser.get("/staff/flagged"))
    done(browser.post("/staff/flagged", data={**fields, "cases": [reference], "verdict": "real"}))
    assert browser.post("/staff/flagged", data={**fields, "verdict": "real"}).location == "/staff/flagged"
    again = browser.post("/staff/flagged", data={**fields, "cases": [reference], "verdict": "noise"})
    assert again.location == "/staff/flagged"
    assert kinds(db.session, reference).count("SiftedAsReal") == 1
    assert "SiftedAsNoise" not in kinds(db.session, reference)


def test_what_is_not_theirs_cannot_be_judged_by_its_name(browser, team):
    elsewhere = a_case(states.a_site("ELS"), flagged=True)
    here = a_case(team.site_id, flagged=True)
    done(send(browser, "/staff/flagged", cases=[elsewhere, here], verdict="real"))
    assert case_of(elsewhere).flagged


@pytest.mark.parametrize(("verdict", "kind"), [("real", "SiftedAsReal"), ("noise", "SiftedAsNoise")])
def test_one_is_judged_on_its_own_page(browser, team, verdict, kind):
    reference = a_case(team.site_id, flagged=True)
    assert "Say if it is a concern or noise" in browser.get(f"/staff/cases/{reference}").text
    done(send(browser, f"/staff/cases/{reference}/sift", verdict=verdict, words=ANSWER))
    assert "Looked through:" in page(browser.get(f"/staff/cases/{reference}/story")).get_text()
    assert not db.session.scalars(select(Case.flagged)).one()


def test_noise_without_words_is_refused_on_its_own_page(browser, team):
    reference = a_case(team.site_id, flagged=True)
    answer = send(browser, f"/staff/cases/{reference}/sift", verdict="noise", words="")
    assert answer.status_code == 422
    assert "Write what the sender is told." in answer.text


def test_whoever_judges_nothing_is_refused_the_list(client, team):
    assert sign_in(client, team.officer).get("/staff/flagged").status_code == 403
