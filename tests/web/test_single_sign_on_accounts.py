"""What single sign-on makes of an account: its roles, its second factor, its invitation, its proof."""

import pytest
from sqlalchemy import delete, select

from engage import vault
from engage.domain.policy import Membership, Role
from engage.extensions import db
from engage.models import AccountLink, ForeignIdentity, StaffMembership, StaffUser
from engage.services import accounts, choosing_password, passwords, second_factor
from engage.services.accounts import Details
from engage.services.people import memberships_of
from engage.unit_of_work import unit_of_work
from tests import states
from tests.oidc_provider import RETURN
from tests.web import as_staff
from tests.web.as_staff import page
from tests.web.at_provider import BACK, CHECKED, come_back, enter, kinds, leave, said
from tests.web.test_sign_in import EMAIL, PASSWORD, send, sign_in


@pytest.fixture
def team(clock, session, client, sent_tasks):
    return states.Team()


@pytest.fixture
def officer(team, provider):
    provider.claims = dict(CHECKED)
    return states.staff(Role.OFFICER, site_id=team.site_id, email=EMAIL, password_hash=passwords.hashed(PASSWORD))


@pytest.fixture
def roles(provider, change_settings, tmp_path):
    path = tmp_path / "roles.toml"
    path.write_text(
        '[[mapping]]\nvalue = "bor"\nroles = ["officer@BOR"]\n[[mapping]]\nvalue = "audit"\nroles = ["auditor@all"]\n'
        '[[mapping]]\nvalue = "lane"\nroles = ["focal@BOR"]\n[[mapping]]\nvalue = "chiefs"\nroles = ["admin@all"]\n',
        "utf-8",
    )
    change_settings(OIDC_ROLE_CLAIM="groups", OIDC_ROLES=path)


def held(actor) -> frozenset[Membership]:
    db.session.rollback()
    return memberships_of(db.session.get_one(StaffUser, actor.id))


def test_somebody_deactivated_is_not_let_in_though_the_provider_does(officer, client, provider):
    chief = states.staff((Role.ADMIN, None))
    enter(client, provider)
    with unit_of_work():
        accounts.deactivate(officer.id, actor=chief)
    assert enter(client, provider).status_code == 403
    assert client.get("/staff/").status_code == 303


def test_somebody_deactivated_is_not_linked_either(officer, client, provider):
    chief = states.staff((Role.ADMIN, None))
    with unit_of_work():
        accounts.deactivate(officer.id, actor=chief)
    assert enter(client, provider).status_code == 403
    assert db.session.scalars(select(ForeignIdentity)).all() == []


def test_somebody_whose_last_day_is_over_is_not_let_in_though_the_provider_does(officer, client, provider, clock):
    enter(client, provider)
    with unit_of_work():
        db.session.get_one(StaffUser, officer.id).ends_at = clock.now
    assert client.get("/staff/").status_code == 303
    assert enter(client, provider).status_code == 403


def test_ours_is_asked_for_where_the_provider_asked_for_no_second_factor(officer, client, provider):
    with unit_of_work():
        second_factor.keep(db.session.get_one(StaffUser, officer.id), second_factor.new_secret())
    assert enter(client, provider).location == "/account/sign-in/code"
    assert client.get("/staff/").status_code == 303
    provider.claims = {**CHECKED, "amr": ["pwd", "mfa"]}
    assert enter(client, provider).location == "/staff/"


def test_a_role_that_demands_one_takes_the_providers_where_it_says_so(
    team, client, another_client, provider, change_settings
):
    provider.claims = dict(CHECKED)
    states.staff(Role.APPROVER, site_id=team.site_id, email=EMAIL)
    enter(client, provider)
    assert client.get("/staff/").location == "/account/second-factor"
    change_settings(OIDC_ACR="strong stronger")
    provider.claims = {**CHECKED, "acr": "stronger"}
    enter(another_client, provider)
    assert another_client.get("/staff/").status_code == 200


def test_roles_follow_the_provider_and_what_was_in_hand_is_handed_on(team, officer, client, provider, roles):
    reference = states.an_assessed_case(team)
    with unit_of_work():
        states.case_of(reference).assignee_id = officer.id
    provider.claims = {**CHECKED, "groups": ["bor", "audit", "unknown"]}
    enter(client, provider)
    assert held(officer) == {Membership(Role.OFFICER, team.site_id), Membership(Role.AUDITOR, None)}
    provider.claims = {**CHECKED, "groups": "audit"}
    enter(client, provider)
    assert held(officer) == {Membership(Role.AUDITOR, None)}
    assert states.case_of(reference).assignee_id is None
    assert kinds() == ["identity_linked", "roles_changed", "roles_changed"]
    assert client.get("/staff/").location == "/account/second-factor"


