"""A form of the public pages that is sent again: what it brings is never lost, and never made a case twice."""

import errno
import os
import shutil

import pytest
from sqlalchemy import func, select

from engage import vault
from engage.domain.case import CaseClass, Road
from engage.extensions import db
from engage.models import Attachment, Case, CaseEvent, Draft, Statement
from engage.services import drafts
from engage.settings import settings
from engage.web.public import receipt
from tests.browsing import Page, upload, visit

DUST = "Dust from the haul road covers our gardens."


@pytest.fixture(autouse=True)
def store(session, sent_tasks):
    """The keys that a service has from its start, and no files left for the next test."""
    vault.make_worker_keys(settings().VAR)
    yield
    shutil.rmtree(settings().VAR / "files", ignore_errors=True)


def how_many(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def with_a_file(client) -> Page:
    """The last page of a form with a file, ready to be sent."""
    visit(client, "/raise").submit(client, what_happened=DUST, files=upload(b"a map", "map.txt"), send="later")
    return visit(client, "/raise/check")


def read_before_the_first_click(monkeypatch, client) -> Page:
    """The last page, whose draft the second click read before the first was through; then the first went through."""
    page = with_a_file(client)
    read = drafts.load(page.fields()["token"])
    assert page.submit(client, send="now").code
    holds_the_draft(client, page)
    monkeypatch.setattr(drafts, "load", lambda token: read)
    return page


def holds_the_draft(client, page: Page) -> None:
    """The browser sent this page before it was told to forget the draft."""
    client.set_cookie("__Secure-draft", page.fields()["token"], path="/raise", domain="localhost")


def test_a_double_click_with_files_shows_the_same_receipt(client, monkeypatch):
    page = read_before_the_first_click(monkeypatch, client)
    assert page.submit(client, send="now").code
    assert (how_many(Case), how_many(Attachment)) == (1, 1)


def test_after_an_error_of_ours_people_are_told_the_way_that_makes_no_second_concern(app, client, monkeypatch):
    """The back button fetches another form, which is another concern; loading the page again sends the same one."""
    page = visit(client, "/raise")
    with monkeypatch.context() as broken:
        broken.setattr(receipt, "picture_of", lambda code: 1 / 0)
        answer = page.submit(client, what_happened=DUST, send="now")
    assert answer.status == 500
    assert "load this page again" in answer.words
    assert "Go back and wait" not in answer.words
    assert page.submit(client, what_happened=DUST, send="now").code
    assert how_many(Case) == 1


def test_another_concern_clicked_after_one_with_files_asks_for_the_files_and_keeps_the_words(client, monkeypatch):
    page = read_before_the_first_click(monkeypatch, client)
    again = page.submit(client, what_happened="The spring is grey.", send="now")
    assert again.status == 422
    assert "not sent yet" in again.words
    assert "Choose them again" in again.errors["files"]
    monkeypatch.undo()
    assert again.submit(client, send="now").code
    assert set(db.session.scalars(select(Statement.what_happened))) == {DUST, "The spring is grey."}


def test_a_form_with_files_that_was_deleted_in_another_window_asks_for_them_and_keeps_the_words(client, monkeypatch):
    page = with_a_file(client)
    read = drafts.load(page.fields()["token"])
    client.post("/raise/discard", data={"token": page.fields()["token"]})
    holds_the_draft(client, page)
    monkeypatch.setattr(drafts, "load", lambda token: read)
    again = page.submit(client, send="now")
    assert (again.status, again.fields()["what_happened"]) == (422, DUST)
    assert "Choose them again" in again.errors["files"]
    assert how_many(Case) == 0


def test_taking_a_file_out_while_the_disk_is_full_says_that_the_new_one_has_no_room(client, monkeypatch):
    visit(client, "/raise").submit(client, what_happened=DUST, files=upload(b"a map", "map.txt"), send="later")
    page = visit(client, "/raise")
    name = page.marked("app-link-button")[0].get("value")
    with monkeypatch.context() as full:
        full.setattr(os, "fdopen", no_room)
        page = page.submit(client, what_happened="Dust.", files=upload(b"a list", "list.txt"), remove=name)
    assert page.status == 422
    assert "no room" in page.errors["files"]
    assert page.fields()["what_happened"] == "Dust."
    assert "map.txt" not in page.words
    assert how_many(Draft) == 1


@pytest.mark.parametrize("tick", ["is_violence", "harms_child"])
def test_violence_ticked_after_going_back_restricts_the_case_at_once(client, tick):
    form = visit(client, "/raise")
    code = form.submit(client, what_happened=DUST, send="now").code
    for _ in range(2):
        assert form.submit(client, what_happened=DUST, send="now", **{tick: "y"}).code == code
    assert db.session.scalars(select(Case.class_)).all() == [CaseClass.RESTRICTED]
    kinds = db.session.scalars(select(CaseEvent.kind).order_by(CaseEvent.number)).all()
    assert kinds == ["CaseReceived", "CaseRestricted"]


def test_an_address_typed_after_going_back_is_kept_on_the_page_which_says_how_to_change_it(client):
    form = visit(client, "/raise")
    form.submit(client, what_happened=DUST, send="now")
    reach = {"identity": "confidential", "name": "N", "road": "direct", "email": "neighbour@example.org"}
    page = form.submit(client, what_happened=DUST, send="now", **reach)
    assert page.status == 422
    assert "with your code to change it" in page.words
    assert "neighbour@example.org" in page.fields()["email"]
    assert db.session.scalars(select(Case.road)).all() == [Road.NONE]


@pytest.mark.parametrize(
    ("road", "field", "first", "then"),
    [
        ("direct", "email", "n@example.org", "m@example.org"),
        ("direct", "phone", "+381 64 765 4321", "+381 64 765 4322"),
        ("relay", "email", "n@example.org", "m@example.org"),
        ("facilitator", "facilitator", "The shop", "The priest"),
    ],
)
def test_another_address_typed_after_going_back_is_said_not_to_count(client, road, field, first, then):
    reach = {"identity": "named" if road == "direct" else "anonymous", "name": "N", "road": road}
    form = visit(client, "/raise")
    code = form.submit(client, what_happened=DUST, send="now", **reach, **{field: first}).code
    assert form.submit(client, what_happened=DUST, send="now", **reach, **{field: first}).code == code
    page = form.submit(client, what_happened=DUST, send="now", **reach, **{field: then})
    assert page.status == 422
    assert "How we reach you is not changed" in page.words
    assert then in page.fields()[field]
    assert first not in page.words
    assert how_many(Case) == 1


def no_room(*_):
    raise OSError(errno.ENOSPC, "full")
