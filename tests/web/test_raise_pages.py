"""The four pages of the form: what is typed is kept for its sender alone, and nothing is lost on the way."""

import errno
import os

import pytest
from sqlalchemy import func, select

from engage import vault
from engage.domain.case import CaseClass, Identity, Road
from engage.extensions import db
from engage.models import Attachment, Case, Draft, SealedContact, Statement
from engage.services import drafts
from engage.settings import settings
from tests.browsing import Page, upload, visit
from tests.states import a_site

DUST = "Dust from the haul road covers our gardens."


@pytest.fixture(autouse=True)
def store(session, sent_tasks):
    """The keys that a service has from its start, and no files left for the next test."""
    vault.make_worker_keys(settings().VAR)
    yield
    for path in sorted((settings().VAR / "files").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()


def how_many(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def the_case() -> Case:
    return db.session.scalars(select(Case)).one()


def begin(client, words: str = DUST, path: str = "/raise") -> Page:
    """The second page, after the first was filled in."""
    page = visit(client, path).submit(client, what_happened=words, send="later")
    assert page.heading == "Tell us more, if you like"
    return page


def test_all_four_pages_lead_to_a_code_and_every_answer_arrives(client):
    page = begin(client)
    page = page.submit(client, where_it_happened="Ostrelj", when_it_happened="since Sunday", send="later")
    page = page.submit(client, speaks_as="household", road="relay", email="neighbour@example.org", send="later")
    assert page.heading == "Look at it once more"
    for said in (DUST, "Ostrelj", "since Sunday", "Household", "neighbour@example.org", "hidden e-mail"):
        assert said in page.words
    page = page.submit(client, send="now")
    assert page.code
    case = the_case()
    statement = db.session.get(Statement, case.id)
    assert (statement.where_it_happened, statement.when_it_happened) == ("Ostrelj", "since Sunday")
    assert (case.identity, case.road, case.speaks_as) == (Identity.ANONYMOUS, Road.RELAY, "household")
    assert db.session.get(SealedContact, case.id).to_worker


@pytest.mark.parametrize("pages", [1, 2, 3])
def test_send_now_is_on_every_page(client, pages):
    page = visit(client, "/raise")
    typed = {"what_happened": DUST}
    for _ in range(pages - 1):
        page = page.submit(client, send="later", **typed)
        typed = {}
    assert page.submit(client, send="now", **typed).code
    assert db.session.get(Statement, the_case().id).what_happened == DUST


def test_going_back_and_loading_again_show_what_was_typed(client):
    begin(client).submit(client, where_it_happened="Ostrelj", send="later")
    assert visit(client, "/raise").fields()["what_happened"] == DUST
    assert visit(client, "/raise/where").fields()["where_it_happened"] == "Ostrelj"


def test_sending_from_the_first_page_keeps_what_was_typed_on_later_ones(client):
    begin(client).submit(client, where_it_happened="Ostrelj", send="later")
    visit(client, "/raise").submit(client, send="now")
    assert db.session.get(Statement, the_case().id).where_it_happened == "Ostrelj"


def test_the_draft_is_gone_once_it_is_sent(client):
    page = begin(client)
    page.submit(client, send="now")
    assert how_many(Draft) == 0
    assert client.get_cookie("__Secure-draft", path="/raise") is None
    assert visit(client, "/raise").fields()["what_happened"] == ""


def test_loading_the_receipt_again_shows_the_same_code_although_the_draft_is_gone(client):
    page = begin(client)
    assert page.submit(client, send="now").code == page.submit(client, send="now").code
    assert how_many(Case) == 1


def test_a_double_click_on_continue_keeps_one_draft(client):
    form = visit(client, "/raise")
    form.submit(client, what_happened=DUST, send="later")
    form.submit(client, what_happened=DUST, send="later")
    assert how_many(Draft) == 1


def test_one_button_deletes_what_was_written(client):
    page = begin(client)
    page = page.submit(client, to="/raise/discard")
    assert "What you wrote is deleted" in page.words
    assert how_many(Draft) == 0
    assert visit(client, "/raise").fields()["what_happened"] == ""


def test_after_a_day_the_draft_is_gone_and_the_page_says_so(client, clock):
    page = begin(client)
    clock.advance(drafts.KEPT_FOR)
    page = page.submit(client, where_it_happened="Ostrelj", send="now")
    assert (page.status, page.heading) == (422, "Raise a concern")
    assert "deleted after a day" in page.words
    assert how_many(Case) == 0


def test_another_browser_does_not_see_the_draft(client, another_client):
    begin(client)
    assert visit(another_client, "/raise").fields()["what_happened"] == ""
    assert visit(another_client, "/raise/where").heading == "Raise a concern"


def test_the_draft_cannot_be_read_from_the_database(client):
    begin(client)
    assert DUST.encode() not in db.session.scalars(select(Draft.sealed)).one()


def test_the_cookie_of_a_draft_is_hidden_from_scripts_and_goes_to_the_form_alone(client):
    form = visit(client, "/raise")
    answer = client.post("/raise", data={**form.fields(), "what_happened": DUST, "send": "later"})
    line = next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith("__Secure-draft="))
    assert {"HttpOnly", "SameSite=Lax", "Path=/raise", "Secure"} <= set(line.split("; "))


def test_a_form_begun_at_a_site_stays_there(client):
    site_id = a_site("BOR")
    page = begin(client, path="/s/BOR/raise")
    assert page.action == "/s/BOR/raise/where"
    page.submit(client, send="now")
    assert the_case().site_id == site_id


def test_a_recording_alone_is_enough_and_waits_sealed(client):
    header = "24000000 57415645 666d7420 10000000 01000100 401f0000 803e0000 02001000 64617461"
    sound = b"RIFF" + bytes.fromhex(header)
    page = visit(client, "/raise").submit(client, files=upload(sound + bytes(64), "my voice.wav"), send="later")
    assert page.heading == "Tell us more, if you like"
    kept = [path.read_bytes() for path in (settings().VAR / "files" / "drafts").rglob("*") if path.is_file()]
    assert len(kept) == 1
    assert b"WAVE" not in kept[0]
    assert "my voice.wav" in visit(client, "/raise").words
    visit(client, "/raise/check").submit(client, send="now")
    assert db.session.scalars(select(Attachment.name)).all() == ["my voice.wav"]
    assert not list((settings().VAR / "files" / "drafts").glob("*"))


def test_a_file_can_be_taken_out_again(client):
    page = visit(client, "/raise").submit(client, what_happened=DUST, files=upload(b"a note", "a.txt"), send="later")
    page = visit(client, "/raise")
    name = page.marked("app-link-button")[0].get("value")
    page = page.submit(client, remove=name)
    assert "a.txt" not in page.words
    assert page.fields()["what_happened"] == DUST
    assert not [path for path in (settings().VAR / "files" / "drafts").rglob("*") if path.is_file()]


def test_violence_ticked_on_the_third_page_restricts_the_case(client):
    page = begin(client).submit(client, send="later")
    assert "Get help now" in page.words
    page.submit(client, is_violence="y", send="now")
    assert the_case().class_ is CaseClass.RESTRICTED


def test_a_name_under_either_choice_is_taken(client):
    page = begin(client).submit(client, send="later")
    data = {**page.fields(), "identity": "confidential", "name": ["", "A neighbour"], "send": "now"}
    assert client.post("/raise/who", data=data).status_code == 200
    assert the_case().identity is Identity.CONFIDENTIAL


def test_who_writes_in_confidence_is_reached_by_the_custodian(client):
    page = begin(client).submit(client, send="later")
    page.submit(client, identity="confidential", name="N", road="direct", phone="+381641234567", send="now")
    assert the_case().road is Road.CUSTODIAN


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"identity": "named"}, "name"),
        ({"road": "relay"}, "email"),
        ({"road": "relay", "email": "nobody"}, "email"),
        ({"road": "direct", "email": "neighbour@example.org"}, "road"),
        ({"identity": "named", "name": "N", "road": "direct"}, "email"),
        ({"identity": "named", "name": "N", "road": "direct", "phone": "12"}, "phone"),
        ({"road": "facilitator"}, "facilitator"),
    ],
)
def test_what_is_missing_to_reach_the_person_is_said_beside_its_field(client, typed, field):
    page = begin(client).submit(client, send="later").submit(client, send="later", **typed)
    assert page.status == 422
    assert field in page.errors
    assert how_many(Case) == 0


