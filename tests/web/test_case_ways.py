"""The person says how and when they are written to, on their own page and on the form."""

from dataclasses import replace
from datetime import time

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from engage import data_keys, vault
from engage.domain.case import Identity, Road
from engage.domain.reaching import Way
from engage.extensions import db
from engage.models import CaseEvent, ContactPreference, SealedContact
from engage.services import reaching
from engage.services.contact import Values
from engage.services.reaching import Preferences
from engage.unit_of_work import unit_of_work
from tests import states
from tests.browsing import visit
from tests.states import case_of
from tests.web.as_person import Person, a_concern, words

WAYS = "/case/ways"


@pytest.fixture
def site(clock, session, sent_tasks, settings):
    vault.make_worker_keys(settings.VAR)
    return states.a_site()


@pytest.fixture
def found(site):
    reach = Values(name="Given Family", email="person@example.org", phone="+381111234567")
    return a_concern(site, identity=Identity.NAMED, road=Road.DIRECT, reach=reach)


def kept(found):
    db.session.rollback()
    return reaching.of(case_of(found.reference).id)


CHOSEN = {
    "first_way": "call",
    "shares_phone": "y",
    "on_board": "y",
    "quiet_from": "21:00",
    "quiet_until": "07:00",
    "time_zone": "Africa/Accra",
    "language": "en",
}


def test_what_is_chosen_is_kept_and_stands_on_the_page_the_next_time(client, found, gateway):
    person = Person(client, found.code)
    assert person.send(WAYS, **CHOSEN).status_code == 303
    assert kept(found) == Preferences(
        first_way=Way.CALL,
        shares_phone=True,
        on_board=True,
        quiet_from=time(21),
        quiet_until=time(7),
        time_zone="Africa/Accra",
    )
    page = client.get(WAYS).get_data(as_text=True)
    assert (
        'value="Africa/Accra" selected' in page or "selected>Africa/Accra" in page or 'selected value="Africa' in page
    )


def test_who_left_nothing_is_not_promised_that_we_write(client, site):
    person = Person(client, a_concern(site).code)
    asked = visit(client, WAYS)
    assert "We cannot write to you." in asked.words
    assert "How do we reach you first?" not in asked.words
    assert 'href="/case/contact"' in asked.response.text
    told = asked.submit(client, on_board="y").words
    assert "We write to you so" not in words(person.client.get("/case/view")) + told


def test_what_was_not_asked_stays_as_it_was_chosen(client, found, session):
    person = Person(client, found.code)
    assert person.send(WAYS, **CHOSEN).status_code == 303
    before = kept(found)
    with unit_of_work():
        case_of(found.reference).road = Road.NONE
    assert person.send(WAYS, on_board="", language="en").status_code == 303
    assert kept(found) == replace(before, on_board=False)


def test_choosing_the_same_again_is_no_news(client, found):
    person = Person(client, found.code)
    for _ in range(2):
        person.send(WAYS, **CHOSEN)
    kinds = db.session.scalars(select(CaseEvent.kind).where(CaseEvent.kind == "PreferencesChanged")).all()
    assert len(kinds) == 1


def test_one_end_of_the_quiet_hours_alone_is_asked_about(client, found):
    person = Person(client, found.code)
    for missing in ("quiet_from", "quiet_until"):
        answer = person.send(WAYS, **CHOSEN | {missing: ""})
        assert answer.status_code == 422
        assert "Choose both hours, or none." in words(answer)
    assert kept(found) == Preferences()


def test_a_zone_that_is_none_is_not_kept(client, found):
    answer = Person(client, found.code).send(WAYS, **CHOSEN | {"time_zone": "Mars/Olympus"})
    assert answer.status_code == 422


def test_texts_are_offered_where_they_can_leave(client, found):
    person = Person(client, found.code)
    assert "text message" not in person.page(WAYS)
    assert "text" not in person.page("/case/contact").lower().replace("context", "")


def test_with_a_gateway_texts_can_be_chosen(client, found, gateway):
    person = Person(client, found.code)
    assert "text message, to an address that no one here can see" in person.page("/case/contact")
    assert "text message" in person.page(WAYS)
    person.send(WAYS, **CHOSEN | {"may_text": "y", "first_way": "sms"})
    assert (kept(found).may_text, kept(found).first_way) == (True, Way.SMS)


