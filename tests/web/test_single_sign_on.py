"""Single sign-on with a real provider beside: who gets in, and every answer that lies."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from joserfc.jwk import RSAKey
from sqlalchemy import select

from engage.domain.policy import Role
from engage.extensions import db
from engage.models import ForeignIdentity, OutboxMessage
from engage.services import passwords, single_sign_on
from tests import states
from tests.oidc_provider import CLIENT_ID, METADATA
from tests.web.at_provider import BACK, CHECKED, SSO, come_back, enter, kinds, leave, said
from tests.web.test_sign_in import EMAIL, PASSWORD, sign_in


@pytest.fixture
def team(clock, session, client, sent_tasks):
    return states.Team()


@pytest.fixture
def officer(team, provider):
    provider.claims = dict(CHECKED)
    return states.staff(Role.OFFICER, site_id=team.site_id, email=EMAIL, password_hash=passwords.hashed(PASSWORD))


def test_somebody_with_a_checked_address_is_linked_once_and_let_in(officer, client, provider):
    assert "Sign in with Mine ID" in said(client.get("/account/sign-in"))
    answer = enter(client, provider, next="/staff/day")
    assert (answer.status_code, answer.location) == (303, "/staff/day")
    assert client.get("/staff/").status_code == 200
    row = db.session.scalars(select(ForeignIdentity)).one()
    assert (row.user_id, row.issuer, row.subject) == (officer.id, provider.issuer, "subject-1")
    told = [one.template for one in db.session.scalars(select(OutboxMessage))]
    assert sorted(told) == ["identity_linked", "new_browser"]
    assert enter(client, provider).status_code == 303
    assert kinds() == ["identity_linked"]


def test_the_subject_counts_and_no_longer_the_address(officer, client, another_client, provider):
    enter(client, provider)
    provider.claims = {"email": "else@staff.engage.test", "email_verified": False}
    assert enter(another_client, provider).location == "/staff/"
    provider.claims = {**CHECKED, "sub": "subject-2"}
    assert enter(another_client, provider).status_code == 403


@pytest.mark.parametrize(
    "claims",
    [
        {"email": EMAIL, "email_verified": False},
        {"email": EMAIL},
        {"email_verified": True},
        {"email": 7, "email_verified": True},
        {"email": "stranger@else.test", "email_verified": True},
    ],
)
def test_an_address_nobody_checked_or_nobody_here_has_opens_nothing(officer, client, provider, claims):
    provider.claims = claims
    answer = enter(client, provider)
    assert answer.status_code == 403
    assert "You have no account here" in said(answer)
    assert client.get("/staff/").status_code == 303
    assert kinds() == []


@pytest.mark.parametrize(
    "lie",
    [
        {"nonce": "another"},
        {"nonce": ""},
        {"iss": "https://else.test"},
        {"aud": "another client"},
        {"aud": [CLIENT_ID, "another client"]},
        {"exp": 0},
        {"exp": ""},
        {"iat": 99999999999},
        {"sub": ""},
    ],
    ids=str,
)
def test_a_token_that_lies_is_refused(officer, client, provider, lie):
    provider.claims = {**CHECKED, **lie}
    answer = enter(client, provider)
    assert answer.status_code == 422
    assert "Mine ID did not let you in" in said(answer)
    assert client.get("/staff/").status_code == 303


def test_a_token_for_several_is_taken_where_we_are_who_asked(officer, client, provider):
    provider.claims = {**CHECKED, "aud": [CLIENT_ID, "another"], "azp": CLIENT_ID}
    assert enter(client, provider).status_code == 303


def test_a_token_that_ran_out_a_moment_ago_is_taken_and_later_refused(officer, client, provider, clock):
    now = int(clock.now.timestamp())
    provider.claims = {**CHECKED, "iat": now - 300, "exp": now - 59}
    assert enter(client, provider).status_code == 303
    provider.claims = {**CHECKED, "iat": now - 300, "exp": now - 61}
    assert enter(client, provider).status_code == 422


def test_a_token_signed_by_somebody_else_is_refused(officer, client, provider):
    provider.signs_with = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
    assert enter(client, provider).status_code == 422


def test_an_answer_that_this_browser_did_not_ask_for_is_refused(officer, client, another_client, provider):
    answer = provider.let_in(leave(client))
    assert "took too long" in said(come_back(another_client, answer))
    leave(another_client)
    assert "did not let you in" in said(come_back(another_client, answer))
    assert come_back(client, {**answer, "state": "forged"}).status_code == 422


def test_an_answer_is_taken_once(officer, client, provider):
    answer = provider.let_in(leave(client))
    assert come_back(client, answer).status_code == 303
    again = come_back(client, answer)
    assert again.status_code == 422
    assert "opened a second time" in said(again)


def test_an_answer_that_comes_late_is_refused(officer, client, provider, clock):
    answer = provider.let_in(leave(client))
    clock.advance(timedelta(minutes=10))
    assert "took too long" in said(come_back(client, answer))


@pytest.mark.parametrize("more", [{"error": "access_denied"}, {"iss": "https://else.test"}, {"code": ""}])
def test_what_the_provider_refused_or_another_answered_is_refused(officer, client, provider, more):
    answer = {**provider.let_in(leave(client)), **more}
    assert come_back(client, answer).status_code == 422


def test_a_code_without_its_verifier_opens_nothing(officer, client, another_client, provider):
    """A stolen code is of no use to another browser, whose verifier is another: PKCE."""
    stolen = provider.let_in(leave(client))
    own = provider.let_in(leave(another_client))
    assert come_back(another_client, {"code": stolen["code"], "state": own["state"]}).status_code == 422


def test_coming_back_by_a_link_that_a_filter_opened_changes_nothing(officer, client, provider):
    answer = provider.let_in(leave(client))
    for _ in range(2):
        assert "Almost signed in" in said(client.get(f"{BACK}?{urlencode(answer)}"))
    assert kinds() == []
    assert come_back(client, answer).status_code == 303


def test_a_provider_that_is_down_gets_an_honest_page_and_passwords_work(officer, client, provider):
    answer = provider.let_in(leave(client))
    provider.broken = {METADATA, "/token", "/keys"}
    for shown in (client.get(SSO), come_back(client, answer)):
        assert shown.status_code == 503
        assert "Mine ID does not answer" in said(shown)
    assert sign_in(client).status_code == 303


def test_a_provider_that_is_not_there_gets_the_same_page(officer, client, provider, change_settings, monkeypatch):
    change_settings(OIDC_ISSUER="http://127.0.0.1:9")
    assert client.get(SSO).status_code == 503
    change_settings(OIDC_ISSUER=provider.issuer)
    assert client.get(SSO).status_code == 503  # for some seconds nobody waits for it again
    monkeypatch.setattr(single_sign_on, "_silent_until", 0.0)
    assert client.get(SSO).status_code == 303


@pytest.mark.parametrize("path", [METADATA, "/token", "/keys"])
@pytest.mark.parametrize("how", ["broken", "odd"])
def test_a_provider_that_breaks_on_the_way_lets_nobody_in(officer, client, provider, path, how):
    answer = provider.let_in(leave(client))
    setattr(provider, how, {path})
    assert come_back(client, answer).status_code == 503
    assert client.get("/staff/").status_code == 303


@pytest.mark.parametrize("metadata", [{"issuer": "https://else.test"}, {"token_endpoint": None}, {"jwks_uri": 7}])
def test_metadata_of_somebody_else_are_not_believed(officer, client, provider, metadata):
    provider.metadata = metadata
    assert client.get(SSO).status_code == 503


def test_where_no_provider_is_named_there_is_no_such_door(client):
    assert client.get(SSO).status_code == 404
    assert "Mine ID" not in said(client.get("/account/sign-in"))
