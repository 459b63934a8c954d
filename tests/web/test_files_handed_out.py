"""How a file leaves: all of it or the part that was asked for, to be saved, and never opened inside our pages."""

import io
import random

import pytest

from engage.services.file_types import TAKEN
from engage.unit_of_work import unit_of_work
from tests import states
from tests.services import sealed
from tests.web.as_person import Person, come_back, words
from tests.web.as_staff import sign_in

SOUND = (b"ID3\x04" + random.Random(1).randbytes(200_000))[:200_000]


@pytest.fixture
def team(client, session):
    return states.Team()


@pytest.fixture
def reference(team):
    return states.an_assessed_case(team)


@pytest.fixture
def sound(reference):
    return sealed.a_file(reference, SOUND, "stimme.mp3")


def both_sides(client, another_client, team, reference, file_id):
    """The address of a file on the person's page and on that of staff, each with a browser that may open it."""
    come_back(client, reference)
    return (client, f"/case/files/{file_id}"), (sign_in(another_client, team.officer), f"/staff/files/{file_id}")


def test_a_large_file_arrives_whole_with_its_length_on_both_sides(client, another_client, team, reference, sound):
    for browser, path in both_sides(client, another_client, team, reference, sound):
        with browser.get(path) as answer:
            assert (answer.status_code, answer.content_length, answer.data) == (200, len(SOUND), SOUND)


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-99", 0, 100), ("bytes=65530-131080", 65530, 131081), ("bytes=-7", 199_993, 200_000)],
)
def test_a_part_of_a_file_is_handed_out_as_it_was_asked_for(client, reference, sound, asked, start, end):
    come_back(client, reference)
    with client.get(f"/case/files/{sound}", headers={"Range": asked}) as answer:
        assert (answer.status_code, answer.data) == (206, SOUND[start:end])
        assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/200000"
        assert answer.content_length == end - start


def test_a_part_that_is_not_there_is_refused_and_what_did_not_change_is_not_sent_again(client, reference, sound):
    come_back(client, reference)
    path = f"/case/files/{sound}"
    assert client.get(path, headers={"Range": "bytes=200000-"}).status_code == 416
    with client.get(path) as answer:
        tag = answer.headers["ETag"]
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304


def test_only_the_head_of_a_file_can_be_asked_for(client, reference, sound):
    come_back(client, reference)
    with client.head(f"/case/files/{sound}") as answer:
        assert (answer.status_code, answer.content_length, answer.data) == (200, len(SOUND), b"")


@pytest.mark.parametrize("media_type", sorted(TAKEN))
def test_no_kind_of_file_is_ever_opened_inside_our_pages(client, another_client, team, reference, media_type):
    """PDF and office papers above all: they run programs, and so do pictures in a browser that guesses."""
    file_id = sealed.a_file(reference, b"words of a paper", "paper.txt")
    with unit_of_work():
        row = sealed.file(file_id)
        row.media_type, row.name = media_type, f"paper.{TAKEN[media_type]}"
    for browser, path in both_sides(client, another_client, team, reference, file_id):
        with browser.get(path) as answer:
            assert answer.status_code == 200
            assert answer.headers["Content-Disposition"] == f"attachment; filename=paper.{TAKEN[media_type]}"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
            assert "allow-" not in answer.headers["Content-Security-Policy"]
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.mimetype == media_type


def test_a_file_whose_bytes_were_touched_is_not_handed_out(client, reference, sound):
    come_back(client, reference)
    path = sealed.path_of(sound)
    path.write_bytes(path.read_bytes()[:50] + b"?" + path.read_bytes()[51:])
    assert client.get(f"/case/files/{sound}").status_code == 500


def test_a_file_without_the_ring_is_an_honest_page(client, reference, sound, app):
    come_back(client, reference)
    ring = app.extensions["engage"].key_ring
    elsewhere = ring.rename(ring.with_name("elsewhere"))
    try:
        assert client.get(f"/case/files/{sound}").status_code == 500
    finally:
        elsewhere.rename(ring)


def test_without_the_ring_no_words_are_lost_for_a_file(client, reference, sound, app):
    person = come_back(client, reference)
    ring = app.extensions["engage"].key_ring
    elsewhere = ring.rename(ring.with_name("elsewhere"))
    try:
        files = [(io.BytesIO(b"words of a paper"), "paper.txt")]
        answer = person.send("/case/messages", on="/case/view", message="The dust is back.", files=files)
    finally:
        elsewhere.rename(ring)
    assert answer.status_code == 422
    assert "The dust is back." in words(answer)
    assert "We cannot lock files away safely just now. Send your words now" in words(answer)


def test_a_concern_goes_without_its_photo_where_there_is_no_ring_and_says_so(client, reference, sound, app):
    ring = app.extensions["engage"].key_ring
    elsewhere = ring.rename(ring.with_name("elsewhere"))
    try:
        files = [(io.BytesIO(b"words of a paper"), "paper.txt")]
        answer = Person(client).send("/raise", what_happened="The dust is back.", send="now", files=files)
        assert answer.status_code == 422
        assert "The dust is back." in answer.text and "Send your words now" in answer.text
        again = Person(client).send("/raise", what_happened="The dust is back.", send="now")
    finally:
        elsewhere.rename(ring)
    assert again.status_code == 200