def test_what_is_wrong_on_another_page_is_shown_there_and_nothing_is_lost(client):
    page = visit(client, "/raise").submit(client, what_happened=DUST, road="relay", send="now")
    assert (page.status, page.heading) == (422, "Who are you, and how do we reach you?")
    assert page.submit(client, email="neighbour@example.org", send="now").code
    assert db.session.get(Statement, the_case().id).what_happened == DUST


def test_a_page_whose_own_token_is_damaged_finds_the_draft_by_the_cookie(client):
    page = begin(client).submit(client, token="damaged", where_it_happened="Ostrelj", send="later")
    assert (page.status, page.heading) == (422, "Tell us more, if you like")
    assert page.fields()["where_it_happened"] == "Ostrelj"
    assert page.submit(client, send="now").code
    assert db.session.get(Statement, the_case().id).what_happened == DUST


def test_a_second_concern_on_pages_that_were_sent_before_is_not_lost_with_its_files(client):
    first = visit(client, "/raise")
    first.submit(client, what_happened=DUST, send="now")
    page = first.submit(client, what_happened="The spring is grey.", files=upload(b"a map", "map.txt"), send="later")
    page = page.submit(client, send="later").submit(client, send="later").submit(client, send="now")
    assert (page.status, page.heading) == (422, "Look at it once more")
    assert "not sent yet" in page.words
    assert page.submit(client, send="now").code
    assert set(db.session.scalars(select(Statement.what_happened))) == {DUST, "The spring is grey."}
    assert db.session.scalars(select(Attachment.name)).all() == ["map.txt"]


