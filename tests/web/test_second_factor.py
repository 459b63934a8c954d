"""The second factor at the door: what a password alone opens, how codes are guessed at, and the pages of one's own."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from engage import vault
from engage.domain import second_factor as rules
from engage.domain.policy import Role
from engage.models import StaffUser
from engage.services import passwords, second_factor
from engage.unit_of_work import unit_of_work
from tests import states
from tests.web import as_staff
from tests.web.as_staff import page
from tests.web.test_sign_in import EMAIL, PASSWORD, send, sign_in

CODE = "/account/sign-in/code"
WRONG = "This code is not right, or it was used already."


def somebody(role):
    return states.staff(role, site_id=states.a_site(), email=EMAIL, password_hash=passwords.hashed(PASSWORD))


@pytest.fixture
def secret(session, client, sent_tasks):
    """Of an approver at a site, with the password of the tests of signing in."""
    actor = somebody(Role.APPROVER)
    made = second_factor.new_secret()
    with unit_of_work():
        second_factor.keep(session.get_one(StaffUser, actor.id), made)
    return made


@pytest.fixture
def coordinator(session, client, sent_tasks):
    return states.staff(
        Role.COORDINATOR, site_id=states.a_site(), email=EMAIL, password_hash=passwords.hashed(PASSWORD)
    )


def present(clock, secret, later=0):
    return second_factor.code_at(secret, int(clock.now.timestamp()) // rules.STEP_SECONDS + later)


def enter(browser, secret, clock, later=0):
    assert sign_in(browser).location == CODE
    return send(browser, CODE, code=present(clock, secret, later))


def test_the_password_and_the_code_open_the_inbox(secret, client, clock):
    answer = enter(client, secret, clock)
    assert (answer.status_code, answer.location) == (303, "/staff/")
    assert client.get("/staff/").status_code == 200


def test_the_password_alone_opens_nothing(secret, client, clock):
    assert sign_in(client).location == CODE
    for path in (
        "/staff/",
        "/account/",
        "/account/password",
        "/account/second-factor",
        "/account/prove",
        "/admin/sites",
    ):
        assert client.get(path).location.startswith("/account/sign-in"), path
    assert client.get(CODE).status_code == 200


def test_without_a_password_nobody_is_asked_for_a_code(secret, client, clock):
    assert client.get(CODE).location == "/account/sign-in"
    assert send(client, CODE, "/account/sign-in", code=present(clock, secret)).location == "/account/sign-in"
    assert client.get("/staff/").status_code == 303


def test_the_code_has_to_follow_within_ten_minutes(secret, client, clock):
    sign_in(client)
    clock.advance(timedelta(minutes=10))
    assert client.get(CODE).location == "/account/sign-in"


def test_a_replayed_code_is_refused(secret, client, another_client, clock):
    assert enter(client, secret, clock).location == "/staff/"
    answer = enter(another_client, secret, clock)
    assert answer.status_code == 422 and WRONG in answer.text
    assert enter(another_client, secret, clock, later=1).location == "/staff/"


def test_a_recovery_code_opens_the_door_once(secret, session, client, another_client, clock):
    with unit_of_work():
        code = second_factor.make_codes(session.scalars(select(StaffUser.id)).one())[0]
    sign_in(client)
    assert send(client, CODE, code=code).location == "/staff/"
    sign_in(another_client)
    answer = send(another_client, CODE, code=code)
    assert answer.status_code == 422 and WRONG in answer.text


def test_guessing_a_code_is_slowed_like_guessing_a_password(secret, client, clock):
    sign_in(client)
    for _ in range(4):
        assert send(client, CODE, code="000000").status_code == 422
    answer = send(client, CODE, code=present(clock, secret))
    assert answer.status_code == 429 and "Your account is not locked" in answer.text
    assert sign_in(client).status_code == 429
    clock.advance(timedelta(seconds=2))
    assert send(client, CODE, code=present(clock, secret)).location == "/staff/"


def test_signing_in_by_password_again_gives_no_more_tries_of_codes(secret, client, clock):
    for _ in range(2):
        assert sign_in(client).location == CODE
        assert send(client, CODE, code="000000").status_code == 422
    assert sign_in(client).location == CODE
    assert send(client, CODE, code="000000").status_code == 429


def test_guessing_codes_from_many_addresses_is_slowed_for_the_account(secret, client, clock):
    tries = []
    for number in range(22):
        stranger = client.application.test_client()
        stranger.environ_base["REMOTE_ADDR"] = f"198.51.100.{number}"
        sign_in(stranger)
        tries.append(send(stranger, CODE, code="000000").status_code)
    assert tries == [422] * 20 + [429] * 2


def test_who_signed_in_before_is_not_slowed_by_those_who_guess(secret, client, clock):
    enter(client, secret, clock)
    send(client, "/account/sign-out", _opened="/account/")
    for number in range(22):
        stranger = client.application.test_client()
        stranger.environ_base["REMOTE_ADDR"] = f"198.51.100.{number}"
        sign_in(stranger)
        send(stranger, CODE, code="000000")
    clock.advance(timedelta(minutes=1))
    assert enter(client, secret, clock).location == "/staff/"


def test_no_page_tells_a_stranger_who_has_an_account_or_a_second_factor(secret, client, another_client, clock):
    wrong = sign_in(client, password="wrong")
    unknown = sign_in(another_client, email="nobody@staff.engage.test", password="wrong")
    said = [page(answer).select_one(".govuk-error-summary").get_text() for answer in (wrong, unknown)]
    assert wrong.status_code == unknown.status_code == 422 and said[0] == said[1]
    assert client.get(CODE).location == another_client.get(CODE).location == "/account/sign-in"


def test_the_page_that_asks_for_the_code_names_nobody(secret, client, clock):
    sign_in(client)
    assert EMAIL not in client.get(CODE).text


def test_what_a_browser_held_before_signing_in_does_not_live_on(secret, client, clock):
    """Session fixation: a session that somebody else put into the browser is not the one that is signed in."""
    with client.session_transaction() as planted:
        planted["planted"] = "x"
    client.get("/account/sign-in")
    with client.session_transaction() as before:
        tokens = [before["csrf_token"]]
    sign_in(client)
    with client.session_transaction() as half:
        assert "planted" not in half and "_user_id" not in half
        assert "csrf_token" not in half
    client.get(CODE)
    with client.session_transaction() as half:
        tokens.append(half["csrf_token"])
    send(client, CODE, code=present(clock, secret))
    with client.session_transaction() as after:
        assert "planted" not in after and "half" not in after and "_user_id" in after
        assert "csrf_token" not in after
    assert len(set(tokens)) == 2


def test_a_reset_ends_the_half_of_signing_in_that_is_done(secret, session, client, clock):
    sign_in(client)
    user_id = session.scalars(select(StaffUser.id)).one()
    with unit_of_work():
        second_factor.reset(user_id, actor=None)
    assert client.get(CODE).location == "/account/sign-in"


def test_one_is_where_one_wanted_to_go_after_the_code_and_nowhere_else(secret, client, another_client, clock):
    ways = ((client, "/staff/?tab=mine", "/staff/?tab=mine"), (another_client, "//evil", "/staff/"))
    for later, (browser, wanted, led) in enumerate(ways):
        sign_in(browser, next=wanted)
        assert send(browser, CODE, code=present(clock, secret, later)).location == led


def test_whoever_has_a_role_that_demands_it_sets_it_up_before_anything_else(session, client, clock):
    somebody(Role.APPROVER)
    assert sign_in(client).location == "/staff/"
    for path in ("/staff/", "/account/", "/account/second-factor/codes", "/account/second-factor/off"):
        assert client.get(path).location == "/account/second-factor", path
    shown = client.get("/account/second-factor")
    assert "A stolen password must not be enough" in shown.text
    assert page(shown).select_one("[role=img] svg")
    secret = page(shown).select_one("main .app-ref").get_text().replace(" ", "")
    assert secret in client.get("/account/second-factor").text.replace(" ", "")
    assert send(client, "/account/second-factor", code="000000x").status_code == 422
    done = send(client, "/account/second-factor", code=present(clock, secret))
    codes = [one.get_text() for one in page(done).select("main .app-ref")]
    assert done.status_code == 200 and len(codes) == 10
    assert client.get("/staff/").status_code == 200
    assert not any(code in client.get("/account/").text for code in codes)


def test_the_secret_lies_sealed_in_the_cookie_and_is_gone_when_it_is_set_up(coordinator, client, clock):
    sign_in(client)
    secret = page(client.get("/account/second-factor")).select_one("main .app-ref").get_text().replace(" ", "")
    with client.session_transaction() as kept:
        assert secret not in str(dict(kept))
        assert vault.opened(kept["setting_up"].encode(), vault.SECOND_FACTOR) == {"secret": secret}
    send(client, "/account/second-factor", code=present(clock, secret))
    with client.session_transaction() as kept:
        assert "setting_up" not in kept


def test_others_set_it_up_by_choice_and_turn_it_off(coordinator, client, another_client, clock):
    sign_in(client)
    sign_in(another_client)
    assert "Then a stolen password opens nothing." in client.get("/account/").text
    secret = page(client.get("/account/second-factor")).select_one("main .app-ref").get_text().replace(" ", "")
    send(client, "/account/second-factor", code=present(clock, secret))
    assert another_client.get("/staff/").status_code == 303
    assert client.get("/staff/").status_code == 200
    assert "10 recovery codes are left" in client.get("/account/").text
    answer = send(client, "/account/second-factor/codes")
    assert len(page(answer).select("main .app-ref")) == 10
    assert send(client, "/account/second-factor/off").location == "/account/"
    assert "Then a stolen password opens nothing." in client.get("/account/").text
    for page_of_it in ("codes", "off"):
        assert client.get(f"/account/second-factor/{page_of_it}").status_code == 403


def test_it_cannot_be_turned_off_while_a_role_demands_it(secret, client, clock):
    enter(client, secret, clock)
    assert "/account/second-factor/off" not in client.get("/account/").text
    assert client.get("/account/second-factor/off").status_code == 403
    assert send(client, "/account/second-factor/off", "/account/").status_code == 403


def test_a_new_administrator_sets_it_up_at_the_first_sign_in(session, client, clock):
    runner = client.application.test_cli_runner()
    said = runner.invoke(args=["engage", "create-admin", EMAIL]).output
    made = re.search(r"once: (\S+)", said)
    assert made and "an app for codes" in said
    sign_in(client, password=made.group(1))
    new = "a grey boat waits at noon"
    send(client, "/account/password", present=made.group(1), new=new, again=new)
    assert client.get("/admin/users").location == "/account/second-factor"


def test_an_administrator_takes_away_what_was_lost(secret, session, client, clock):
    user_id = session.scalars(select(StaffUser.id)).one()
    chief = as_staff.sign_in(client, states.staff((Role.ADMIN, None)))
    address = f"/admin/users/{user_id}"
    assert f"{address}/second-factor" in chief.get(address).text
    assert send(chief, f"{address}/second-factor").location == address
    assert f"{address}/second-factor" not in chief.get(address).text
    assert sign_in(client).location == "/staff/"
    assert client.get("/staff/").location == "/account/second-factor"


def test_a_site_administrator_does_not_take_it_from_somebody_of_all_sites(secret, session, client, clock):
    site_id = states.a_site("KOL")
    above = states.staff((Role.AUDITOR, None), (Role.LIAISON, site_id))
    browser = as_staff.sign_in(client, states.staff(Role.ADMIN, site_id=site_id))
    assert send(browser, f"/admin/users/{above.id}/second-factor").status_code == 403


def test_where_no_other_administrator_can_the_server_takes_it_away(secret, client, clock):
    runner = client.application.test_cli_runner()
    assert "taken away" in runner.invoke(args=["engage", "reset-second-factor", EMAIL.upper()]).output
    assert "There was none." in runner.invoke(args=["engage", "reset-second-factor", EMAIL]).output
    assert runner.invoke(args=["engage", "reset-second-factor", "nobody@x.test"]).exit_code == 1
    assert sign_in(client).location == "/staff/"


def test_the_demonstration_shows_what_phones_would(secret, client, clock, session):
    assert "There is nobody yet" in client.get("/dev/codes").text
    with unit_of_work():
        session.scalars(select(StaffUser)).one().email = "approver.bor@example.org"
    row = page(client.get("/dev/codes")).select_one("tbody tr")
    assert present(clock, secret) in row.get_text() and "approver.bor@example.org" in row.get_text()
    for later in (0, 1):
        with unit_of_work():
            second_factor.passes(session.scalars(select(StaffUser.id)).one(), present(clock, secret, later))
    assert "in a moment" in client.get("/dev/codes").text
