"""An administrator gives an account another address: whoever had it hears so where they read their mail, for days."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import select

from engage import vault
from engage.domain.account_links import FORMER_KEPT, FORMER_TOLD
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import AccountLink, FormerAddress, OutboxMessage, StaffUser
from engage.queries import notifications
from engage.services import accounts, choosing_password, delivery, passwords, retention, second_factor
from engage.services.accounts import Details
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from tests import states

OWN, THEIRS = "own@staff.engage.test", "mallory@else.test"


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


@pytest.fixture
def chief(team):
    return states.staff((Role.ADMIN, None))


@pytest.fixture
def custodian(team):
    password_hash = passwords.hashed("four quiet herons by a river")
    return states.staff(Role.CUSTODIAN, site_id=team.site_id, email=OWN, password_hash=password_hash)


def describe(user, email, chief, name="C"):
    with unit_of_work():
        accounts.describe(user.id, Details(email, name), actor=chief)


def mails() -> dict[str, list[str]]:
    """What was sent so far, by address: the subjects in the order they were owed."""
    delivery.drain()
    db.session.rollback()
    found: dict[str, list[str]] = {}
    for row in db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.created_at, OutboxMessage.template)):
        path = settings().VAR / "mail" / f"{row.id}.eml"
        if path.exists():
            mail = message_from_bytes(path.read_bytes(), policy=policy.default)
            found.setdefault(mail["To"], []).append(str(mail["Subject"]))
    return found


def test_the_address_that_was_left_and_the_new_one_are_told(team, chief, custodian):
    describe(custodian, THEIRS, chief)
    assert mails() == {
        OWN: ["Your account was changed"],
        THEIRS: ["Mails about your account come here now"],
    }
    db.session.rollback()
    assert THEIRS.encode() not in db.session.scalars(select(FormerAddress.sealed)).one()


def test_another_name_is_told_to_nobody(team, chief, custodian):
    describe(custodian, OWN, chief, name="Another")
    assert mails() == {}
    assert db.session.scalars(select(FormerAddress)).all() == []


def test_sessions_end_with_the_address(team, chief, custodian):
    before = db.session.get_one(StaffUser, custodian.id).session_key
    describe(custodian, THEIRS, chief)
    assert db.session.get_one(StaffUser, custodian.id, populate_existing=True).session_key != before


def test_whoever_is_impersonated_by_an_administrator_hears_of_it_at_their_own_address(team, chief, custodian, clock):
    with unit_of_work():
        second_factor.keep(db.session.get_one(StaffUser, custodian.id), second_factor.new_secret())
    describe(custodian, THEIRS, chief)
    with unit_of_work():
        second_factor.reset(custodian.id, actor=chief)
    with unit_of_work():
        choosing_password.ask_for_reset(THEIRS)
    choosing_password.answer_resets()
    db.session.rollback()
    code = vault.account_code(db.session.scalars(select(AccountLink.id)).one())
    clock.advance(timedelta(minutes=30))
    with unit_of_work():
        choosing_password.choose(code, "nine grey otters at noon")
    while_it_was_theirs = mails()
    describe(custodian, OWN, chief)
    clock.advance(timedelta(days=1))
    assert while_it_was_theirs[OWN] == ["Your account was changed"] * 3  # the address, the second factor, the password
    told = mails()
    assert "Mails about your account come here now" in told[OWN]
    assert "Your account was changed" in told[THEIRS]


def test_what_is_told_to_a_former_address_stands_once_on_the_page_of_its_owner(team, chief, custodian):
    describe(custodian, THEIRS, chief)
    with unit_of_work():
        accounts.reset_password(custodian.id, actor=chief)
    db.session.rollback()
    shown = {row.template for row in notifications.page(custodian).rows}
    assert shown == {"own_address", "password_given"}


def test_after_some_days_a_former_address_hears_no_more_and_is_forgotten(team, chief, custodian, clock):
    describe(custodian, THEIRS, chief)
    clock.advance(FORMER_TOLD)
    with unit_of_work():
        accounts.reset_password(custodian.id, actor=chief)
    assert mails()[OWN] == ["Your account was changed"]
    retention.apply()
    assert len(db.session.scalars(select(FormerAddress)).all()) == 1  # what is on its way to it still finds it
    clock.advance(FORMER_KEPT - FORMER_TOLD)
    retention.apply()
    db.session.rollback()
    assert db.session.scalars(select(FormerAddress)).all() == []


def test_a_notice_whose_former_address_is_forgotten_is_given_up(team, chief, custodian, clock):
    describe(custodian, THEIRS, chief)
    clock.advance(FORMER_KEPT)
    retention.apply()
    assert OWN not in mails()
    dead = select(OutboxMessage.template).where(OutboxMessage.dead_at.is_not(None))
    assert db.session.scalars(dead).all() == ["own_address_left"]


def test_whoever_is_deactivated_meanwhile_hears_of_it_all_the_same(team, chief, custodian):
    with unit_of_work():
        accounts.deactivate(custodian.id, actor=chief)
    describe(custodian, THEIRS, chief)
    assert mails() == {OWN: ["Your account was changed"]}


def test_an_address_that_is_its_owners_again_is_told_once(team, chief, custodian):
    describe(custodian, THEIRS, chief)
    mails()
    describe(custodian, OWN, chief)
    mails()
    with unit_of_work():
        accounts.reset_password(custodian.id, actor=chief)
    told = mails()
    assert told[OWN].count("Your account was changed") == 1  # when it was left
    assert told[OWN].count("Your password was changed") == 1
    assert told[THEIRS].count("Your account was changed") == 2  # when it was left, and the password
