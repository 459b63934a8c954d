"""Files that are refused are named on the page, and in no cookie: a file's name may say what it is about."""

import io
from base64 import urlsafe_b64decode
from zlib import decompress

import pytest
from sqlalchemy import func, select

from engage.extensions import db
from engage.models import Attachment, Message
from tests import states
from tests.web.as_person import come_back, words
from tests.web.as_staff import filled, page, sign_in

NAME = "my-brother.exe"


@pytest.fixture
def team(session, client):
    return states.Team()


def files():
    return [(io.BytesIO(b"MZ" + bytes(60)), NAME), (io.BytesIO(b"a map of the place"), "map.txt")]


def cookies(answer) -> str:
    """What the browser is given to keep, the session opened as anybody who holds it can."""
    found = []
    for line in answer.headers.getlist("Set-Cookie"):
        value = line.partition("=")[2].partition(";")[0]
        found.append(line)
        payload = value.lstrip(".").partition(".")[0]
        raw = urlsafe_b64decode(payload + "=" * (-len(payload) % 4)) if payload else b""
        found.append((decompress(raw) if value.startswith(".") else raw).decode(errors="replace"))
    return "\n".join(found)


def test_a_person_reads_which_file_was_left_out_and_no_cookie_holds_its_name(client, team):
    person = come_back(client, states.an_acknowledged_case(team))
    form = {**person.fields("/case/view", "/case/messages"), "message": "See the map."}
    for _ in range(2):
        answer = client.post("/case/messages", data={**form, "files": files()}, content_type="multipart/form-data")
        assert answer.status_code == 200
        assert NAME in words(answer)
        assert "We have your message." in words(answer)
        assert "brother" not in cookies(answer)
    assert "brother" not in str(client.get_cookie("__Host-engage"))
    assert db.session.scalar(select(func.count(Message.id))) == 1
    assert db.session.scalar(select(func.count(Attachment.id))) == 1


def test_staff_read_which_file_was_left_out_and_no_cookie_holds_its_name(client, team):
    browser = sign_in(client, team.officer)
    path = f"/staff/cases/{states.an_assessed_case(team)}/note"
    form = {**filled(browser.get(path)), "message": "A note."}
    answer = browser.post(path, data={**form, "files": files()}, content_type="multipart/form-data")
    assert answer.status_code == 200
    assert NAME in page(answer).select_one("main").text
    assert "brother" not in cookies(answer)
