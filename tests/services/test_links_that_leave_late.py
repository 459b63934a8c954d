"""Links that work once: a mail server that was away does not use up their time, and what opens nothing is not sent."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage import vault
from engage.domain.account_links import LIVES, LinkPurpose
from engage.domain.case import Road
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import AccountLink, CodeLink, OutboxMessage
from engage.services import account_links as links
from engage.services import choosing_password, delivery, receipt_codes
from engage.services.accounts import Details
from engage.services.intake import new_token
from engage.services.receipt_codes import DeadLink
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import ADDRESS, a_case_with, forget_notices
from tests.states import case_of

MINUTE = timedelta(minutes=1)


@pytest.fixture
def reference(peer, clock):
    made = a_case_with(Road.DIRECT)
    forget_notices()
    return made


def ask(reference):
    with unit_of_work():
        receipt_codes.ask_for_link(reference, ADDRESS)


def after_an_outage(peer, clock, of):
    """The mail server is back after so long, and what waited for it leaves."""
    delivery.drain()
    clock.advance(of)
    peer.start()
    delivery.drain()


def link_in(mail):
    found = mail.message.get_body(("plain",)).get_content()
    return next(line for line in found.splitlines() if "/case/link/" in line).rpartition("/")[2]


def test_a_link_to_a_code_works_for_a_day_from_when_it_left(reference, peer, clock):
    peer.stop()
    ask(reference)
    after_an_outage(peer, clock, timedelta(hours=26))
    [mail] = peer.mails
    clock.advance(receipt_codes.LINK_LIVES - MINUTE)
    with unit_of_work():
        receipt_codes.check_link(link_in(mail))
    clock.advance(MINUTE)
    with pytest.raises(DeadLink):
        receipt_codes.check_link(link_in(mail))


def test_a_link_that_has_not_left_ends_a_day_after_it_was_asked_for(reference, peer, clock):
    ask(reference)
    token = vault.link_token(db.session.scalars(select(CodeLink.id)).one())
    receipt_codes.check_link(token)
    clock.advance(receipt_codes.LINK_LIVES)
    with pytest.raises(DeadLink):
        receipt_codes.check_link(token)


def test_whoever_asks_again_while_the_mail_server_is_away_gets_links_that_all_work(reference, peer, clock):
    peer.stop()
    ask(reference)
    clock.advance(timedelta(hours=26))
    ask(reference)
    after_an_outage(peer, clock, timedelta(hours=1))
    assert len(peer.mails) == 2
    for mail in peer.mails:
        receipt_codes.check_link(link_in(mail))


def test_a_link_that_is_over_before_it_left_is_not_sent(reference, peer, clock):
    peer.stop()
    ask(reference)
    with unit_of_work():
        receipt_codes.change_code(case_of(reference), new_token())
    after_an_outage(peer, clock, timedelta(hours=2))
    db.session.rollback()
    assert db.session.scalars(select(OutboxMessage.road).where(OutboxMessage.template == "code_link")).all() == [
        "withheld"
    ]


def test_a_link_is_forgotten_a_week_after_its_day(reference, peer, clock):
    ask(reference)
    old = db.session.scalars(select(CodeLink.id)).one()
    clock.advance(receipt_codes.LINK_KEPT + receipt_codes.LINK_LIVES)
    ask(reference)
    assert old not in db.session.scalars(select(CodeLink.id)).all()


@pytest.fixture
def invited(peer, clock):
    chief = states.staff((Role.ADMIN, None))

    def invite():
        with unit_of_work():
            choosing_password.invite(Details("new@staff.engage.test", "New"), [], actor=chief)
        return chief

    return invite


def code_of(row):
    return vault.account_code(row.id)


def test_an_invitation_works_for_a_week_from_when_it_left(invited, peer, clock):
    peer.stop()
    invited()
    after_an_outage(peer, clock, timedelta(days=8))
    assert len(peer.mails) == 1
    row = db.session.scalars(select(AccountLink)).one()
    clock.advance(LIVES[LinkPurpose.INVITATION] - MINUTE)
    with unit_of_work():
        assert links.taken(code_of(row)) is LinkPurpose.INVITATION


def test_a_link_whose_place_a_newer_one_took_is_not_sent(invited, peer, clock):
    peer.stop()
    invited()
    user_id = db.session.scalars(select(AccountLink.user_id)).one()
    with unit_of_work():
        links.make(db.session.get_one(states.StaffUser, user_id), LinkPurpose.INVITATION)
    after_an_outage(peer, clock, timedelta(hours=1))
    assert len(peer.mails) == 1
    roads = db.session.scalars(select(OutboxMessage.road).where(OutboxMessage.template == "invitation"))
    assert sorted(roads) == ["email", "withheld"]
