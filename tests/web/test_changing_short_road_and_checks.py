"""An administrator changes the days of the short road, and the checks after closure of categories."""

from datetime import timedelta

import pytest

from engage.domain.case import Kind
from engage.domain.deadlines import Promise
from engage.services import sites
from tests import states
from tests.promised import owed
from tests.states import case_of
from tests.web.as_staff import done, filled, page, send, sign_in
from tests.web.test_changing_rules import CHANGE, refused, said, save


@pytest.fixture
def team(session, client):
    return states.Team()


@pytest.fixture
def admin(client, team):
    return sign_in(client, team.admin)


def checks(team):
    return {
        code: [one.count for one in spans]
        for code, spans in sites.in_force(team.site_id).promises.checks_by_category.items()
    }


def test_r62_a_changed_answer_time_is_on_the_public_page_and_in_the_dates_of_new_questions(team, admin):
    done(save(admin, short_question="7"))
    reference = states.a_case(team.site_id, kind=Kind.QUESTION)
    waits = owed(reference)[Promise.PROPOSE] - case_of(reference).received_at
    assert timedelta(days=6, hours=23) <= waits <= timedelta(days=7, hours=1)
    public = said(admin.get("/s/BOR/how-it-works"))
    assert "Question: 7 days" in public
    assert "Our answer to: Question: 7 days. Before: 15 days." in public
    assert "Question: 7 days" in said(admin.get("/admin/sites/BOR/rules"))
    refused(admin, "short_question", "Use 1 or more", short_question="0")


def test_checks_of_a_category_are_added_changed_and_taken_away_and_nothing_else_is_lost(team, admin):
    assert checks(team) == {"RES": [30, 90, 180, 365], "LIV": [30, 90, 180, 365]}
    done(save(admin, propose_3="21"))
    assert checks(team) == {"RES": [30, 90, 180, 365], "LIV": [30, 90, 180, 365]}
    typed = {"checks-0-days": "90", "checks-2-category": "WAT", "checks-2-days": "30, 365"}
    looked = send(admin, CHANGE, **typed)
    assert "after 90 days. Before: after 30, 90, 180, 365 days." in said(looked)
    done(admin.post(CHANGE, data=filled(looked)))
    assert checks(team) == {"LIV": [90], "RES": [30, 90, 180, 365], "WAT": [30, 365]}
    assert "Water: after 30, 365 days" in said(admin.get("/admin/sites/BOR/rules"))
    gone = {f"checks-{number}-{part}": "" for number in range(3) for part in ("category", "days")}
    done(save(admin, **gone))
    assert checks(team) == {}


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"checks-2-category": "WAT"}, "checks-2-days", "Write one number or more"),
        ({"checks-2-days": "30"}, "checks-2-category", "Choose the category"),
        ({"checks-2-category": "RES", "checks-2-days": "30"}, "checks-2-category", "has a line already"),
        ({"checks-2-category": "WAT", "checks-2-days": "soon"}, "checks-2-days", "Write a whole number"),
        ({"checks-2-category": "WAT", "checks-2-days": "90, 30"}, "checks-2-days", "the smallest first"),
        ({"checks-2-category": "WAT", "checks-2-days": "0"}, "checks-2-days", "Use 1 or more"),
        ({"checks-2-category": "XYZ", "checks-2-days": "30"}, "checks-2-category", "Not a valid choice"),
    ],
)
def test_a_line_of_checks_that_will_not_do_says_why_beside_it(admin, typed, field, words):
    refused(admin, field, words, **typed)
    assert page(admin.get(CHANGE)).select_one("[name=checks-3-category]")
