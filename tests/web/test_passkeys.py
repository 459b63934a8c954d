"""Passkeys at the door, before a change, and on the page of one's account."""

import json

import pytest
from sqlalchemy import select

from engage.domain.policy import Role
from engage.models import Passkey, StaffUser
from engage.services import passwords, second_factor
from engage.unit_of_work import unit_of_work
from tests import states
from tests.authenticator import Authenticator
from tests.web import as_staff
from tests.web.as_staff import page
from tests.web.test_sign_in import EMAIL, PASSWORD, send, sign_in, token

ASK, ADD, CODE = "/account/passkey-question", "/account/passkeys/add", "/account/sign-in/code"
DOOR, BY_PASSKEY, PROVE = "/account/sign-in", "/account/sign-in/passkey", "/account/prove"


def somebody(role):
    return states.staff(role, site_id=states.a_site(), email=EMAIL, password_hash=passwords.hashed(PASSWORD))


@pytest.fixture
def officer(session, client, sent_tasks):
    return somebody(Role.OFFICER)


@pytest.fixture
def approver(session, client, sent_tasks):
    return somebody(Role.APPROVER)


def said(answer) -> str:
    return page(answer).select_one("main").get_text(" ", strip=True)


def question(browser, use, opened=DOOR) -> str:
    answer = browser.post(ASK, data={"csrf_token": token(browser, opened), "use": use})
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/json"
    return answer.text


def add(browser, device, name="my phone"):
    return send(browser, ADD, name=name, answer=device.create(question(browser, "add", ADD)))


def with_passkey(browser) -> Authenticator:
    device = Authenticator()
    sign_in(browser)
    assert add(browser, device).location == "/account/"
    send(browser, "/account/sign-out", _opened="/account/")
    return device


def enter(browser, device, **more):
    return send(browser, BY_PASSKEY, DOOR, answer=device.get(question(browser, "sign_in")), **more)


def test_a_device_is_added_listed_and_removed(officer, client, session):
    sign_in(client)
    as_staff.done(add(client, Authenticator()))
    shown = client.get("/account/")
    assert "my phone added" in said(shown)
    remove = page(shown).select_one("a[href$='/remove']")["href"]
    assert "Remove the passkey my phone" in said(client.get(remove))
    as_staff.done(send(client, remove))
    session.rollback()
    assert session.scalars(select(Passkey)).all() == []
    assert client.get(remove).status_code == 404


def test_a_passkey_alone_opens_the_inbox(officer, client):
    device = with_passkey(client)
    answer = enter(client, device, next="/staff/day")
    assert (answer.status_code, answer.location) == (303, "/staff/day")
    assert client.get("/staff/").status_code == 200


def test_adding_one_ends_sessions_elsewhere_and_not_this_one(officer, client, another_client):
    sign_in(client)
    sign_in(another_client)
    add(client, Authenticator())
    assert client.get("/staff/").status_code == 200
    assert another_client.get("/staff/").status_code == 303


def test_whoever_has_a_passkey_is_asked_for_it_after_the_password(officer, client):
    device = with_passkey(client)
    assert sign_in(client).location == CODE
    shown = client.get(CODE)
    assert "unlock the device" in said(shown)
    assert page(shown).select_one("button[data-passkey=prove]").has_attr("hidden")
    assert page(shown).select_one("input[name=code]")["type"] == "hidden"
    assert send(client, CODE, code=device.get(question(client, "prove", CODE))).location == "/staff/"


