"""A notice that did not arrive at an address that the person corrected since goes to the one they gave."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage import clock as engage_clock
from engage import vault
from engage.domain.case import Identity, Road
from engage.domain.reaching import Way
from engage.extensions import db
from engage.models import Errand, OutboxMessage
from engage.services import contact, delivery, undelivered
from engage.services.contact import Values
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from tests import states
from tests.gateway_peer import Manner
from tests.notify.letters import a_case_with, a_notice, forget_notices, row_of
from tests.services.by_text import NUMBER, choose
from tests.states import act, case_of, person_of

WRONG, RIGHT = "wrong@people.example.org", "right@people.example.org"


@pytest.fixture
def team(session, sent_tasks, clock):
    vault.make_worker_keys(settings().VAR)
    return states.Team()


@pytest.fixture
def mail(mail_peer, change_settings):
    change_settings(MAIL="smtp", SMTP_PORT=mail_peer.port)
    return mail_peer


def a_case(team, road=Road.RELAY, **values):
    reference = a_case_with(road, site_id=team.site_id, **(values or {"email": WRONG}))
    forget_notices()
    return reference


def owed_to(reference):
    key = a_notice(reference)
    delivery.drain()
    return key


def corrects(reference, clock, **values):
    clock.advance(timedelta(minutes=5))
    identity = Identity.ANONYMOUS if case_of(reference).road is Road.RELAY else Identity.NAMED
    chosen = {"identity": identity, "road": case_of(reference).road, "values": Values(**values)}
    act(reference, contact.set_contact, **chosen, actor=person_of(reference))
    delivery.drain()
    clock.advance(timedelta(minutes=5))


def comes_back(key):
    with unit_of_work():
        assert undelivered.bounced(row_of(key).id, "5.1.1")
    delivery.drain()
    db.session.rollback()


def errands():
    db.session.rollback()
    return [row.road for row in db.session.scalars(select(Errand))]


def news_to(mail, address):
    return [one for one in mail.to(address) if "news" in one["Subject"]]


@pytest.mark.parametrize("road", [Road.RELAY, Road.DIRECT])
def test_what_came_back_from_a_mistyped_address_goes_to_the_one_that_was_given_since(team, mail, clock, road):
    reference = a_case(team, road)
    key = owed_to(reference)
    corrects(reference, clock, email=RIGHT)
    comes_back(key)
    assert len(news_to(mail, RIGHT)) == 1
    assert (errands(), case_of(reference).could_not_reach) == ([], False)


def test_each_address_is_tried_once_and_then_somebody_goes(team, mail, clock):
    reference = a_case(team, Road.DIRECT, email=WRONG, phone=NUMBER)
    first = owed_to(reference)
    corrects(reference, clock, email=RIGHT)
    comes_back(first)
    second = owed_again(first)
    corrects(reference, clock, email="newest@people.example.org")
    comes_back(second.dedupe_key)
    third = owed_again(second.dedupe_key)
    assert len(news_to(mail, "newest@people.example.org")) == 1
    assert errands() == []
    comes_back(third.dedupe_key)
    assert errands() == ["direct"]
    assert len({first, second.dedupe_key, third.dedupe_key}) == 3


def owed_again(key):
    return db.session.get_one(OutboxMessage, row_of(key).replaced_by_id)


def test_a_text_that_failed_is_not_tried_again_since_the_mail_address_is_another(team, mail, gateway, clock):
    reference = a_case(team, Road.DIRECT, email=WRONG, phone=NUMBER)
    choose(reference, may_text=True, first_way=Way.SMS)
    forget_notices()
    gateway.manner = Manner.REFUSE
    key = owed_to(reference)
    delivery.drain()
    assert row_of(f"{key}:email").sent_at is not None
    corrects(reference, clock, email=RIGHT)
    comes_back(f"{key}:email")
    assert len(news_to(mail, RIGHT)) == 1
    comes_back(owed_again(f"{key}:email").dedupe_key)
    assert errands() == ["direct"]


def test_what_was_to_go_by_text_goes_by_mail_where_the_person_left_another_address_instead(team, mail, gateway, clock):
    reference = a_case(team, Road.DIRECT, email=WRONG, phone=NUMBER)
    choose(reference, may_text=True)
    forget_notices()
    key = owed_to(reference)
    with unit_of_work():
        undelivered.bounced(row_of(key).id, "5.1.1")
    clock.advance(timedelta(minutes=5))
    person = person_of(reference)
    act(reference, contact.burn, name_too=True, actor=person)
    chosen = {"identity": Identity.ANONYMOUS, "road": Road.RELAY, "values": Values(email=RIGHT)}
    act(reference, contact.set_contact, **chosen, actor=person)
    clock.advance(timedelta(minutes=5))
    delivery.drain()
    assert (len(news_to(mail, RIGHT)), gateway.texts, errands()) == (1, [], [])


def test_what_fails_at_the_newest_address_itself_is_an_errand_as_before(team, mail, clock):
    reference = a_case(team, Road.DIRECT, email=WRONG, phone=NUMBER)
    corrects(reference, clock, email=RIGHT)
    forget_notices()
    key = owed_to(reference)
    assert row_of(key).sent_at < engage_clock.utcnow() + timedelta(seconds=1)
    comes_back(key)
    assert errands() == ["direct"]


def test_where_a_clock_was_set_back_the_new_address_is_tried_once_and_then_somebody_goes(team, mail, clock):
    clock.advance(timedelta(days=2))
    reference = a_case(team, Road.DIRECT, email=RIGHT)
    clock.move_to(clock.now - timedelta(days=1))
    first = owed_to(reference)
    comes_back(first)
    [second] = db.session.scalars(
        select(OutboxMessage.dedupe_key).where(OutboxMessage.dedupe_key.startswith(f"{first}:"))
    )
    comes_back(second)
    assert row_of(second).replaced_by_id is None
    assert len(errands()) == 1
