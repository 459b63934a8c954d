"""Whoever reads the page of their case has seen what we told them; the next news is news again."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage import clock as engage_clock
from engage import vault
from engage.domain import events
from engage.domain.case import Identity, Road
from engage.extensions import db
from engage.models import OutboxMessage
from engage.notify import unseen
from engage.services import delivery
from engage.services.contact import Values
from tests import states
from tests.notify.at_site import happen
from tests.notify.letters import forget_notices
from tests.states import case_of
from tests.web.as_person import Person, a_concern


@pytest.fixture
def found(clock, session, sent_tasks, settings):
    vault.make_worker_keys(settings.VAR)
    reach = Values(name="Given Family", email="person@example.org")
    made = a_concern(states.a_site(), identity=Identity.NAMED, road=Road.DIRECT, reach=reach)
    forget_notices()
    return made


def news():
    db.session.rollback()
    wanted = select(OutboxMessage).where(OutboxMessage.template == "case_news")
    return db.session.scalars(wanted.order_by(OutboxMessage.created_at)).all()


def something_happens(found, clock):
    happen(found.reference, events.InvestigationStarted())
    clock.advance(timedelta(minutes=12))
    delivery.drain()


def test_news_is_not_held_back_from_whoever_read_the_last_on_a_page_that_was_open_still(client, found, clock):
    person = Person(client, found.code)
    something_happens(found, clock)
    person.page()
    seen = news()[0]
    assert seen.seen_at == seen.sent_at  # that they looked, not when
    clock.advance(timedelta(hours=4))
    happen(found.reference, events.InvestigationStarted())
    assert news()[1].not_before < engage_clock.utcnow() + timedelta(days=1)


def test_a_page_that_shows_nothing_new_writes_nothing(client, found, clock, monkeypatch):
    person = Person(client, found.code)
    something_happens(found, clock)
    person.page()
    monkeypatch.setattr(unseen, "opened", broken)
    assert person.client.get("/case/view").status_code == 200


def test_the_page_is_shown_though_the_look_could_not_be_noted(client, found, clock, monkeypatch, caplog):
    person = Person(client, found.code)
    something_happens(found, clock)
    monkeypatch.setattr(unseen, "opened", broken)
    assert person.client.get("/case/view").status_code == 200
    assert f"a look at case {case_of(found.reference).id} was not noted: OSError" in caplog.text
    assert news()[0].seen_at is None


def broken(_case_id):
    raise OSError
