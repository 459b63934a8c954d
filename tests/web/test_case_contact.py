"""The person changes how we reach them and who may know their name, by themselves and at once."""

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from engage import vault
from engage.domain.case import Identity, Road
from engage.extensions import db
from engage.models import AddressChange, SamePerson, SealedContact, SealedIdentity
from engage.services import address_changes
from engage.services.contact import Values
from engage.unit_of_work import unit_of_work
from tests import states
from tests.states import case_of
from tests.web.as_person import Person, a_concern, words
from tests.web.as_staff import sign_in


@pytest.fixture
def site(clock, session, sent_tasks, settings):
    vault.make_worker_keys(settings.VAR)
    return states.a_site()


@pytest.fixture
def found(site):
    reach = Values(name="Given Family", email="person@example.org", phone="+381111234567")
    return a_concern(site, identity=Identity.NAMED, road=Road.DIRECT, reach=reach)


def now(found):
    case = case_of(found.reference)
    return case.identity, case.road


def test_the_page_shows_what_is_chosen_and_never_the_address(client, found):
    person = Person(client, found.code)
    html = client.get("/case/contact").get_data(as_text=True)
    assert "person@example.org" not in html
    assert "Given Family" not in html
    assert 'value="direct" checked' in html
    assert "What you leave empty stays as it was." in person.page("/case/contact")


def test_what_a_way_to_be_reached_needs_stands_under_it_and_nowhere_else(client, found):
    Person(client, found.code)
    page = BeautifulSoup(client.get("/case/contact").text, "html.parser")
    under = {
        radio["value"]: {one["name"] for one in page.select(f"#{radio.get('data-aria-controls', 'none')} [name]")}
        for radio in page.select("[name=identity], [name=road]")
    }
    seen = {"email", "phone", "post", "word", "same_person"}
    assert under == {
        "named": {"name", "organisation"},
        "confidential": {"name", "organisation"},
        "anonymous": set(),
        "direct": seen,
        "custodian": seen,
        "relay": seen - {"phone", "post"},
        "facilitator": {"facilitator"},
        "none": set(),
    }
    labels = {" ".join(one.text.split()) for one in page.select("label")}
    assert {
        "E-mail address · The team may write or call me",
        "Postal address · Only the trusted person may write or call me",
    } <= labels


def test_what_was_typed_or_ticked_under_another_way_does_not_count(client, found):
    person = Person(client, found.code)
    typed = {"email": ["", "", "third@example.org"], "same_person": ["direct", "custodian"]}
    person.send("/case/contact", identity="anonymous", road="relay", **typed)
    assert now(found) == (Identity.ANONYMOUS, Road.RELAY)
    assert db.session.scalars(select(SamePerson)).all() == []
    answer = person.send("/case/contact", identity="named", road="direct", email=["bad", "", "other@example.org"])
    assert answer.status_code == 422
    assert [one["value"] for one in BeautifulSoup(answer.text, "html.parser").select("[name=email]")] == ["bad", "", ""]


def test_an_address_becomes_a_relay_that_no_page_can_open(client, found):
    person = Person(client, found.code)
    person.send("/case/contact", identity="anonymous", road="relay")
    assert now(found) == (Identity.ANONYMOUS, Road.RELAY)
    assert db.session.scalars(select(SealedContact.to_worker)).all() == [True]
    assert db.session.scalars(select(SealedIdentity)).all() == []
    assert "no one here can see it" in person.page()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"identity": "anonymous", "road": "direct"}, "Choose another way."),
        ({"identity": "named", "road": "facilitator"}, "Say who it is and how to reach them."),
        ({"identity": "named", "road": "direct", "email": "nonsense"}, "Type an e-mail address like"),
        ({"identity": "named", "road": "direct", "phone": "12"}, "Type a phone number"),
        ({"identity": "named", "road": "direct", "name": "N" * 300}, "Use 200 characters or fewer."),
        ({"identity": "x", "road": "direct"}, "Not a valid choice"),
        ({"road": "direct"}, "Say who may know your name."),
    ],
)
def test_what_cannot_be_kept_is_said_beside_the_field_and_nothing_changes(client, found, typed, said):
    person = Person(client, found.code)
    before = db.session.scalars(select(SealedContact.sealed)).all()
    answer = person.send("/case/contact", **typed)
    assert answer.status_code == 422
    assert said in words(answer)
    assert now(found) == (Identity.NAMED, Road.DIRECT)
    assert db.session.scalars(select(SealedContact.sealed)).all() == before