def test_roles_the_file_does_not_speak_of_stay(team, officer, client, provider, roles):
    with unit_of_work():
        db.session.add(StaffMembership(user_id=officer.id, role=Role.PANEL, site_id=team.site_id))
    provider.claims = {**CHECKED, "groups": {"not": "a list"}}
    enter(client, provider)
    assert held(officer) == {Membership(Role.PANEL, team.site_id)}


def test_without_a_claim_roles_are_given_here_alone(team, officer, client, provider, roles, change_settings):
    change_settings(OIDC_ROLE_CLAIM=None)
    provider.claims = {**CHECKED, "groups": ["audit"]}
    enter(client, provider)
    assert held(officer) == {Membership(Role.OFFICER, team.site_id)}


def test_a_provider_takes_no_role_from_the_last_who_holds_it(team, client, another_client, provider, roles, caplog):
    provider.claims = dict(CHECKED)
    with unit_of_work():
        db.session.execute(delete(StaffMembership).where(StaffMembership.user_id == team.second_focal.id))
        db.session.get_one(StaffUser, team.focal.id).email = EMAIL
    enter(client, provider)
    assert held(team.focal) == {Membership(Role.FOCAL, team.site_id)}
    chief = states.staff((Role.ADMIN, None), email="chief@staff.engage.test")
    provider.claims = {"email": "chief@staff.engage.test", "email_verified": "true", "sub": "subject-9"}
    enter(another_client, provider)
    assert held(chief) == {Membership(Role.ADMIN, None)}
    assert caplog.text.count("name somebody else") == 2


def test_a_provider_takes_the_focal_role_where_another_stays(team, client, provider, roles, tmp_path):
    far = states.a_site("FAR")
    (tmp_path / "roles.toml").write_text('[[mapping]]\nvalue = "lane"\nroles = ["focal@BOR", "focal@FAR"]\n', "utf-8")
    with unit_of_work():
        db.session.execute(delete(StaffMembership).where(StaffMembership.user_id == team.second_focal.id))
    provider.claims = {**CHECKED, "groups": []}
    alone_there = states.staff(Role.FOCAL, (Role.FOCAL, far), site_id=team.site_id, email=EMAIL)
    enter(client, provider)
    assert held(alone_there) == {Membership(Role.FOCAL, far)}


def test_a_provider_that_gives_a_wider_focal_role_takes_the_narrower_one(team, client, provider, roles, tmp_path):
    far = states.a_site("FAR")
    (tmp_path / "roles.toml").write_text(
        '[[mapping]]\nvalue = "lane"\nroles = ["focal@FAR"]\n[[mapping]]\nvalue = "all"\nroles = ["focal@all"]\n',
        "utf-8",
    )
    provider.claims = {**CHECKED, "groups": ["all"]}
    alone_there = states.staff((Role.FOCAL, far), email=EMAIL)
    enter(client, provider)
    assert held(alone_there) == {Membership(Role.FOCAL, None)}


def test_a_provider_makes_nobody_a_focal_point_where_there_is_no_room(team, officer, client, provider, roles, caplog):
    states.staff(Role.FOCAL, site_id=team.site_id)
    provider.claims = {**CHECKED, "groups": ["bor", "lane"]}
    enter(client, provider)
    assert held(officer) == {Membership(Role.OFFICER, team.site_id)}
    assert "one more focal point than a place may have" in caplog.text


def test_an_invitation_links_whatever_address_the_provider_knows(team, client, session, provider):
    chief = states.staff((Role.ADMIN, None))
    with unit_of_work():
        user_id = choosing_password.invite(Details("new@staff.engage.test", "New"), [], actor=chief)
    code = vault.account_code(session.scalars(select(AccountLink.id)).one())
    shown = send(client, "/account/choose-password", code=code, provider="y", new="", again="")
    assert "the invitation is used up" in said(shown)
    provider.claims = {}
    on = page(shown).select_one("main a[role=button]")["href"]
    assert come_back(client, provider.let_in(client.get(on).location)).location == "/account/"
    assert db.session.scalars(select(ForeignIdentity.user_id)).one() == user_id


