"""Mails about an account lead their reader to the right page, and name nobody."""

from datetime import date
from email import message_from_bytes, policy

import pytest
from sqlalchemy import select

from engage.domain.policy import Role
from engage.extensions import db
from engage.models import OutboxMessage, StaffUser
from engage.notify import account_rules
from engage.services import delivery
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from tests import states


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


def mail_to(user_id) -> str:
    """Subject and text of the one mail that was sent to somebody."""
    message = db.session.scalars(select(OutboxMessage.id).where(OutboxMessage.user_id == user_id)).one()
    mail = message_from_bytes((settings().VAR / "mail" / f"{message}.eml").read_bytes(), policy=policy.default)
    return f"{mail['Subject']}\n{mail.get_body(('plain',)).get_content()}"


@pytest.mark.parametrize("tell", [account_rules.training_ends, account_rules.role_rests, account_rules.cannot_rest])
def test_of_a_training_its_owner_is_led_to_their_account_and_an_administrator_to_the_person(team, tell):
    officer = db.session.get_one(StaffUser, team.officer.id)
    with unit_of_work():
        tell(officer, team.site_id, date(2026, 4, 1))
    assert delivery.drain() == 2
    own, other = mail_to(team.officer.id), mail_to(team.admin.id)
    assert "https://localhost/account/" in own
    assert f"https://localhost/admin/users/{team.officer.id}" in other
    assert "1 April 2026" in " ".join(own.split())
    assert officer.email not in own + other


def test_of_an_account_that_cannot_end_administrators_of_its_places_are_told(team):
    elsewhere = states.staff(Role.ADMIN, site_id=states.a_site("KOL"))
    with unit_of_work():
        account_rules.cannot_end(db.session.get_one(StaffUser, team.focal.id))
    assert delivery.drain() == 1
    assert f"/admin/users/{team.focal.id}" in mail_to(team.admin.id)
    assert db.session.scalar(select(OutboxMessage.id).where(OutboxMessage.user_id == elsewhere.id)) is None
