"""Two people at one browser: what the provider said of one of them opens nothing for the other."""

import pytest
from sqlalchemy import select

from engage import vault
from engage.domain.policy import Membership, Role
from engage.domain.single_sign_on import AWAY_FOR
from engage.extensions import db
from engage.models import AccountLink, ForeignIdentity
from engage.services import choosing_password, passwords
from engage.services.accounts import Details
from engage.unit_of_work import unit_of_work
from tests import states
from tests.web.at_provider import CHECKED, come_back, enter, leave, said
from tests.web.test_sign_in import EMAIL, PASSWORD, send

APPROVER, OTHER_PASSWORD = "approver@staff.engage.test", "four loud geese on a roof"


@pytest.fixture
def team(clock, session, client, sent_tasks):
    return states.Team()


@pytest.fixture
def officer(team, provider):
    provider.claims = {**CHECKED, "amr": ["pwd", "mfa"]}
    return states.staff(Role.OFFICER, site_id=team.site_id, email=EMAIL, password_hash=passwords.hashed(PASSWORD))


@pytest.fixture
def invited(team):
    chief = states.staff((Role.ADMIN, None))
    with unit_of_work():
        roles = [Membership(Role.APPROVER, team.site_id)]
        return choosing_password.invite(Details("new@staff.engage.test", "New"), roles, actor=chief)


def choose_the_provider(browser):
    """The invited person presses "Mine ID"; nothing says that they go on."""
    code = vault.account_code(db.session.scalars(select(AccountLink.id)).one())
    return send(browser, "/account/choose-password", code=code, provider="y", new="", again="")


def linked():
    db.session.rollback()
    return list(db.session.scalars(select(ForeignIdentity.user_id)))


def test_the_providers_second_factor_speaks_for_nobody_who_signs_in_after(team, officer, client, provider):
    states.staff(Role.APPROVER, site_id=team.site_id, email=APPROVER, password_hash=passwords.hashed(OTHER_PASSWORD))
    enter(client, provider)
    assert client.get("/staff/").status_code == 200
    answer = send(client, "/account/sign-in", "/account/password", email=APPROVER, password=OTHER_PASSWORD)
    assert answer.status_code == 303
    assert client.get("/staff/").location == "/account/second-factor"


def test_the_providers_second_factor_goes_on_speaking_for_whom_it_was_asked(team, client, provider):
    provider.claims = {**CHECKED, "amr": ["mfa"]}
    states.staff(Role.APPROVER, site_id=team.site_id, email=EMAIL, password_hash=passwords.hashed(PASSWORD))
    enter(client, provider)
    new = "nine grey otters at noon"
    assert send(client, "/account/password", present=PASSWORD, new=new, again=new).status_code == 303
    assert client.get("/staff/").status_code == 200


def test_a_colleague_who_presses_the_ordinary_button_enters_their_own_account(officer, invited, client, provider):
    choose_the_provider(client)
    assert enter(client, provider).location == "/staff/"
    assert linked() == [officer.id]


def test_an_invitation_does_not_wait_in_a_browser_for_whoever_comes_next(officer, invited, client, provider, clock):
    choose_the_provider(client)
    clock.advance(AWAY_FOR)
    late = client.get("/account/sso?invited=y")
    assert late.status_code == 422
    assert "That took too long" in said(late)
    assert client.get("/account/sso?invited=y").status_code == 422
    assert linked() == []


def test_whose_checked_address_is_of_another_account_is_not_linked_by_an_invitation(officer, invited, client, provider):
    choose_the_provider(client)
    answer = come_back(client, provider.let_in(leave(client, invited="y")))
    assert answer.status_code == 403
    assert "Somebody else is signed in at Mine ID" in said(answer)
    assert linked() == []
    provider.claims = {"sub": "subject-9", "email": "new@staff.engage.test", "email_verified": True}
    choose_the_provider(client)
    assert come_back(client, provider.let_in(leave(client, invited="y"))).status_code == 303
    assert linked() == [invited]