def test_a_language_that_is_offered_no_more_stays_until_another_is_chosen(client, found):
    person = Person(client, found.code)
    case = case_of(found.reference)
    case.locale = "sw"
    db.session.commit()
    assert "sw" in person.page(WAYS)


def test_word_and_postal_address_are_sealed_with_the_rest(client, found):
    person = Person(client, found.code)
    person.send("/case/contact", identity="named", road="direct", post="Main road 7\r\n  Bor ", word="heron")
    row = db.session.scalars(select(SealedContact)).one()
    assert row.has_post
    assert data_keys.opened(row) | {"word": "heron", "post": "Main road 7\nBor"} == data_keys.opened(row)
    assert b"heron" not in row.sealed


def test_a_word_that_is_too_long_for_a_text_is_refused(client, found):
    answer = Person(client, found.code).send("/case/contact", identity="named", road="direct", word="x" * 31)
    assert "Use 30 characters or fewer." in words(answer)


def test_whoever_adds_a_word_to_a_hidden_address_types_the_address_again(client, site):
    hidden = a_concern(site, road=Road.RELAY, reach=Values(email="person@example.org"))
    person = Person(client, hidden.code)
    typed = {"identity": "anonymous", "road": "relay"}
    answer = person.send("/case/contact", **typed, word="heron")
    assert "Type this again, too." in words(answer)
    assert person.send("/case/contact", **typed, word="heron", email="person@example.org").status_code == 303
    assert person.send("/case/contact", **typed).status_code == 303
    opened = data_keys.opened_by_worker(db.session.scalars(select(SealedContact)).one())
    assert opened == {"email": "person@example.org", "word": "heron"}


def the_preference():
    db.session.rollback()
    return db.session.scalars(select(ContactPreference)).one_or_none()


def raise_one(client, **typed):
    page = visit(client, "/raise").submit(client, what_happened="Dust covers our gardens.", send="later")
    page = page.submit(client, send="later").submit(client, **typed, send="later")
    return page.submit(client, send="now")


def test_on_the_form_a_phone_may_get_texts_that_say_nothing(client, session, sent_tasks, settings, gateway):
    vault.make_worker_keys(settings.VAR)
    typed = {"identity": "named", "name": "N", "road": "direct", "phone": "+381641234567"}
    assert raise_one(client, **typed, may_text="y", shares_phone="y").code
    assert (the_preference().may_text, the_preference().shares_phone) == (True, True)


def test_on_the_form_a_hidden_number_is_enough_where_texts_can_leave(client, session, sent_tasks, settings, gateway):
    vault.make_worker_keys(settings.VAR)
    assert raise_one(client, road="relay", phone="+381641234567").code
    assert db.session.scalars(select(SealedContact.has_phone)).all() == [True]
    assert the_preference() is None


def test_on_the_form_a_hidden_number_alone_does_not_do_without_a_gateway(client, session, sent_tasks, settings):
    vault.make_worker_keys(settings.VAR)
    page = visit(client, "/raise").submit(client, what_happened="Dust covers our gardens.", send="later")
    page = page.submit(client, send="later")
    page = page.submit(client, road="relay", phone="+381641234567", send="later")
    assert "Write the e-mail address" in page.submit(client, send="now").words


def test_on_the_form_other_readers_of_a_phone_are_asked_about_only_beside_a_phone(
    client, session, sent_tasks, settings, gateway
):
    page = visit(client, "/raise").submit(client, what_happened="Dust.", send="later").submit(client, send="later")
    ticks = BeautifulSoup(page.response.text, "html.parser").select("[name=shares_phone]")
    assert ticks
    for tick in ticks:
        assert tick.find_parent(class_="govuk-radios__conditional").select_one("[name=phone]")
    assert len({tick["id"] for tick in ticks}) == len(ticks)


def test_without_a_gateway_quiet_hours_leave_what_was_said_of_texts_as_it_was(client, found):
    chosen = Preferences(first_way=Way.SMS, may_text=True, shares_phone=True)
    with unit_of_work():
        reaching.choose(case_of(found.reference), chosen, actor=states.person_of(found.reference))
    visit(client, "/case").submit(client, code=found.code)
    quiet = {"quiet_from": "21:00", "quiet_until": "07:00"}
    visit(client, WAYS).submit(client, **quiet)
    assert kept(found) == replace(chosen, quiet_from=time(21), quiet_until=time(7))
    visit(client, WAYS).submit(client, first_way="email")
    assert kept(found).first_way is Way.EMAIL
