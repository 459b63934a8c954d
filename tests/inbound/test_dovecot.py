"""Mail is fetched from a real mailbox, by waiting at it and by asking now and then, and nothing in it is lost."""

import imaplib
import threading
import time
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from engage.domain.received_mail import MailRoad, MailState, Outcome
from engage.extensions import db
from engage.models import Case, Heartbeat, Site
from engage.services.inbound import mailbox, processing, raw_copy
from engage.unit_of_work import unit_of_work
from tests import states
from tests.inbound.dovecot_peer import PASSWORD, Dovecot, a_certificate
from tests.inbound.mails import INBOX, a_case_by_mail, a_mail, answer_to, mails, messages_of, notice_of
from tests.mail_peer import free_port

pytestmark = pytest.mark.dovecot
LONG = 30


@pytest.fixture
def team(session):
    return states.Team()


def eventually(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + LONG
    while not holds():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.05)


@pytest.fixture
def watched(app):
    """Wait at the mailbox in a thread of its own, as the process does, until the test ends."""
    until = threading.Event()

    def run() -> None:
        with app.app_context():
            try:
                mailbox.watch(until)
            finally:
                db.session.remove()

    thread = threading.Thread(target=run)
    started: list[threading.Thread] = []

    def start() -> None:
        thread.start()
        started.append(thread)

    yield start
    until.set()
    for one in started:
        one.join(LONG)
        assert not one.is_alive()


def test_an_answer_and_a_concern_are_fetched_and_put_where_they_belong(server, team):
    reference = a_case_by_mail(team.site_id)
    answer = a_mail("Still brown.", to=answer_to(notice_of(reference)))
    server.deliver(answer, answer_to(notice_of(reference)))
    server.deliver(a_mail("Dust.", to="concerns+bor@engage.test"), "concerns+bor@engage.test")
    assert mailbox.fetch_once() == 2
    processing.process_due()
    assert {one.outcome for one in mails()} == {Outcome.MESSAGE, Outcome.CASE_MADE}
    assert messages_of(reference)[0].words == "Still brown."
    assert {one.road for one in mails()} == {MailRoad.IMAP}


def test_what_was_fetched_stays_in_the_mailbox_and_is_fetched_once(server, team):
    server.deliver(a_mail())
    assert [mailbox.fetch_once(), mailbox.fetch_once()] == [1, 0]
    assert server.count() == 1


def test_what_was_fetched_can_be_moved_to_a_folder(server, team, change_settings):
    change_settings(IMAP_DONE_FOLDER="Done")
    server.deliver(a_mail())
    assert mailbox.fetch_once() == 1
    assert (server.count(), server.count("Done")) == (0, 1)


def test_the_raw_copy_is_what_the_mailbox_holds(server, team):
    server.deliver(a_mail("Words."))
    mailbox.fetch_once()
    [mail] = mails()
    raw, _ = raw_copy.opened(mail)
    held = next((server.folder / "mail" / "cur").glob("*")).read_bytes()
    assert raw.replace(b"\r\n", b"\n") == held.replace(b"\r\n", b"\n")


def test_a_mail_that_is_too_big_stays_where_it_is_with_a_flag(server, team, change_settings):
    change_settings(MAIL_MAX_BYTES=2000)
    server.deliver(a_mail("Dust. " * 1000))
    server.deliver(a_mail("Small."))
    assert mailbox.fetch_once() == 1
    assert mailbox.fetch_once() == 0
    assert (server.count(), len(mails())) == (2, 1)
    assert len(list((server.folder / "mail" / "cur").glob("*:2,*F*"))) == 1


def test_whoever_waits_at_the_mailbox_hears_at_once(server, team, watched, change_settings):
    change_settings(IMAP_POLL_SECONDS=25)  # far longer than the test has: only the server's word can be in time
    watched()
    eventually(lambda: _beats() == 1)
    server.deliver(a_mail("First."))
    eventually(lambda: len(mails()) == 1)
    server.deliver(a_mail("Second."))
    eventually(lambda: len(mails()) == 2)
    change_settings(IMAP_POLL_SECONDS=1)
    server.deliver(a_mail("So that it looks up, and ends."))
    eventually(lambda: len(mails()) == 3)


def _beats() -> int:
    db.session.rollback()
    return len(db.session.scalars(select(Heartbeat).where(Heartbeat.entry == mailbox.ENTRY)).all())


def test_a_server_that_cannot_say_by_itself_is_asked_now_and_then(team, known, watched):
    server = Dovecot("imap_capability = IMAP4rev1")
    try:
        server.start()
        known(server)
        watched()
        eventually(lambda: _beats() == 1)
        server.deliver(a_mail())
        eventually(lambda: len(mails()) == 1)
    finally:
        server.remove()


