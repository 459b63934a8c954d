"""Accounts: who may change whom, and what of it is recorded. The pages of it are tested in tests/web/test_admin.py."""

import pytest
from sqlalchemy import select

from engage.domain.policy import Membership, NotAllowed, Role
from engage.models import AuditEvent, StaffUser
from engage.services import accounts, audit
from engage.services.accounts import Details, EmailTaken
from engage.services.new_passwords import WeakPassword
from engage.unit_of_work import unit_of_work
from tests import states
from tests.threads import at_once


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


@pytest.fixture
def chief(team):
    return states.staff((Role.ADMIN, None))


def kinds(session) -> list[str]:
    session.rollback()
    return list(session.scalars(select(AuditEvent.kind).order_by(AuditEvent.number)))


def test_an_administrator_of_a_site_adds_nobody_without_a_role(session, team):
    with pytest.raises(NotAllowed), unit_of_work():
        accounts.add_user(Details("new@staff.engage.test", "New"), [], actor=team.admin)
    assert kinds(session) == []


def test_somebody_of_all_sites_may_be_added_before_they_have_a_role(session, chief):
    with unit_of_work():
        accounts.add_user(Details("new@staff.engage.test", "New"), [], actor=chief)
    assert kinds(session) == ["user_added"]


def test_nobody_without_the_role_administers_anything(session, team):
    for actor in (team.coordinator, team.approver):
        with pytest.raises(NotAllowed), unit_of_work():
            accounts.set_roles(team.officer.id, [], actor=actor)
        with pytest.raises(NotAllowed), unit_of_work():
            accounts.deactivate(team.officer.id, actor=actor)


def test_an_address_of_another_account_is_refused(session, team, chief):
    taken = session.get_one(StaffUser, team.approver.id).email
    with pytest.raises(EmailTaken), unit_of_work():
        accounts.describe(team.officer.id, Details(taken.upper(), "Officer"), actor=chief)
    assert kinds(session) == []


def test_doing_the_same_again_leaves_no_entry(session, team, chief):
    for use_case in (accounts.reactivate, accounts.deactivate, accounts.deactivate, accounts.reactivate):
        with unit_of_work():
            use_case(team.officer.id, actor=chief)
    assert kinds(session) == ["user_deactivated", "user_reactivated"]


def test_a_given_first_password_is_judged(session):
    with pytest.raises(WeakPassword), unit_of_work():
        accounts.create_admin("first@staff.engage.test", "short")
    assert session.scalars(select(StaffUser)).all() == []


def test_the_chain_of_changes_shows_what_somebody_changed(session, team, chief):
    for role in (Role.LIAISON, Role.PANEL, Role.AUDITOR):
        with unit_of_work():
            accounts.set_roles(team.officer.id, [Membership(role, team.site_id)], actor=chief)
    session.rollback()
    rows = list(session.scalars(select(AuditEvent).order_by(AuditEvent.number)))
    assert audit.breaks_in(rows) == []
    rows[1].payload = "{}"
    assert audit.breaks_in(rows) == [2]
    session.rollback()


def the_same_address_twice(chief):
    try:
        with unit_of_work():
            accounts.add_user(Details("new@staff.engage.test", "New"), [], actor=chief)
    except EmailTaken:
        return "taken"
    return "added"


def test_of_two_administrators_who_add_the_same_address_at_once_one_hears_that_it_is_taken(session, app, chief):
    session.rollback()
    assert sorted(at_once(app, 2, lambda: the_same_address_twice(chief))) == ["added", "taken"]
    assert kinds(session) == ["user_added"]


def test_an_address_that_was_free_a_moment_ago_is_taken_all_the_same(session, team, chief, monkeypatch):
    monkeypatch.setattr(accounts, "_is_taken", lambda email: False)  # as whoever looks before the other one commits
    assert [the_same_address_twice(chief), the_same_address_twice(chief)] == ["added", "taken"]
    before = session.get_one(StaffUser, team.officer.id).email
    with pytest.raises(EmailTaken), unit_of_work():
        accounts.describe(team.officer.id, Details("new@staff.engage.test", "Officer"), actor=chief)
    session.expire_all()
    assert session.get_one(StaffUser, team.officer.id).email == before
    assert kinds(session) == ["user_added"]
