"""Sessions of staff: listed for their owner without address or device, ended one by one, never longer than a day."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.policy import Membership, Role
from engage.models import OutboxMessage, StaffSession, StaffUser
from engage.services import accounts, passwords
from engage.unit_of_work import unit_of_work
from tests import states
from tests.web.as_staff import page
from tests.web.test_sign_in import EMAIL, PASSWORD, send, sign_in

PHONE = "Mozilla/5.0 (Android 14; Mobile; rv:131.0) Gecko/131.0 Firefox/131.0"
OTHERS = "/account/sessions/end-others"


@pytest.fixture
def officer(session, client, another_client, sent_tasks):
    another_client.environ_base["HTTP_USER_AGENT"] = PHONE
    site_id = states.a_site()
    return states.staff(Role.OFFICER, site_id=site_id, email=EMAIL, password_hash=passwords.hashed(PASSWORD))


def rows(session):
    session.rollback()
    return session.scalars(select(StaffSession)).all()


def told(session):
    session.rollback()
    return [(row.template, row.user_id, row.context) for row in session.scalars(select(OutboxMessage))]


def is_in(browser):
    return browser.get("/staff/").status_code == 200


def test_the_page_of_ones_account_lists_where_one_is_signed_in(officer, client, another_client):
    sign_in(client)
    assert OTHERS not in client.get("/account/").text
    sign_in(another_client)
    shown = client.get("/account/")
    assert "Firefox on Android" in shown.text and "Another browser" in shown.text and OTHERS in shown.text
    assert page(shown).get_text().count("this one") == 1


def test_nothing_is_kept_by_which_a_person_or_a_place_is_known(officer, another_client, session):
    sign_in(another_client)
    (row,) = rows(session)
    assert (row.browser, row.system) == ("Firefox", "Android")
    assert set(StaffSession.__table__.columns.keys()) == {"id", "user_id", "key", "browser", "system", "began_at"}


def test_one_session_is_ended_from_another(officer, client, another_client):
    sign_in(client)
    sign_in(another_client)
    address = page(client.get("/account/")).select_one("form[action$='/end']")["action"]
    assert send(client, address, "/account/").location == "/account/"
    assert is_in(client) and not is_in(another_client)


def test_all_others_are_ended_and_this_one_goes_on(officer, client, another_client, session):
    sign_in(client)
    sign_in(another_client)
    assert send(client, OTHERS, "/account/").location == "/account/"
    assert is_in(client) and not is_in(another_client)
    assert len(rows(session)) == 1


def test_a_session_of_somebody_else_is_left_alone(officer, client, another_client, session):
    other = states.staff(Role.OFFICER, email="b@staff.engage.test", password_hash=passwords.hashed(PASSWORD))
    sign_in(client)
    sign_in(another_client, email="b@staff.engage.test")
    (theirs,) = [row.id for row in rows(session) if row.user_id == other.id]
    assert send(client, f"/account/sessions/{theirs}/end", "/account/").status_code == 404
    send(client, OTHERS, "/account/")
    assert len(rows(session)) == 2
    assert another_client.get("/account/").status_code == 200


def test_a_session_ends_twelve_hours_after_it_began_however_busy_it_is(officer, client, clock, session):
    sign_in(client)
    for _ in range(11):
        clock.advance(timedelta(hours=1))
        assert is_in(client)
    clock.advance(timedelta(hours=1))
    assert not is_in(client)
    sign_in(client)
    assert len(rows(session)) == 1


def test_a_new_password_lets_this_session_go_on_but_not_begin_anew(officer, client, another_client, clock, session):
    sign_in(client)
    sign_in(another_client)
    clock.advance(timedelta(hours=7))
    new = "a grey boat waits at noon"
    send(client, "/account/password", present=PASSWORD, new=new, again=new)
    assert is_in(client) and not is_in(another_client)
    clock.advance(timedelta(hours=5))
    assert not is_in(client)


def test_sessions_end_with_the_account_and_where_a_role_is_given(officer, client, another_client, session):
    chief = states.staff((Role.ADMIN, None))
    sign_in(client)
    with unit_of_work():
        accounts.set_roles(officer.id, [*officer.memberships, Membership(Role.LIAISON, None)], actor=chief)
    assert not is_in(client)
    sign_in(client)
    assert is_in(client)
    with unit_of_work():
        accounts.deactivate(officer.id, actor=chief)
    assert not is_in(client)


def test_a_browser_never_seen_before_is_told_by_a_mail_without_content(officer, client, another_client, session):
    sign_in(client)
    assert told(session) == [("new_browser", officer.id, {})]
    send(client, "/account/sign-out", _opened="/account/")
    sign_in(client)
    assert len(told(session)) == 1
    sign_in(another_client)
    assert len(told(session)) == 2


def test_a_wrong_password_tells_nobody(officer, client, session):
    sign_in(client, password="wrong")
    assert told(session) == [] and rows(session) == []


@pytest.mark.parametrize("kept", ["{id}:{key}", "{id}:{key}:", "{id}:{key}:00000000-0000-4000-8000-000000000000"])
def test_a_cookie_without_a_session_opens_nothing(officer, client, session, kept):
    sign_in(client)
    user = session.get_one(StaffUser, officer.id)
    with client.session_transaction() as cookie:
        cookie["_user_id"] = kept.format(id=user.id, key=user.session_key)
    assert not is_in(client)
