"""What staff typed while their session ended: it stands on the page that says that nothing was sent."""

import pytest
from sqlalchemy import select

from engage.models import Message
from tests import states
from tests.web.as_staff import filled, page, sign_in

WORDS = "We measured at the school,\nthree times."


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


@pytest.fixture
def address(team):
    return f"/staff/cases/{states.an_assessed_case(team)}/note"


@pytest.fixture
def officer(client, team):
    return sign_in(client, team.officer)


def test_words_typed_until_the_session_ended_are_given_back_to_be_copied(officer, session, address):
    form = filled(officer.get(address))
    with officer.session_transaction() as kept:
        del kept["_user_id"]
    answer = officer.post(address, data={**form, "message": WORDS})
    assert answer.status_code == 401
    assert "This was not sent" in answer.text and WORDS in page(answer).select_one("main").get_text()
    assert page(answer).select_one(f"main a[href='{address}']")
    assert session.scalars(select(Message).where(Message.words == WORDS)).all() == []


def test_words_typed_before_one_signed_in_anew_in_another_window_are_given_back(officer, address):
    form = filled(officer.get(address))
    officer.delete_cookie("__Host-engage")
    answer = officer.post(address, data={**form, "message": WORDS})
    assert answer.status_code == 400
    assert WORDS in page(answer).select_one("main").get_text()


def test_a_form_without_words_leads_to_the_sign_in_page(officer, address):
    form = filled(officer.get(address))
    with officer.session_transaction() as kept:
        del kept["_user_id"]
    assert officer.post(address, data={**form, "message": ""}).location.startswith("/account/sign-in")


def test_what_was_searched_for_leads_back_to_ones_day_and_no_password_is_shown(officer, client):
    officer.delete_cookie("__Host-engage")
    answer = officer.post("/staff/search", data={"words": "dust on the road"})
    assert "dust on the road" in answer.text and page(answer).select_one("main a[href='/staff/day']")
    answer = client.post("/account/sign-in", data={"email": "a@b.example", "password": "four quiet herons"})
    assert answer.status_code == 400 and "herons" not in answer.text