def test_burning_erases_the_address_and_the_name_if_wished(client, found):
    person = Person(client, found.code)
    assert "Erase how to reach me" in person.page()
    fields = person.fields("/case/contact/burn")
    for _ in range(2):
        assert client.post("/case/contact/burn", data={**fields, "name_too": "y"}).status_code == 303
    assert now(found) == (Identity.ANONYMOUS, Road.NONE)
    assert db.session.scalars(select(SealedContact)).all() == []
    assert db.session.scalars(select(SealedIdentity)).all() == []
    assert "Erase how to reach me" not in person.page()
    assert "Please come back on" in person.page()


def test_a_double_click_changes_once(client, found):
    person = Person(client, found.code)
    fields = person.fields("/case/contact")
    typed = {"identity": "named", "road": "direct", "email": "new@example.org"}
    for _ in range(2):
        client.post("/case/contact", data={**fields, **typed})
    version = case_of(found.reference).version
    client.post("/case/contact", data={**fields, **typed})
    assert case_of(found.reference).version == version
    assert "We write or call" in person.page()


def test_a_new_address_is_confirmed_by_a_button_behind_its_link_and_shows_nothing_of_the_case(client, found):
    Person(client, found.code).send("/case/contact", identity="named", road="direct", email="new@example.org")
    address = f"/case/address/{vault.link_token(db.session.scalars(select(AddressChange.id)).one())}"
    stranger = client.application.test_client()
    opened = stranger.get(address)
    assert "Do our mails reach you here?" in words(opened)
    assert db.session.scalars(select(AddressChange.confirmed_at)).one() is None
    token = opened.text.partition('name="csrf_token" type="hidden" value="')[2].partition('"')[0]
    answer = stranger.post(address, data={"csrf_token": token})
    assert "Our mails reach you" in words(answer)
    assert found.reference not in answer.text
    assert db.session.scalars(select(AddressChange.confirmed_at)).one() is not None
    assert stranger.get("/case/address/nothing").status_code == 410


def test_a_person_says_that_their_concerns_are_put_together_and_takes_it_back(client, found):
    person = Person(client, found.code)
    person.send("/case/contact", identity="named", road="direct", same_person="y")
    assert len(db.session.scalars(select(SamePerson)).all()) == 2
    assert 'name="same_person" type="checkbox" value="direct" checked' in client.get("/case/contact").text
    person.send("/case/contact", identity="named", road="direct", same_person=None)
    assert db.session.scalars(select(SamePerson)).all() == []


def test_a_relay_address_has_to_be_typed_again_for_that(client, found):
    person = Person(client, found.code)
    person.send("/case/contact", identity="anonymous", road="relay")
    answer = person.send("/case/contact", identity="anonymous", road="relay", same_person="y")
    assert answer.status_code == 422
    assert "Type an e-mail address, so that we can send word to it." in words(answer)


def test_the_team_sees_whether_a_new_address_was_confirmed_and_nothing_where_it_is_the_first(client, found):
    officer = states.staff(states.Role.COORDINATOR, site_id=case_of(found.reference).site_id)
    page = f"/staff/cases/{found.reference}/person"
    assert "Our mails arrive" not in sign_in(client, officer).get(page).text
    Person(client, found.code).send("/case/contact", identity="named", road="direct", email="new@example.org")
    assert "The person has not said so yet." in sign_in(client, officer).get(page).text
    with unit_of_work():
        address_changes.confirm(vault.link_token(db.session.scalars(select(AddressChange.id)).one()))
    assert "The person said so." in sign_in(client, officer).get(page).text
