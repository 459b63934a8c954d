"""After STOP: no text and no call, until the person asks for one or gives another number."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage import vault
from engage.domain.case import Identity, Road
from engage.domain.reaching import Way
from engage.extensions import db
from engage.models import ContactPreference, Errand, SmsThread
from engage.services import contact, delivery, texts
from engage.services.contact import Values
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import forget_notices, row_of
from tests.services.by_text import NUMBER, a_case, choose, owed_to
from tests.states import act, case_of, person_of

ANOTHER = "+381641234999"


@pytest.fixture
def team(session, sent_tasks, clock, gateway):
    vault.make_worker_keys(settings().VAR)
    return states.Team()


def stop(name="in-1"):
    with unit_of_work():
        texts.receive(name, NUMBER, "STOP")
    texts.read_waiting()
    delivery.drain()


def a_stopped_case(team, road=Road.DIRECT, **values):
    reference = a_case(team, road, **values)
    owed_to(reference)
    stop()
    forget_notices()
    return reference


def give(reference, **values):
    road = case_of(reference).road
    identity = Identity.ANONYMOUS if road is Road.RELAY else Identity.NAMED
    act(
        reference,
        contact.set_contact,
        identity=identity,
        road=road,
        values=Values(**values),
        actor=person_of(reference),
    )
    forget_notices()


def errands():
    db.session.rollback()
    return [row.road for row in db.session.scalars(select(Errand))]


def test_whoever_asks_to_be_called_after_stop_is_called_and_gets_no_text(team, gateway):
    reference = a_stopped_case(team)
    choose(reference, first_way=Way.CALL)
    before = len(gateway.texts)
    owed_to(reference)
    assert (errands(), len(gateway.texts)) == (["direct"], before)


def test_whoever_gives_another_number_after_stop_is_reached_there(team, gateway):
    reference = a_stopped_case(team)
    give(reference, phone=ANOTHER)
    owed_to(reference)
    assert (errands(), gateway.to(ANOTHER)) == (["direct"], [])
    choose(reference, may_text=True)
    assert row_of(owed_to(reference)).road == "sms"


def test_whoever_hides_another_number_after_stop_gets_texts_there(team, gateway):
    reference = a_stopped_case(team, Road.RELAY, chosen={})
    give(reference, phone=ANOTHER)
    assert row_of(owed_to(reference)).road == "sms"
    assert len(gateway.to(ANOTHER)) == 1


@pytest.mark.parametrize("road", [Road.DIRECT, Road.RELAY])
def test_the_same_number_typed_once_more_is_still_left_alone(team, gateway, road):
    chosen = {"first_way": Way.SMS, "may_text": True}
    reference = a_stopped_case(team, road, email="old@people.example.org", phone=NUMBER, chosen=chosen)
    assert row_of(owed_to(reference)).road == "email"
    for address in ("new@people.example.org", "newest@people.example.org"):
        give(reference, email=address, phone=NUMBER)
    before = len(gateway.texts)
    assert row_of(owed_to(reference)).road == "email"
    assert (errands(), len(gateway.texts)) == ([], before)
    assert db.session.scalars(select(ContactPreference.stopped_at)).one() is not None


def test_an_answer_from_the_number_that_stays_still_finds_its_case(team, gateway):
    reference = a_case(
        team, email="old@people.example.org", phone=NUMBER, chosen={"may_text": True, "first_way": Way.SMS}
    )
    owed_to(reference)
    give(reference, email="new@people.example.org", phone=NUMBER)
    assert db.session.scalars(select(SmsThread.case_id)).all() == [case_of(reference).id]


def test_stop_is_answered_though_the_case_written_to_last_had_stopped_before(team, gateway, clock):
    first, second = a_case(team), a_case(team)
    owed_to(second)
    clock.advance(timedelta(minutes=1))
    owed_to(first)
    stop()
    choose(second, may_text=True)
    before = len(gateway.to(NUMBER))
    stop("in-2")
    assert len(gateway.to(NUMBER)) == before + 1
