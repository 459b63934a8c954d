"""Words that nobody could guess are told to us in every way; after a whole scenario they are where they belong alone.

Names, contacts, narratives, file names, what hides in a photo, and a restricted case: none of them in logs, in the
queue, in mails, in addresses of pages, in pages of errors, in /metrics, in what the vault keeps, and nothing of the
restricted case on any page of those outside its lane.
"""

import io
import logging
import subprocess
from pathlib import Path

import pytest
from flask import request
from PIL import Image
from PIL.ExifTags import Base
from pydantic import SecretStr
from sqlalchemy import LargeBinary, select

from engage import vault
from engage.domain.policy import Role
from engage.extensions import celery, db
from engage.models import Attachment, Case, OutboxMessage
from engage.models import Base as Tables
from engage.services import delivery
from engage.settings import settings
from tests import states
from tests.browsing import visit
from tests.web.as_staff import assessment, done, send, sign_in

WORDS, NAME, MAIL, FILE, PHOTO = "zqxnarrative", "Zqxname", "zqxmail@people.example.org", "zqxfile", "zqxphoto"
REPLY, NOTE, HIDDEN, ANSWER = "zqxreply", "zqxnote", "zqxhidden", "zqxanswer"
CANARIES = (WORDS, NAME, "zqxmail", FILE, PHOTO, REPLY, NOTE, HIDDEN, ANSWER)
# Where words may lie: what people wrote, and the index by which those who may read it find it.
THEIRS = {
    ("statement", "what_happened"),
    ("statement", "title"),
    ("message", "words"),
    ("attachment", "name"),
}


def photo() -> io.BytesIO:
    exif = Image.Exif()
    exif[Base.Make] = PHOTO
    made = io.BytesIO()
    Image.new("RGB", (20, 20), "red").save(made, "JPEG", exif=exif)
    made.seek(0)
    return made


class Heard:
    """Every log line of the scenario, as it would be written, and every address that was asked for."""

    def __init__(self, app) -> None:
        self.lines: list[str] = []
        self.addresses: list[str] = []
        handler = logging.Handler()
        handler.emit = lambda row: self.lines.append(logging.Formatter().format(row))
        self.handler = handler
        self._level = logging.getLogger().level
        logging.getLogger().addHandler(handler)
        logging.getLogger().setLevel(logging.DEBUG)  # whatever an operator may ask for
        app.after_request_funcs.setdefault(None, []).append(self._note)
        self._app = app

    def _note(self, response):
        self.addresses += [request.full_path, str(response.headers.get("Location"))]
        return response

    def end(self) -> None:
        logging.getLogger().removeHandler(self.handler)
        logging.getLogger().setLevel(self._level)
        self._app.after_request_funcs[None].remove(self._note)


@pytest.fixture
def heard(app):
    made = Heard(app)
    logging.getLogger("engage").info("it hears")
    yield made
    made.end()


@pytest.fixture
def team(session, sent_tasks):
    vault.make_worker_keys(settings().VAR)
    return states.Team()


@pytest.fixture
def scenario(client, team, heard, sent_tasks):
    """A named person with a photo, one in the restricted lane, and staff who write to both."""
    visit(client, "/s/BOR/raise").submit(
        client,
        what_happened=f"{WORDS} covers our gardens.",
        identity="named",
        road="direct",
        name=f"{NAME} of the upper village",
        email=MAIL,
        files=[(photo(), f"{FILE}.jpg")],
        send="now",
    )
    named = db.session.scalars(select(Case.reference)).one()
    hidden_words = f"{HIDDEN} happened at the camp."
    visit(client, "/s/BOR/raise").submit(client, what_happened=hidden_words, is_violence="y", send="now")
    hidden = db.session.scalars(select(Case.reference).where(Case.reference != named)).one()
    coordinator = sign_in(client, team.coordinator)
    done(send(coordinator, f"/staff/cases/{named}/acknowledge", how="notice"))
    done(send(coordinator, f"/staff/cases/{named}/assess", **assessment("2")))
    done(send(coordinator, f"/staff/cases/{named}/assign", assignee=str(team.officer.id)))
    officer = sign_in(client, team.officer)
    done(send(officer, f"/staff/cases/{named}/reply", message=f"{REPLY} to you."))
    done(send(officer, f"/staff/cases/{named}/note", message=f"{NOTE} among us."))
    focal = sign_in(client, team.focal)
    done(send(focal, f"/staff/cases/{hidden}/reply", message=f"{ANSWER} in the lane."))
    delivery.drain()
    db.session.rollback()
    return named, hidden


def found_in(text: str, canaries=CANARIES) -> set[str]:
    return {canary for canary in canaries if canary.casefold() in text.casefold()}


def test_no_line_of_a_log_says_a_word_of_it(scenario, heard):
    assert "it hears" in heard.lines
    assert found_in("\n".join(heard.lines)) == set()


