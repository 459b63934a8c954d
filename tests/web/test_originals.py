"""Files as they came, on the pages: the person decides and is told, the custodian alone opens them."""

import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.case import Identity, Road
from engage.extensions import db
from engage.models import Access, Attachment, Message, Original
from engage.services import contact
from engage.services.contact import Values
from tests import states
from tests.services.test_originals import photo
from tests.states import act, person_of
from tests.web.as_person import Person, come_back, words
from tests.web.as_staff import filled, kinds, page, sign_in

LOCKED = "As it came it is locked away. Only one trusted person can open it, and you are told."
NOT_KEPT = "We did not keep it as it came."
BOX = "Also keep my photos and films as they came"


@pytest.fixture
def team(clock, session, client, sent_tasks):
    return states.Team()


@pytest.fixture
def named(team):
    made = states.an_assessed_case(team)
    keep = {"identity": Identity.NAMED, "road": Road.NONE, "values": Values(name="Given Family")}
    act(made, contact.set_contact, **keep, actor=person_of(made))
    return made


def photos(name="dust.jpg"):
    return [(io.BytesIO(photo()), name)]


def say(person, **typed):
    answer = person.send("/case/messages", on="/case/view", message="See this.", files=photos(), **typed)
    assert answer.status_code == 303, words(answer)


def with_original(client, named):
    """The address of the page that opens what came, once the person has sent a photo."""
    say(come_back(client, named))
    return f"/staff/cases/{named}/original"


def asked(browser, address, **more):
    form = filled(browser.get(address))
    return {**form, "file": str(db.session.scalars(select(Original.id)).one()), **more}


def test_whoever_gave_a_name_is_told_what_was_taken_out_and_that_the_rest_is_locked_away(client, named):
    person = come_back(client, named)
    assert BOX not in person.page()
    say(person)
    shown = person.page()
    assert "We took out where it was made, and with what. " + LOCKED in shown
    assert LOCKED in client.get("/case/download").text


def test_whoever_gave_no_name_is_asked_and_nothing_is_kept_unless_they_say_so(client, team):
    person = come_back(client, states.an_assessed_case(team))
    assert BOX in person.page()
    say(person)
    assert NOT_KEPT in person.page() and LOCKED not in person.page()
    say(person, wants_originals="y")
    assert LOCKED in person.page()
    assert len(db.session.scalars(select(Original)).all()) == 1


def test_of_a_paper_nothing_is_said_since_nothing_was_taken_out(client, named):
    person = come_back(client, named)
    person.send("/case/messages", on="/case/view", message="", files=[(io.BytesIO(b"words"), "paper.txt")])
    assert "paper.txt" in person.page()
    assert LOCKED not in person.page() and NOT_KEPT not in person.page()


@pytest.mark.parametrize(("typed", "kept"), [({}, 0), ({"wants_originals": "y"}, 1)])
def test_in_one_request_the_box_decides_where_no_name_is_given(client, team, typed, kept):
    answer = Person(client).send("/raise", what_happened="Dust", send="now", files=photos(), **typed)
    assert answer.status_code == 200
    assert len(db.session.scalars(select(Original)).all()) == kept


@pytest.mark.parametrize(
    ("first", "who", "kept"),
    [
        ({}, {}, 0),
        ({"wants_originals": "y"}, {}, 1),
        ({}, {"identity": "named", "name": "Given Family"}, 1),
    ],
    ids=["without a name", "as it was wished", "with a name"],
)
def test_on_the_four_pages_what_came_waits_sealed_until_it_is_known(client, team, first, who, kept):
    person = Person(client)
    person.send("/raise", what_happened="Dust", files=photos(), **first)
    assert db.session.scalars(select(Attachment)).all() == []
    person.send("/raise/where", kind="grievance")
    person.send("/raise/who", road="none", **{"identity": "anonymous", **who})
    look = client.get("/raise/check").text
    assert (BOX in look) is bool(first)
    assert person.send("/raise/check", send="now").status_code == 200
    found = db.session.scalars(select(Original)).all()
    assert len(found) == kept
    assert all(row.size == len(photo()) for row in found)


def test_the_custodian_opens_it_with_a_reason_and_the_person_sees_who_and_when(
    client, another_client, session, team, named
):
    address = with_original(client, named)
    browser = sign_in(another_client, team.custodian)
    front = page(browser.get(f"/staff/cases/{named}"))
    assert address in [link["href"] for link in front.select("a")]
    assert "As it came it is locked away." in front.get_text(" ", strip=True)
    form = asked(browser, address, explanation="The court asks for it.")
    file = browser.post(address, data=form)
    assert (file.status_code, file.data) == (200, photo())
    assert file.headers["Content-Disposition"] == "attachment; filename=dust.jpg"
    assert "sandbox" in file.headers["Content-Security-Policy"]
    again = browser.post(address, data=form)
    assert (again.status_code, again.location) == (303, f"/staff/cases/{named}")
    assert kinds(session, named)[-2:] == ["MessageWritten", "OriginalOpened"]
    assert "opened_original" in session.scalars(select(Access.purpose)).all()
    assert "The court asks for it." in session.scalars(select(Message.words)).all()
    story = browser.get(f"/staff/cases/{named}/story").text
    assert "Opened a file as it came" in story and "A file was locked away as it came" in story
    assert "Custodian, 2 Mar" in come_back(client, named).page()


def test_without_a_reason_it_stays_locked(client, another_client, session, team, named):
    address = with_original(client, named)
    browser = sign_in(another_client, team.custodian)
    answer = browser.post(address, data=asked(browser, address, explanation=" "))
    assert answer.status_code == 422
    assert "Write why you need it" in answer.text
    assert "OriginalOpened" not in kinds(session, named)


def test_whoever_is_no_custodian_has_no_way_to_it(client, another_client, team, named):
    address = with_original(client, named)
    for actor, status in ((team.coordinator, 403), (team.officer, 403), (team.auditor, 403), (team.focal, 404)):
        browser = sign_in(another_client, actor)
        assert browser.get(address).status_code == status
    front = page(sign_in(another_client, team.officer).get(f"/staff/cases/{named}"))
    assert address not in [link["href"] for link in front.select("a")]


def test_a_proof_of_long_ago_does_not_open_it(client, another_client, session, team, named, clock):
    address = with_original(client, named)
    browser = sign_in(another_client, team.custodian)
    form = asked(browser, address, explanation="The court asks for it.")
    clock.advance(timedelta(minutes=31))
    assert "/prove" in browser.get(address).location
    assert browser.post(address, data=form).status_code == 401
    assert "OriginalOpened" not in kinds(session, named)


def test_a_case_of_which_nothing_is_kept_says_so(client, another_client, team, named):
    browser = sign_in(another_client, team.custodian)
    answer = browser.get(f"/staff/cases/{named}/original")
    assert answer.status_code == 409
    assert "No file of this case is kept as it came." in answer.text
