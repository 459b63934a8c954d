"""A road or a domain that fails: what its notices do instead, and what does not count as its answer."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage import vault
from engage.domain.case import Road
from engage.domain.circuits import Kind
from engage.extensions import db
from engage.models import Circuit, Errand
from engage.services import delivery
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from tests import states
from tests.mail_peer import Manner
from tests.notify.letters import a_case_with, a_notice, forget_notices, row_of
from tests.services.by_text import NUMBER, choose
from tests.states import case_of

SLOW = "slow.example.org"


@pytest.fixture
def team(peer, clock):
    vault.make_worker_keys(settings().VAR)
    return states.Team()


def until_it_is_over(key, clock):
    for _ in range(160):
        clock.advance(timedelta(minutes=31))
        delivery.drain()
        if row_of(key).dead_at is not None:
            return
    raise AssertionError("it waits for ever")


def test_a_text_goes_out_where_the_mail_was_given_up_with_its_domain(team, peer, gateway, clock):
    peer.manner = Manner.GREYLIST
    reference = a_case_with(Road.DIRECT, site_id=team.site_id, email=f"one@{SLOW}", phone=NUMBER)
    choose(reference, may_text=True)
    other = a_case_with(Road.DIRECT, site_id=team.site_id, email=f"other@{SLOW}")
    forget_notices()
    for _ in range(8):
        a_notice(other)
    delivery.drain()  # the domain says "later" so often that it is left alone
    key = a_notice(reference)
    until_it_is_over(key, clock)
    assert row_of(key).last_error.startswith("deferred ")  # with its domain, or as the one that tried it, by chance
    assert row_of(f"{key}:sms").road == "sms"
    assert not db.session.scalars(select(Errand).where(Errand.case_id == case_of(reference).id)).all()


def test_an_address_that_cannot_be_one_does_not_say_that_the_mail_server_is_back(team, peer, clock):
    peer.stop()
    reference = a_case_with(Road.DIRECT, site_id=team.site_id)
    nobody = states.staff(email="a@example.org, b@example.org")
    forget_notices()
    for _ in range(3):
        a_notice(reference)
    delivery.drain()
    [road] = db.session.scalars(select(Circuit).where(Circuit.kind == Kind.ROAD)).all()
    with unit_of_work():
        db.session.get_one(Circuit, (Kind.ROAD, road.name)).opened_until = clock.now
    key = a_notice(user_id=nobody.id, template="password_chosen", context={"own": "yes"})
    delivery.drain()
    assert row_of(key).last_error == "refused malformed"
    db.session.rollback()
    assert db.session.scalars(select(Circuit.name).where(Circuit.kind == Kind.ROAD)).all() == ["email"]