def test_a_second_recording_is_not_taken_for_the_first(client):
    form = visit(client, "/raise")
    form.submit(client, files=upload(b"one", "one.txt"), send="now")
    assert form.submit(client, files=upload(b"one", "one.txt"), send="now").code
    page = form.submit(client, files=upload(b"two", "two.txt"), send="now")
    assert page.status == 422
    assert page.submit(client, send="now").code
    assert how_many(Case) == how_many(Attachment) == 2


@pytest.mark.parametrize("send", ["later", "now"])
def test_a_full_disk_loses_no_words(client, monkeypatch, send):
    form = visit(client, "/raise")
    with monkeypatch.context() as full:
        full.setattr(os, "fdopen", no_room)
        page = form.submit(client, what_happened=DUST, files=upload(b"a map", "map.txt"), send=send)
    assert page.status == 422
    said = "We have no room for files just now. Send your words now, and the files later with your code."
    assert page.errors["files"] == said
    assert page.fields()["what_happened"] == DUST
    assert page.submit(client, send="now").code


def no_room(*_):
    raise OSError(errno.ENOSPC, "full")


def test_an_address_corrected_under_the_second_way_is_the_one_that_is_kept(client):
    page = (
        begin(client).submit(client, send="later").submit(client, road="relay", email="old@example.org", send="later")
    )
    assert "old@example.org" in page.words
    page = visit(client, "/raise/who")
    shown = [one for one in page.root.iter("input") if one.get("name") == "email"]
    first, second = (one.get("value", "") for one in shown)
    assert second == "old@example.org"
    data = {**page.fields(), "email": [first, "new@example.org"], "send": "later"}
    assert "new@example.org" in visit(client, client.post("/raise/who", data=data).location).words
