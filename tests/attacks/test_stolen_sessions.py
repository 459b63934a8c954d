"""A session that somebody planted, copied or kept is worth nothing once its owner is let in, or gone."""

import re

import pytest
from sqlalchemy import func, select

from engage.domain import second_factor as rules
from engage.extensions import db
from engage.models import CaseEvent
from engage.services import passwords, second_factor
from tests import states
from tests.web.as_person import Person, a_concern, come_back
from tests.web.as_staff import page, sign_in

COOKIE, PASSWORD = "__Host-engage", "seven cranes over the weighbridge"


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def cookie_of(browser) -> str:
    return browser.get_cookie(COOKIE).value


def give(browser, cookie: str) -> None:
    browser.set_cookie(COOKIE, cookie, domain="localhost", secure=True)


def token_on(browser, path: str) -> str:
    return page(browser.get(path)).select_one("main [name=csrf_token]")["value"]


def test_the_session_that_was_planted_before_signing_in_stays_a_strangers(client, another_client, session, sent_tasks):
    states.staff(email="amina@staff.engage.test", password_hash=passwords.hashed(PASSWORD))
    token = token_on(another_client, "/account/sign-in")
    planted = cookie_of(another_client)
    give(client, planted)
    form = {"csrf_token": token, "email": "amina@staff.engage.test", "password": PASSWORD}
    assert client.post("/account/sign-in", data=form).status_code == 303
    assert client.get("/account/").status_code == 200
    assert cookie_of(client) != planted
    assert another_client.get("/account/").status_code == 303
    assert client.post("/account/sessions/end-others", data={"csrf_token": token}).status_code == 400


def test_the_session_that_was_planted_before_the_code_opens_no_case(client, another_client, team):
    found = a_concern(team.site_id)
    token = token_on(another_client, "/case")
    planted = cookie_of(another_client)
    give(client, planted)
    assert client.post("/case", data={"csrf_token": token, "code": found.code}).status_code == 303
    assert client.get("/case/view").status_code == 200
    assert cookie_of(client) != planted
    assert another_client.get("/case/view").status_code == 303


def test_a_form_token_from_before_the_code_changes_nothing_of_the_case(client, team):
    found = a_concern(team.site_id)
    token = token_on(client, "/case")
    assert client.post("/case", data={"csrf_token": token, "code": found.code}).status_code == 303
    fields = {**Person(client).fields("/case/withdraw"), "csrf_token": token}
    before = db.session.scalar(select(func.count()).select_from(CaseEvent))
    db.session.rollback()
    assert client.post("/case/withdraw", data=fields).status_code == 400
    assert db.session.scalar(select(func.count()).select_from(CaseEvent)) == before


def test_a_copy_of_a_case_session_dies_with_the_code(client, another_client, team):
    found = a_concern(team.site_id)
    Person(client, found.code)
    give(another_client, cookie_of(client))
    assert another_client.get("/case/view").status_code == 200
    db.session.rollback()
    come_back(client, found.reference)
    assert another_client.get("/case/view").status_code == 303


def test_a_copy_of_a_staff_session_dies_when_its_owner_signs_out(client, another_client, team):
    browser = sign_in(client, team.coordinator)
    give(another_client, cookie_of(browser))
    assert another_client.get("/staff/").status_code == 200
    assert browser.post("/account/sign-out", data={"csrf_token": token_on(browser, "/account/password")}).location
    assert another_client.get("/staff/").status_code == 303


@pytest.mark.parametrize("place", [0, 30, -1])
def test_a_session_that_was_changed_is_none(client, another_client, team, place):
    signs = list(cookie_of(sign_in(client, team.coordinator)))
    signs[place] = "A" if signs[place] != "A" else "Q"
    give(another_client, "".join(signs))
    assert another_client.get("/staff/").status_code == 303


def test_the_page_of_recovery_codes_has_a_token_of_the_session_that_began_with_it(client, team, clock):
    browser = sign_in(client, team.coordinator)
    shown = browser.get("/account/second-factor").text
    secret = re.search(r"[A-Z2-7]{4}(?: [A-Z2-7]{4}){7}", shown).group().replace(" ", "")
    code = second_factor.code_at(secret, int(clock.now.timestamp()) // rules.STEP_SECONDS)
    token = token_on(browser, "/account/second-factor")
    codes = browser.post("/account/second-factor", data={"csrf_token": token, "code": code})
    assert codes.status_code == 200
    fresh = page(codes).select_one("form[action='/account/sign-out'] [name=csrf_token]")["value"]
    assert browser.post("/account/sign-out", data={"csrf_token": token}).status_code == 400
    assert browser.post("/account/sign-out", data={"csrf_token": fresh}).status_code == 303
