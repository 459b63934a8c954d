"""Signing in: who gets in, how guessing is slowed, and when sessions end."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from engage.domain.policy import Role
from engage.extensions import db
from engage.models import StaffUser
from engage.services import accounts, passwords
from engage.unit_of_work import unit_of_work
from tests import states

PASSWORD = "four quiet herons by a river"
EMAIL = "officer@staff.engage.test"


@pytest.fixture
def officer(session, client):
    site_id = states.a_site()
    return states.staff(Role.OFFICER, site_id=site_id, email=EMAIL, password_hash=passwords.hashed(PASSWORD))


def token(browser: FlaskClient, path: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', browser.get(path).text)
    assert found
    return found.group(1)


def send(browser: FlaskClient, path: str, _opened: str | None = None, **typed: str) -> TestResponse:
    return browser.post(path, data={"csrf_token": token(browser, _opened or path), **typed})


def sign_in(browser: FlaskClient, email: str = EMAIL, password: str = PASSWORD, **more: str) -> TestResponse:
    return send(browser, "/account/sign-in", email=email, password=password, **more)


def test_the_right_password_opens_the_inbox(officer, client):
    answer = sign_in(client, email=f" {EMAIL.upper()} ")
    assert (answer.status_code, answer.location) == (303, "/staff/")
    assert client.get("/staff/").status_code == 200


@pytest.mark.parametrize(("email", "password"), [(EMAIL, "wrong"), ("nobody@staff.engage.test", PASSWORD)])
def test_a_wrong_password_and_an_unknown_account_get_the_same_answer(officer, client, email, password):
    answer = sign_in(client, email=email, password=password)
    assert answer.status_code == 422
    assert "The address and the password do not fit together." in answer.text
    assert client.get("/staff/").status_code == 303


def test_someone_deactivated_gets_the_answer_of_a_stranger_and_their_session_ends(officer, client):
    sign_in(client)
    with unit_of_work():
        db.session.get_one(StaffUser, officer.id).is_active = False
    assert client.get("/staff/").status_code == 303
    assert sign_in(client).status_code == 422


def test_after_five_wrong_passwords_the_next_has_to_wait_and_the_wait_doubles(officer, client, clock):
    for _ in range(5):
        assert sign_in(client, password="wrong").status_code == 422
    assert sign_in(client).status_code == 429
    assert "Your account is not locked" in sign_in(client).text
    clock.advance(timedelta(seconds=2))
    assert sign_in(client, password="wrong").status_code == 422
    clock.advance(timedelta(seconds=1))
    assert sign_in(client).status_code == 429
    clock.advance(timedelta(seconds=2))
    assert sign_in(client).status_code == 303


def test_nobody_elsewhere_can_lock_somebody_out(officer, client, another_client, clock):
    for _ in range(8):
        another_client.environ_base["REMOTE_ADDR"] = "198.51.100.7"
        sign_in(another_client, password="wrong")
    assert sign_in(another_client).status_code == 429
    assert sign_in(client).status_code == 303


def test_a_browser_that_signed_in_before_is_not_slowed_by_others_at_the_same_address(
    officer, client, another_client, clock
):
    sign_in(client)
    send(client, "/account/sign-out", _opened="/account/")
    for _ in range(8):
        sign_in(another_client, password="wrong")
    assert sign_in(another_client).status_code == 429
    assert sign_in(client).status_code == 303


def test_one_address_that_tries_many_accounts_has_to_wait(officer, client, clock):
    for number in range(40):
        assert sign_in(client, email=f"user{number}@staff.engage.test").status_code == 422
    assert sign_in(client, email="user99@staff.engage.test").status_code == 429


def test_signing_out_ends_the_session_in_every_browser(officer, client, another_client):
    sign_in(client)
    sign_in(another_client)
    assert send(client, "/account/sign-out", _opened="/account/").status_code == 303
    assert client.get("/staff/").status_code == 303
    assert another_client.get("/staff/").status_code == 303


def test_signing_out_by_a_link_does_nothing(officer, client):
    sign_in(client)
    assert client.get("/account/sign-out").status_code == 405
    assert client.get("/staff/").status_code == 200


def test_a_session_ends_after_eight_hours_without_a_page(officer, client, clock):
    sign_in(client)
    clock.advance(timedelta(hours=3, minutes=30))
    assert client.get("/staff/").status_code == 200
    clock.advance(timedelta(hours=8, seconds=2))
    assert client.get("/staff/").status_code == 303


def test_the_cookies_are_for_https_and_not_for_scripts(officer, client):
    kept = sign_in(client).headers.getlist("Set-Cookie")
    assert len(kept) == 2
    for cookie in kept:
        assert "Secure" in cookie
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie


def test_after_signing_in_one_is_where_one_wanted_to_go(officer, client):
    asked = client.get("/staff/?tab=mine")
    assert asked.location == "/account/sign-in?next=/staff/?tab%3Dmine"
    assert sign_in(client, next="/staff/?tab=mine").location == "/staff/?tab=mine"


@pytest.mark.parametrize("elsewhere", ["https://example.org/staff/", "//example.org", "/staff/..//example.org", "/\\x"])
def test_signing_in_leads_nowhere_else(officer, client, elsewhere):
    assert sign_in(client, next=elsewhere).location == "/staff/"


def test_a_new_password_ends_the_sessions_of_other_browsers(officer, client, another_client):
    sign_in(client)
    sign_in(another_client)
    new = "a grey boat waits at noon"
    answer = send(client, "/account/password", present=PASSWORD, new=new, again=new)
    assert answer.status_code == 303
    assert client.get("/staff/").status_code == 200
    assert another_client.get("/staff/").status_code == 303
    assert sign_in(another_client).status_code == 422
    assert sign_in(another_client, password=new).status_code == 303


@pytest.mark.parametrize(
    ("present", "new", "again", "said"),
    [
        ("wrong", "a grey boat waits at noon", "a grey boat waits at noon", "This is not your password."),
        (PASSWORD, "a grey boat waits at noon", "a grey boat waits at ten", "The two new passwords are not the same."),
        (PASSWORD, "short", "short", "Use 15 characters or more."),
        (PASSWORD, "a" * 30, "a" * 30, "Use more different characters."),
        (PASSWORD, "x1" * 101, "x1" * 101, "Use 200 characters or fewer."),
        (PASSWORD, "officer-2026-abcd", "officer-2026-abcd", "Do not use your name, your address"),
        (PASSWORD, PASSWORD, PASSWORD, "Use another password than the one you have."),
    ],
)
def test_a_password_that_will_not_do_is_refused_with_the_reason(officer, client, present, new, again, said):
    sign_in(client)
    answer = send(client, "/account/password", present=present, new=new, again=again)
    assert answer.status_code == 422
    assert said in answer.text
    assert PASSWORD not in answer.text


def test_a_password_that_someone_else_has_seen_is_changed_before_anything_else(session, client):
    with unit_of_work():
        made = accounts.create_admin("first@staff.engage.test")
    assert made
    assert sign_in(client, email="first@staff.engage.test", password=made).status_code == 303
    for path in ("/account/", "/staff/", "/admin/sites"):
        assert client.get(path).location in ("/account/password", None)
    new = "a grey boat waits at noon"
    assert send(client, "/account/password", present=made, new=new, again=new).location == "/admin/sites"
    assert client.get("/admin/sites").location == "/account/second-factor"


def test_a_password_made_with_older_settings_is_kept_anew_at_signing_in(officer, client, session):
    old = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQxMjM$"
    hasher = passwords._HASHER.__class__(time_cost=1, memory_cost=8, parallelism=1)
    with unit_of_work():
        session.get_one(StaffUser, officer.id).password_hash = hasher.hash(PASSWORD)
    assert old.split("$")[3] in session.get_one(StaffUser, officer.id).password_hash
    assert sign_in(client).status_code == 303
    session.rollback()
    session.expire_all()
    assert not passwords.is_outdated(session.get_one(StaffUser, officer.id).password_hash)


def test_no_address_and_no_account_is_kept_of_a_try(officer, client, session):
    sign_in(client, password="wrong")
    rows = session.execute(db.text("SELECT * FROM sign_in_try")).all()
    assert len(rows) == 2
    assert not any("127.0.0.1" in str(row) or "officer" in str(row) for row in rows)


def test_a_user_without_a_role_sees_that_there_is_nothing_to_open(session, client):
    states.staff(email=EMAIL, name="Someone new", password_hash=passwords.hashed(PASSWORD))
    assert sign_in(client).location == "/account/"
    assert "You have no role yet" in client.get("/account/").text
    assert client.get("/staff/").status_code == 403


def test_pages_speak_the_language_of_the_account(session, client):
    states.staff(email=EMAIL, name="Someone", locale="ar@pseudo", password_hash=passwords.hashed(PASSWORD))
    sign_in(client)
    assert 'dir="rtl"' in client.get("/account/").text


def test_an_address_with_a_sign_that_no_database_takes_is_taken_without_it(officer, client):
    assert sign_in(client, email="officer\0@staff.engage.test", password="wrong").status_code == 422
    assert sign_in(client, email="\0").status_code == 422


@pytest.mark.parametrize("path", ["/s/%00/", "/staff/cases/%00", "/case/link/%00", "/%00", "/admin/users/%00"])
def test_a_path_with_a_sign_that_no_database_takes_leads_nowhere(officer, client, path):
    sign_in(client)
    assert client.get(path).status_code == 404