def test_the_code_of_an_app_and_a_passkey_are_both_good(officer, client, session, clock):
    device = with_passkey(client)
    secret = second_factor.new_secret()
    with unit_of_work():
        second_factor.keep(session.get_one(StaffUser, officer.id), secret)
    sign_in(client)
    assert page(client.get(CODE)).select_one("input[name=code]")["type"] == "text"
    assert send(client, CODE, code=device.get(question(client, "prove", CODE))).location == "/staff/"
    send(client, "/account/sign-out", _opened="/account/")
    sign_in(client)
    code = second_factor.code_at(secret, int(clock.now.timestamp()) // 30)
    assert send(client, CODE, code=code).location == "/staff/"


def test_an_answer_that_was_heard_on_the_way_opens_nothing(officer, client, another_client):
    device = with_passkey(client)
    answer = device.get(question(client, "sign_in"))
    assert send(client, BY_PASSKEY, DOOR, answer=answer).status_code == 303
    again = send(another_client, BY_PASSKEY, DOOR, answer=answer)
    assert again.status_code == 422
    assert "This passkey does not open an account." in said(again)
    question(another_client, "sign_in")
    assert send(another_client, BY_PASSKEY, DOOR, answer=answer).status_code == 422


def test_the_same_answer_from_the_same_cookie_opens_nothing_a_second_time(officer, client):
    device = with_passkey(client)
    answer = device.get(question(client, "sign_in"))
    cookie = client.get_cookie("__Host-engage").value
    assert send_as_is(client, cookie, answer).status_code == 303
    assert send_as_is(client, cookie, answer).status_code == 422


def send_as_is(client, cookie, answer):
    """Put back the cookie of before, which is signed and names the question still."""
    client.set_cookie("__Host-engage", cookie, domain="localhost", secure=True)
    return send(client, BY_PASSKEY, DOOR, answer=answer)


@pytest.mark.parametrize("answer", ["", "nothing", "{}", "{" * 8001])
def test_what_is_no_answer_is_refused_at_every_door(officer, client, answer):
    with_passkey(client)
    assert send(client, BY_PASSKEY, DOOR, answer=answer).status_code == 422
    sign_in(client)
    wrong = send(client, CODE, code=answer)
    assert wrong.status_code == 422
    assert page(wrong).select_one("input[name=code]").get("value", "") in ("", "nothing")


def test_a_passkey_proves_it_before_a_change_and_what_was_typed_is_kept(client, session, sent_tasks, clock):
    chief = states.staff((Role.ADMIN, None), email=EMAIL, password_hash=passwords.hashed(PASSWORD))
    device = Authenticator()
    sign_in(client)
    assert client.get("/admin/sites").location == "/account/second-factor"
    assert "Use a passkey instead" in said(client.get("/account/second-factor"))
    as_staff.done(add(client, device))
    assert client.get("/admin/sites").status_code == 200
    clock.advance(as_staff.rules.PROOF_LASTS)
    states.a_site()
    asked = as_staff.send(client, "/admin/sites/BOR", phone="0800 9")
    assert asked.status_code == 401
    kept = as_staff.filled(asked)
    assert kept["phone"] == "0800 9"
    assert page(asked).select_one("input[name=proof]")["type"] == "hidden"
    wrong = client.post(
        "/admin/sites/BOR", data={**kept, "proof": Authenticator().get(question(client, "prove", PROVE))}
    )
    assert wrong.status_code == 422
    assert "This passkey does not prove it." in said(wrong)
    answer = device.get(question(client, "prove", PROVE))
    as_staff.done(client.post("/admin/sites/BOR", data={**as_staff.filled(wrong), "proof": answer}))
    assert chief.id


def test_a_code_page_without_an_app_takes_no_password(officer, client, clock):
    """Whoever has a passkey cannot be proved by the password alone."""
    device = with_passkey(client)
    enter(client, device)
    clock.advance(as_staff.rules.PROOF_LASTS)
    answer = send(client, PROVE, proof=PASSWORD)
    assert answer.status_code == 422


def test_the_question_to_add_one_is_for_who_proved_themself_lately(officer, client, another_client, clock):
    data = {"csrf_token": token(another_client, DOOR), "use": "add"}
    assert another_client.post(ASK, data=data).status_code == 401
    assert another_client.post(ASK, data={**data, "use": "prove"}).status_code == 401
    assert another_client.post(ASK, data={**data, "use": "steal"}).status_code == 401
    sign_in(client)
    clock.advance(as_staff.rules.PROOF_LASTS)
    assert client.post(ASK, data={"csrf_token": token(client, "/account/password"), "use": "add"}).status_code == 401


def test_the_form_to_add_one_says_what_is_wrong_and_keeps_the_name(officer, client):
    sign_in(client)
    nameless = send(client, ADD, name="", answer=Authenticator().create(question(client, "add", ADD)))
    assert nameless.status_code == 422
    assert "Give it a name" in said(nameless)
    unasked = send(client, ADD, name="my phone", answer="{}")
    assert unasked.status_code == 422
    assert "did not answer as it should" in said(unasked)
    assert page(unasked).select_one("[name=name]")["value"] == "my phone"
    device = Authenticator()
    add(client, device)
    assert "This device is added already." in said(add(client, device))


def test_the_last_one_of_who_has_to_have_one_stays(approver, client):
    sign_in(client)
    as_staff.done(add(client, Authenticator()))
    remove = page(client.get("/account/")).select_one("a[href$='/remove']")["href"]
    as_staff.done(send(client, remove))
    assert "this is the last one" in client.get("/account/").text


def test_where_the_address_has_no_name_no_page_offers_it(officer, client, change_settings):
    change_settings(PUBLIC_URL="http://127.0.0.1:8000")
    assert "data-passkey" not in client.get(DOOR).text
    sign_in(client)
    assert "Add a passkey" not in said(client.get("/account/"))
    assert "does not work at the address" in said(client.get(ADD))


def test_no_question_is_read_from_the_cookie(officer, client):
    """The cookie is signed and not secret: it names the question and does not hold it."""
    asked = json.loads(question(client, "sign_in"))["challenge"]
    with client.session_transaction() as kept:
        assert "passkey_question" in kept
        assert asked not in str(dict(kept))
