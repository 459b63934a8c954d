"""The door: a code opens a case, a wrong one does not, a lost one comes back by a link."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage import vault
from engage.domain.case import Identity, Road
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import CodeLink, Receipt
from engage.services import intake
from engage.services.contact import Values
from engage.unit_of_work import unit_of_work
from engage.web import limits
from engage.web.public.case_session import IDLE
from tests import states
from tests.architecture.sources import ROOT
from tests.web.as_person import Person, a_concern, code_on, words


@pytest.fixture
def site(clock, session, sent_tasks, settings):
    vault.make_worker_keys(settings.VAR)
    return states.a_site()


def link_of(case_id):
    return vault.link_token(db.session.scalars(select(CodeLink.id).where(CodeLink.case_id == case_id)).one())


def reachable(site):
    return a_concern(site, identity=Identity.NAMED, road=Road.DIRECT, reach=Values(email="person@example.org"))


def test_the_code_opens_the_case(client, site):
    found = a_concern(site)
    person = Person(client, found.code.lower())
    assert found.reference in person.page()
    assert "Dust from the haul road" in person.page()


def test_the_code_is_in_no_cookie_and_no_address(client, site):
    found = a_concern(site)
    answer = Person(client).send("/case", code=found.code)
    assert answer.location == "/case/view"
    cookies = "".join(answer.headers.getlist("Set-Cookie"))
    assert found.code not in cookies
    with client.session_transaction() as kept:
        assert set(kept) <= {"receipt", "receipt_seen_at", "csrf_token", "_fresh"}


@pytest.mark.parametrize("typed", ["ZZZZ-ZZZZ-ZZZZ-ZZZZ", "short", "x" * 5000, "💧" * 16, "\0\0\0\0", "<b>code</b>"])
def test_a_wrong_code_is_answered_on_the_page(client, site, typed):
    a_concern(site)
    answer = Person(client).send("/case", code=typed)
    assert answer.status_code == 422
    assert client.get("/case/view").location == "/case"


def test_an_empty_code_is_asked_for(client, site):
    answer = Person(client).send("/case", code="  ")
    assert answer.status_code == 422
    assert "Type your code" in words(answer)


def test_wrong_unknown_and_dead_codes_look_the_same(client, site):
    found = a_concern(site)
    person = Person(client, found.code)
    person.send("/case/code")
    dead = Person(client).send("/case", code=found.code)
    unknown = Person(client).send("/case", code="ZZZZ-ZZZZ-ZZZZ-ZZZZ")
    assert dead.status_code == unknown.status_code == 422
    assert words(dead) == words(unknown)


def test_half_an_hour_of_rest_closes_the_case(client, site, clock):
    person = Person(client, a_concern(site).code)
    clock.advance(IDLE)
    assert person.client.get("/case/view").status_code == 200
    clock.advance(IDLE + timedelta(seconds=1))
    assert person.client.get("/case/view").location == "/case"
    assert "Enter your code to go on" in person.page("/case")


def test_words_typed_into_a_closed_page_are_given_back(client, site, clock):
    person = Person(client, a_concern(site).code)
    fields = person.fields("/case/view", "/case/messages")
    clock.advance(IDLE + timedelta(minutes=5))
    answer = client.post("/case/messages", data={**fields, "message": "The dust is back since Monday."})
    assert answer.status_code == 401
    assert "The dust is back since Monday." in words(answer)
    assert "Nothing was sent" in words(answer)


def test_leaving_forgets_the_case(client, site):
    person = Person(client, a_concern(site).code)
    client.post("/leave", data=person.fields("/case/view", "/case/messages"))
    client.get("/leave")
    assert client.get("/case/view").location == "/case"


def test_a_new_code_is_shown_once_and_the_old_one_dies(client, another_client, site):
    found = a_concern(site)
    person = Person(client, found.code)
    answer = person.send("/case/code")
    new = code_on(answer)
    assert answer.status_code == 200
    assert new.replace("-", "") != found.code
    assert found.reference in person.page()
    assert Person(another_client, new).page()
    assert Person(another_client).send("/case", code=found.code).status_code == 422


def test_a_double_click_shows_the_same_new_code(client, site):
    found = a_concern(site)
    person = Person(client, found.code)
    fields = person.fields("/case/code")
    before = client.get_cookie("__Host-engage", domain="localhost").value
    first = code_on(client.post("/case/code", data=fields))
    client.set_cookie("__Host-engage", before, domain="localhost", secure=True)
    second = client.post("/case/code", data=fields)
    assert code_on(second) == first
    assert db.session.scalars(select(Receipt).where(Receipt.ended_at.is_(None))).one()


def test_the_page_with_a_code_is_not_compressed_and_not_kept(client, site):
    person = Person(client, a_concern(site).code)
    fields = person.fields("/case/code")
    answer = client.post("/case/code", data=fields, headers={"Accept-Encoding": "gzip, br"})
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_code_that_somebody_saw_changes_before_anything_else(client, site, clock):
    taker = states.staff(Role.LIAISON, site_id=site)
    with unit_of_work():
        concern = intake.Concern(what_happened="Told at the well.", channel="walk_in")
        found = intake.take_down(intake.new_token(), concern, site_id=site, received_at=clock.now, actor=taker)
    person = Person(client, found.code)
    for path in ("/case/view", "/case/contact", "/case/withdraw"):
        assert client.get(path).location == "/case/code"
    assert "only you know" in person.page("/case/code")
    person.send("/case/code")
    assert "Told at the well." in person.page()


def test_a_lost_code_is_answered_the_same_whatever_is_typed(client, site):
    found, silent = reachable(site), a_concern(site)
    answers = set()
    for reference, address in (
        (found.reference, "person@example.org"),
        (found.reference, "other@example.org"),
        (silent.reference, "person@example.org"),
        ("BOR-26-ZZZZZ", "person@example.org"),
        ("\0", "\0x"),
    ):
        answer = Person(client).send("/case/lost", reference=reference, address=address)
        answers.add((answer.status_code, answer.location, Person(client).page("/case/lost")))
    assert len(answers) <= 2
    assert len(db.session.scalars(select(CodeLink)).all()) == 1


def test_the_link_makes_a_new_code_only_when_its_button_is_pressed(client, another_client, site):
    found = reachable(site)
    Person(client).send("/case/lost", reference=found.reference, address="person@example.org")
    path = f"/case/link/{link_of(found.case_id)}"
    other = Person(another_client)
    for _ in range(2):
        assert "Show my new code" in other.page(path)
    answer = other.send(path)
    assert found.reference in other.page()
    assert another_client.get(path).status_code == 410
    assert Person(client, code_on(answer)).page()
    assert Person(client).send("/case", code=found.code).status_code == 422


@pytest.mark.parametrize("link", ["x", "A" * 32, "00000000-0000-4000-8000-000000000000"])
def test_a_link_that_never_was_says_so(client, site, link):
    answer = client.get(f"/case/link/{link}")
    assert answer.status_code == 410
    assert "does not work" in words(answer)


def test_a_flood_of_wrong_links_and_names_shuts_nobody_out(client, another_client, site):
    found, stranger = reachable(site), Person(client)
    lost = {**stranger.fields("/case/lost"), "reference": "BOR-26-22222", "address": "nobody@example.org"}
    for _ in range(121):
        client.post("/case/lost", data=lost)
        client.head(f"/case/link/{'A' * 32}")
    person = Person(another_client, found.code)
    assert person.send("/case/lost", reference=found.reference, address="person@example.org").status_code == 303
    assert "Show my new code" in person.page(f"/case/link/{link_of(found.case_id)}")


def test_who_tries_address_after_address_gets_no_link_and_the_person_elsewhere_does(client, another_client, site):
    found = reachable(site)
    stranger = Person(client).fields("/case/lost")
    for number in range(limits.LOST_CODES.amount):
        typed = {"reference": found.reference, "address": f"guess{number}@example.org"}
        assert client.post("/case/lost", data={**stranger, **typed}).status_code == 303
    right = {"reference": found.reference.lower(), "address": "person@example.org"}
    answer = client.post("/case/lost", data={**stranger, **right})
    assert (answer.status_code, answer.location) == (303, "/case/lost")
    assert db.session.scalars(select(CodeLink)).all() == []
    another_client.environ_base = {**another_client.environ_base, "REMOTE_ADDR": "192.0.2.7"}
    assert Person(another_client).send("/case/lost", **right).status_code == 303
    assert len(db.session.scalars(select(CodeLink)).all()) == 1


def test_no_door_of_ours_counts_everybody_together():
    """A flood of wrong codes, which a test could only make slowly, has no limit to use up."""
    assert [path for path in (ROOT / "engage" / "web").rglob("*.py") if "limiter.limit(" in path.read_text()] == []