def test_a_server_that_goes_away_and_comes_back_loses_nothing(server, team, watched, caplog):
    watched()
    eventually(lambda: _beats() == 1)
    server.stop()
    eventually(lambda: "mail could not be fetched" in caplog.text)
    server.start()
    server.deliver(a_mail())
    eventually(lambda: len(mails()) == 1)
    assert INBOX not in caplog.text
    assert PASSWORD not in caplog.text


def test_a_wrong_password_is_said_and_nothing_else_happens(server, team, change_settings, caplog):
    change_settings(IMAP_PASSWORD=None)
    server.deliver(a_mail())
    assert mailbox.fetch_once() == 0
    assert "MailboxLoginError" in caplog.text
    assert mails() == []


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_server_that_does_not_answer_or_is_not_safe_is_not_spoken_to(server, team, change_settings, security, caplog):
    change_settings(IMAP_SECURITY=security)
    assert mailbox.fetch_once() == 0
    change_settings(IMAP_PORT=free_port())
    assert mailbox.fetch_once() == 0
    assert caplog.text.count("mail could not be fetched") == 2


def test_a_disk_that_is_full_leaves_the_mail_in_the_mailbox(server, team, monkeypatch, settings):
    server.deliver(a_mail())
    monkeypatch.setattr(raw_copy.file_store, "write", _full)
    assert mailbox.fetch_once() == 0
    monkeypatch.undo()
    assert mailbox.fetch_once() == 1


def _full(_pieces: object) -> str:
    raise raw_copy.file_store.FileRefused("no_space")


def test_a_mail_on_which_the_connection_ends_keeps_no_other_back(server, team, monkeypatch):
    read = mailbox._raw

    def end(box: object, uid: str) -> bytes | None:
        raw = read(box, uid)
        if raw is not None and b"Broken" in raw:
            raise imaplib.IMAP4.abort("FETCH failed")  # as Dovecot does where it can't read a mail to its end
        return raw

    monkeypatch.setattr(mailbox, "_raw", end)
    for words in ("Broken.", "First.", "Second."):
        server.deliver(a_mail(words))
    assert [mailbox.fetch_once(), len(mails())] == [0, 0]
    assert [mailbox.fetch_once(), len(mails())] == [0, 2]
    monkeypatch.undo()


def test_a_folder_that_is_not_there_keeps_no_mail_back(server, team, change_settings, caplog):
    change_settings(IMAP_DONE_FOLDER="Elsewhere")
    for words in ("First.", "Second."):
        server.deliver(a_mail(words))
    mailbox.fetch_once()
    mailbox.fetch_once()
    assert (len(mails()), server.count()) == (2, 2)
    assert "could not be moved" in caplog.text


def test_a_database_that_is_away_does_not_end_the_wait_at_the_mailbox(server, team, watched, monkeypatch, caplog):
    away = threading.Event()
    beat = mailbox.heartbeats.beat

    def refused(*told: object) -> None:
        if not away.is_set():
            away.set()
            raise OperationalError("Zqxsecret", None, OSError())
        beat(*told)

    monkeypatch.setattr(mailbox.heartbeats, "beat", refused)
    watched()
    eventually(lambda: _beats() == 1)
    assert "mail could not be fetched: OperationalError" in caplog.text
    assert "Zqxsecret" not in caplog.text


def test_without_a_mailbox_nothing_is_fetched(team, change_settings):
    change_settings(IMAP_HOST=None)
    assert mailbox.fetch_once() == 0


def test_a_site_has_an_address_of_its_own_behind_the_same_mailbox(server, team):
    with unit_of_work():
        db.session.get_one(Site, team.site_id).mail_address = "bor@engage.test"
    server.deliver(a_mail("Dust.", to="bor@engage.test"))
    mailbox.fetch_once()
    processing.process_due()
    assert mails()[0].state is MailState.DONE
    assert db.session.scalars(select(Case)).one().site_id == team.site_id


def test_a_mail_that_somebody_else_took_meanwhile_is_passed_over(server, team, monkeypatch):
    monkeypatch.setattr(mailbox.BaseMailBox, "uids", lambda *_args: ["99999"])
    assert mailbox.fetch_once() == 0


def test_a_server_whose_certificate_is_good_is_spoken_to_in_secret(
    team, known, change_settings, tmp_path, monkeypatch, caplog
):
    certificate, private = a_certificate(tmp_path)
    server = Dovecot(f"ssl = yes\nssl_cert = <{certificate}\nssl_key = <{private}")
    try:
        server.start()
        known(server)
        server.deliver(a_mail())
        change_settings(IMAP_SECURITY="starttls")
        assert mailbox.fetch_once() == 0  # nobody vouches for it yet
        assert "SSLCertVerificationError" in caplog.text
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert mailbox.fetch_once() == 1
    finally:
        server.remove()
