"""What people see of files that do harm, or wait to be looked at: a refusal beside the field, nothing typed lost."""

import io

import pytest
from sqlalchemy import select

from engage.domain.files import Scan
from engage.extensions import db
from engage.models import Attachment, Message, Statement
from engage.services import scanning
from engage.unit_of_work import unit_of_work
from tests import states
from tests.scanner_peer import HARMFUL
from tests.services import sealed
from tests.web.as_person import Person, come_back, words
from tests.web.as_staff import form_of, page, sign_in

REFUSED = "the file holds a program that does harm, so we did not take it. Send another copy, or a photo of it."
WHILE = "This file is being checked for programs that do harm. It can be opened when that is done."


@pytest.fixture
def team(session, client, sent_tasks):
    return states.Team()


@pytest.fixture
def reference(team):
    return states.an_assessed_case(team)


@pytest.fixture
def away(change_settings):
    change_settings(CLAMD="127.0.0.1:9", CLAMD_SECONDS=1)


def harmful():
    return [(io.BytesIO(HARMFUL), "list.txt")]


@pytest.mark.clamav
def test_a_concern_with_a_file_that_does_harm_comes_back_with_its_words(client, team, scanner):
    answer = Person(client).send("/raise", what_happened="Dust on our gardens", send="now", files=harmful())
    assert answer.status_code == 422
    assert "Dust on our gardens" in answer.text
    shown = page(answer)
    assert "list.txt" in shown.select_one("[id^=files]").parent.get_text()
    assert REFUSED in words(answer)
    assert db.session.scalars(select(Statement)).all() == []


@pytest.mark.clamav
def test_a_message_goes_without_the_file_and_the_person_is_told_which_one(client, team, reference, scanner):
    answer = come_back(client, reference).send(
        "/case/messages", on="/case/view", message="See the list.", files=[*harmful(), (io.BytesIO(b"ok"), "good.txt")]
    )
    assert "list.txt" in words(answer) and REFUSED in words(answer)
    assert db.session.scalars(select(Attachment.name)).all() == ["good.txt"]
    assert db.session.scalars(select(Attachment.scan)).all() == [Scan.CLEAN]
    assert "See the list." in db.session.scalars(select(Message.words)).all()


@pytest.mark.clamav
def test_staff_are_told_the_same(client, team, reference, scanner):
    browser = sign_in(client, team.officer)
    form = form_of(browser.get(f"/staff/cases/{reference}"))
    sent = {field["name"]: field.get("value", "") for field in form.select("input[type=hidden]")}
    answer = browser.post(
        f"/staff/cases/{reference}/reply",
        data={**sent, "message": "See this.", "files": harmful()},
        content_type="multipart/form-data",
    )
    assert REFUSED in words(answer)
    assert db.session.scalars(select(Attachment)).all() == []


def test_with_the_scanner_away_the_concern_is_ours_and_its_file_waits(client, team, away):
    answer = Person(client).send("/raise", what_happened="Dust", send="now", files=harmful())
    assert answer.status_code == 200
    assert db.session.scalars(select(Attachment.scan)).all() == [Scan.WAITING]


def test_what_waits_in_a_draft_still_waits_when_it_is_sent(client, team, away, change_settings):
    person = Person(client)
    person.send("/raise", what_happened="Dust", files=harmful())
    change_settings(CLAMD=None)
    assert person.send("/raise/where", kind="grievance", send="now").status_code == 200
    assert db.session.scalars(select(Attachment.scan)).all() == [Scan.WAITING]


def test_a_file_that_waits_is_shown_with_why_and_opens_for_nobody(client, another_client, team, reference, away):
    file_id = sealed.a_file(reference, b"words of a paper")
    person, officer = come_back(client, reference), sign_in(another_client, team.officer)
    assert WHILE in person.page()
    front = page(officer.get(f"/staff/cases/{reference}"))
    assert WHILE in front.get_text(" ", strip=True)
    assert not front.select(f"a[href*='{file_id}']")
    assert str(file_id) not in client.get("/case/view").text
    for browser, path in ((client, f"/case/files/{file_id}"), (officer, f"/staff/files/{file_id}")):
        answer = browser.get(path)
        assert answer.status_code == 409
        assert "This file cannot be opened yet" in answer.text and WHILE in answer.text
    assert WHILE in client.get("/case/download").text


def test_a_file_that_was_locked_says_so_to_both_sides_and_what_to_do(client, another_client, team, reference):
    file_id = sealed.a_file(reference, b"words of a paper")
    with unit_of_work():
        sealed.file(file_id).scan = Scan.HARMFUL
    person, officer = come_back(client, reference), sign_in(another_client, team.officer)
    assert "We locked it, and nobody can open it. It is not lost" in person.page()
    assert "Please send another copy of it, or a photo of it." in person.page()
    assert "It is locked, and nobody can open it." in page(officer.get(f"/staff/cases/{reference}")).get_text(" ")
    for browser, path in ((client, f"/case/files/{file_id}"), (officer, f"/staff/files/{file_id}")):
        answer = browser.get(path)
        assert answer.status_code == 409
        assert "This file cannot be opened" in answer.text and "Send another copy of it" in answer.text
    assert sign_in(another_client, team.auditor).get(f"/staff/files/{file_id}").status_code == 403


@pytest.mark.clamav
def test_found_later_it_stands_in_the_story_of_the_case(client, team, reference, scanner):
    scanner.stop()
    sealed.a_file(reference, HARMFUL)
    scanner.start()
    scanning.sweep()
    story = sign_in(client, team.officer).get(f"/staff/cases/{reference}/story").text
    assert "A file was locked, because it holds a program that does harm" in story
