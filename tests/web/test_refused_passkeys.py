"""A passkey of which there seems to be a copy: the password alone does not stand in for it."""

import pytest
from sqlalchemy import select

from engage.domain.policy import Role
from engage.extensions import db
from engage.models import Passkey, StaffUser
from engage.services import passwords, second_factor
from engage.unit_of_work import unit_of_work
from tests import states
from tests.authenticator import Authenticator
from tests.web import as_staff
from tests.web.as_staff import page
from tests.web.test_passkeys import ADD, CODE, add, enter, said, with_passkey
from tests.web.test_sign_in import EMAIL, PASSWORD, send, sign_in


@pytest.fixture
def approver(session, client, sent_tasks):
    return states.staff(Role.APPROVER, site_id=states.a_site(), email=EMAIL, password_hash=passwords.hashed(PASSWORD))


@pytest.fixture
def refused(approver, client):
    """The device, after a copy of it was used."""
    device = with_passkey(client)
    copy = device.copy()
    enter(client, device)
    send(client, "/account/sign-out", _opened="/account/")
    assert enter(client, copy).status_code == 422
    db.session.rollback()
    assert db.session.scalars(select(Passkey.refused_at)).one() is not None
    return device


def test_a_passkey_that_is_refused_does_not_leave_the_password_alone(refused, client):
    assert sign_in(client).location == CODE
    shown = client.get(CODE)
    assert "there seems to be a copy of it" in said(shown)
    assert page(shown).select("button[data-passkey]") == []
    assert send(client, CODE, code=PASSWORD).status_code == 422
    assert client.get("/account/second-factor").location.startswith("/account/sign-in")


def test_an_administrator_takes_it_away_and_another_is_set_up(refused, approver, client):
    chief = states.staff((Role.ADMIN, None))
    with unit_of_work():
        assert second_factor.reset(approver.id, actor=chief)
    assert sign_in(client).status_code == 303
    assert client.get("/staff/").location == "/account/second-factor"


def test_with_another_second_factor_nobody_has_to_be_asked(refused, approver, client, clock):
    secret = second_factor.new_secret()
    with unit_of_work():
        second_factor.keep(db.session.get_one(StaffUser, approver.id), secret)
    assert sign_in(client).location == CODE
    assert "there seems to be a copy of it" not in said(client.get(CODE))
    code = second_factor.code_at(secret, int(clock.now.timestamp()) // 30)
    assert send(client, CODE, code=code).location == "/staff/"


def test_who_is_signed_in_while_it_is_refused_cannot_prove_it_by_the_password(approver, client, another_client, clock):
    device = with_passkey(client)
    copy = device.copy()
    enter(client, device)
    assert enter(another_client, copy).status_code == 422
    assert client.get("/staff/").status_code == 200
    clock.advance(as_staff.rules.PROOF_LASTS)
    asked = client.get("/account/second-factor").location
    assert asked.startswith("/account/prove")
    shown = client.get(asked)
    assert "there seems to be a copy of it" in said(shown)
    assert page(shown).select("input[type=password], button[data-passkey]") == []
    assert send(client, asked, proof=PASSWORD).status_code == 422
    assert client.get("/account/second-factor").status_code == 303


def test_who_proved_it_a_moment_ago_adds_another(approver, client, another_client):
    device = with_passkey(client)
    copy = device.copy()
    enter(client, device)
    assert enter(another_client, copy).status_code == 422
    assert client.get(ADD).status_code == 200
    assert add(client, Authenticator(), "another").location == "/account/"