def test_no_address_of_a_page_says_a_word_of_it(scenario, heard):
    assert len(heard.addresses) > 20
    assert found_in("\n".join(heard.addresses)) == set()


def test_what_waits_in_the_queue_is_names_of_tasks_alone(scenario, sent_tasks):
    assert sent_tasks
    assert all((task.args, task.kwargs) == ((), {}) for task in sent_tasks)
    assert found_in(repr(sent_tasks)) == set()
    assert celery.conf.task_ignore_result


def test_no_mail_says_a_word_of_it_and_only_the_reader_s_own_address_stands_in_one(scenario):
    mails = [path.read_text("utf-8") for path in (settings().VAR / "mail").rglob("*.eml")]
    assert mails
    for mail in mails:
        assert found_in(mail.replace(f"To: {MAIL}", "")) == set()
    assert sum(f"To: {MAIL}" in mail for mail in mails) >= 1


def test_the_database_holds_each_word_where_people_s_words_belong_alone(scenario):
    """Names and contacts lie nowhere that can be read; events, notices and readings hold no word."""
    for table in Tables.metadata.sorted_tables:
        for row in db.session.execute(select(table)).mappings():
            for column, value in row.items():
                shown = value.decode("latin-1") if isinstance(value, bytes) else str(value)
                allowed = found_in(shown) - {"zqxmail", NAME, PHOTO} if (table.name, str(column)) in THEIRS else set()
                assert found_in(shown) == allowed, (table.name, column)
    assert any(isinstance(column.type, LargeBinary) for column in Tables.metadata.tables["sealed_identity"].columns)


def test_a_stolen_dump_of_the_database_holds_no_name_and_no_address(scenario):
    """The file of SQLite with what was deleted in it, or what pg_dump writes: as a thief would have it."""
    url = db.engine.url
    db.session.rollback()
    if url.get_backend_name() == "sqlite":
        stolen = b"".join(path.read_bytes() for path in Path(url.database).parent.glob(f"{Path(url.database).name}*"))
    else:
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        stolen = subprocess.run(["pg_dump", "--dbname", plain], check=True, capture_output=True).stdout
    text = stolen.decode("latin-1")
    assert found_in(text, (WORDS,)) == {WORDS}, "the words themselves are not in the vault"
    assert found_in(text, (NAME, "zqxmail", PHOTO)) == set()
    assert NAME.encode().hex() not in text


def test_no_stored_file_says_what_hid_in_the_photo_or_how_it_was_named(scenario):
    row = db.session.scalars(select(Attachment)).one()
    stored = settings().VAR / "files" / row.stored_as
    assert found_in(stored.read_bytes().decode("latin-1")) == set()
    assert found_in(row.stored_as) == set()
    assert FILE in row.name


def test_a_notice_holds_no_word_in_what_it_shows(scenario):
    contexts = [repr(row.context) for row in db.session.scalars(select(OutboxMessage))]
    assert contexts
    assert found_in("\n".join(contexts)) == set()


def test_for_everybody_else_the_restricted_case_is_on_no_page(client, team, scenario):
    _, hidden = scenario
    lists = ("/staff/", "/staff/day", f"/staff/?q={HIDDEN}", "/staff/systemic-issues", "/admin/sites", "/admin/users")
    for role in set(Role) - {Role.FOCAL}:
        browser = sign_in(client, states.staff(role, site_id=team.site_id))
        for address in lists:
            said = browser.get(address, follow_redirects=True).text
            assert hidden not in said, (role, address)
            assert found_in(said, (HIDDEN, ANSWER)) == set() or HIDDEN in address, (role, address)
        for address in ("", "/story", "/reply", "/file", "/panel"):
            assert browser.get(f"/staff/cases/{hidden}{address}").status_code in (403, 404), (role, address)


def test_who_reads_masked_or_nothing_reads_no_name_and_no_contact(client, team, scenario):
    named, _ = scenario
    for role in (Role.AUDITOR, Role.OVERSIGHT, Role.ADMIN):
        browser = sign_in(client, states.staff(role, site_id=team.site_id))
        for address in (f"/staff/cases/{named}", f"/staff/cases/{named}/story", "/staff/", "/admin/users"):
            assert found_in(browser.get(address).text, (NAME, "zqxmail", FILE)) == set(), (role, address)


def test_a_page_of_an_error_and_the_metrics_say_nothing_of_it(client, scenario, change_settings):
    named, hidden = scenario
    change_settings(METRICS_TOKEN=SecretStr("token"))
    pages = [
        client.get("/metrics", headers={"Authorization": "Bearer token"}),
        client.get(f"/staff/cases/{hidden}"),
        client.get("/nowhere"),
        client.post("/raise", data={"what_happened": WORDS}),
        client.get("/health"),
    ]
    for page in pages[:3] + pages[4:]:
        assert found_in(page.text) == set()
    assert pages[3].status_code == 422  # what was typed is not lost: it stands in the page, for its writer alone
    assert found_in(pages[3].text) <= {WORDS}
