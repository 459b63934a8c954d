"""Somebody of ours leaves a phone number, or takes it away."""

import pytest
from sqlalchemy import select

from engage.extensions import db
from engage.models import AuditEvent, StaffUser
from tests import states
from tests.browsing import visit
from tests.web.as_staff import sign_in

PAGE = "/account/phone"


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


def number_of(actor):
    db.session.rollback()
    return db.session.get_one(StaffUser, actor.id).phone


def test_a_number_is_kept_in_its_international_form_and_can_be_taken_away(client, team):
    browser = sign_in(client, team.officer)
    visit(browser, PAGE).submit(browser, phone=" +381 64 123-45-67 ")
    assert number_of(team.officer) == "+381641234567"
    assert visit(browser, PAGE).fields()["phone"] == "+381641234567"
    visit(browser, PAGE).submit(browser, phone="+381641234567")
    visit(browser, PAGE).submit(browser, phone=" ")
    assert number_of(team.officer) is None
    entries = db.session.scalars(select(AuditEvent).where(AuditEvent.kind == "phone_changed")).all()
    assert len(entries) == 2
    assert not any("381" in entry.payload for entry in entries)


@pytest.mark.parametrize("typed", ["12", "064 123 4567", "none", "+381\0" * 3])
def test_what_cannot_be_a_number_anywhere_is_not_kept(client, team, typed):
    browser = sign_in(client, team.officer)
    assert visit(browser, PAGE).submit(browser, phone=typed).status == 422
    assert number_of(team.officer) is None