def test_an_invitation_that_was_used_links_nobody_else(team, client, session, provider):
    chief = states.staff((Role.ADMIN, None))
    with unit_of_work():
        choosing_password.invite(Details("new@staff.engage.test", "New"), [], actor=chief)
    code = vault.account_code(session.scalars(select(AccountLink.id)).one())
    with unit_of_work():
        choosing_password.choose(code, "nine grey otters at noon")
    send(client, "/account/choose-password", code=code, provider="y", new="", again="")
    provider.claims = {"sub": "subject-7"}
    answer = come_back(client, provider.let_in(leave(client, invited="y")))
    assert answer.status_code == 403
    assert db.session.scalars(select(ForeignIdentity)).all() == []


def test_a_code_that_is_none_is_not_carried_to_the_provider(team, client, provider):
    answer = send(client, "/account/choose-password", code="7K3Q-7K3Q-7K3Q-7K3Q", provider="y")
    assert answer.status_code == 422
    assert "This code opens nothing." in said(answer)


@pytest.mark.parametrize(("who", "chief", "other"), [("administrators", 303, 422), ("nobody", 422, 422)])
def test_passwords_are_left_to_administrators_or_to_nobody(
    team, officer, client, provider, change_settings, who, chief, other
):
    states.staff((Role.ADMIN, None), email="chief@staff.engage.test", password_hash=passwords.hashed(PASSWORD))
    change_settings(OIDC_PASSWORDS=who)
    answer = sign_in(client)
    assert answer.status_code == other
    assert "Use Mine ID: passwords are off here." in said(answer)
    assert sign_in(client, "chief@staff.engage.test").status_code == chief


def prove(browser, provider, **claims):
    left = leave(browser, prove="y", next="/account/password")
    provider.claims = {**CHECKED, **claims}
    return come_back(browser, provider.let_in(left))


def test_whoever_has_no_password_proves_it_by_signing_in_there_once_more(team, client, provider, clock):
    provider.claims = dict(CHECKED)
    states.staff(Role.OFFICER, site_id=team.site_id, email=EMAIL)
    enter(client, provider)
    clock.advance(as_staff.rules.PROOF_LASTS)
    asked = client.get("/account/second-factor")
    assert asked.location.startswith("/account/prove")
    assert "Sign in with Mine ID once more" in said(client.get(asked.location))
    now = int(clock.now.timestamp())
    for claims in ({}, {"auth_time": now - 3600}, {"auth_time": "x"}, {"sub": "subject-2", "auth_time": now}):
        assert prove(client, provider, **claims).status_code in (422, 403)
        assert client.get("/account/second-factor").status_code == 303
    assert prove(client, provider, auth_time=now).location == "/account/password"
    assert provider.asked[-1]["prompt"] == "login"
    assert client.get("/account/second-factor").status_code == 200


def test_the_provider_proves_nothing_for_who_has_a_second_factor_of_ours_unless_it_asked_for_one(
    officer, client, provider, clock
):
    sign_in(client)
    enter(client, provider)
    with unit_of_work():
        second_factor.keep(db.session.get_one(StaffUser, officer.id), second_factor.new_secret())
    clock.advance(as_staff.rules.PROOF_LASTS)
    now = int(clock.now.timestamp())
    assert prove(client, provider, auth_time=now).status_code == 422
    assert prove(client, provider, auth_time=now, amr=["mfa"]).status_code == 303


def test_somebody_with_another_identity_there_is_unlinked_and_linked_anew(team, officer, client, provider):
    chief = as_staff.sign_in(client, states.staff((Role.ADMIN, None)))
    enter(client, provider)
    provider.claims = {**CHECKED, "sub": "subject-2"}
    assert enter(client, provider).status_code == 403
    path = f"/admin/users/{officer.id}"
    shown = chief.get(path)
    assert "linked with single sign-on" in said(shown)
    button = page(shown).select_one("form[action$='/unlink'] [name=csrf_token]")["value"]
    for _ in range(2):
        as_staff.done(chief.post(f"{path}/unlink", data={"csrf_token": button}))
    assert "linked with single sign-on" not in said(chief.get(path))
    assert enter(client, provider).location == "/staff/"
    assert kinds() == ["identity_linked", "identity_unlinked", "identity_linked"]


def test_the_cookie_says_nothing_of_what_was_asked(officer, client, provider):
    asked = provider.let_in(leave(client))
    with client.session_transaction() as kept:
        values = str(dict(kept))
    assert asked["state"] not in values
    assert provider.asked[0]["nonce"] not in values


def test_the_address_to_come_back_to_is_ours(app, provider):
    with app.app_context():
        assert app.url_map.bind("localhost").match("/account/sso/return")[0] == "account.finish_single_sign_on"
    assert RETURN.endswith(BACK)
