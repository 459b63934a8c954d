"""The mails of the demonstration, as a person would see them."""

import shutil
import uuid

import pytest

from engage.domain.case import Road
from engage.services import delivery
from engage.settings import settings
from tests.notify.letters import a_case_with
from tests.states import a_site


@pytest.fixture
def written(session, sent_tasks):
    """Mails were written to the folder; returns the id of the one that confirms receipt."""
    folder = settings().VAR / "mail"
    shutil.rmtree(folder, ignore_errors=True)
    a_case_with(Road.DIRECT, site_id=a_site())
    delivery.drain()
    (path,) = (path for path in folder.glob("*.eml") if b"We have your message" in path.read_bytes())
    return uuid.UUID(path.stem)


def test_the_list_leads_to_the_mail_and_the_mail_to_its_links(client, written):
    assert f"/dev/mail/{written}" in client.get("/dev/mail").text
    page = client.get(f"/dev/mail/{written}")
    assert page.status_code == 200
    assert "We have your message" in page.text
    assert 'href="https://localhost/case"' in page.text


def test_before_the_first_mail_the_list_says_how_to_get_one(client):
    shutil.rmtree(client.application.extensions["engage"].VAR / "mail", ignore_errors=True)
    assert "No mail was written yet" in client.get("/dev/mail").text


def test_a_mail_shows_text_and_never_runs_what_is_in_it(client, written):
    path = client.application.extensions["engage"].VAR / "mail" / f"{written}.eml"
    path.write_bytes(b"To: a@b.c\nSubject: <script>x</script>\nContent-Type: text/html\n\n<script>y</script>\n")
    page = client.get(f"/dev/mail/{written}").text
    assert "<script>x" not in page
    assert "<script>y" not in page


@pytest.mark.parametrize("name", [uuid.uuid4(), "../secret.key", "x"])
def test_what_is_no_mail_is_not_there(client, name):
    assert client.get(f"/dev/mail/{name}").status_code == 404
