"""A mail server hands mail over, by LMTP or by a pipe: it hears that it was taken only when it is."""

import asyncio
import os
import smtplib
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from engage.cli import mail as commands
from engage.cli import start
from engage.domain.received_mail import MailRoad
from engage.extensions import db
from engage.models import ReceivedMail
from engage.services.inbound import lmtp, raw_copy, receiving
from engage.settings import settings
from tests.architecture.sources import ROOT
from tests.inbound.mails import INBOX, a_mail
from tests.mail_peer import free_port


@pytest.fixture
def door(app, known_mail_servers) -> Iterator[int]:
    """Our LMTP server in a thread of its own; its port."""
    port, loop = free_port(), asyncio.new_event_loop()
    known_mail_servers.add(("127.0.0.1", port))
    with app.app_context():
        server = loop.run_until_complete(_listening(f"127.0.0.1:{port}", commands.within(app)))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield port
    asyncio.run_coroutine_threadsafe(_closed(server), loop).result(20)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(20)
    loop.close()


async def _listening(address: str, within: lmtp.Within) -> asyncio.AbstractServer:
    return await lmtp.serve(address, within)


async def _closed(server: asyncio.AbstractServer) -> None:
    server.close()
    await asyncio.sleep(0.1)
    ours = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in ours:
        task.cancel()
    await asyncio.gather(*ours, return_exceptions=True)


def mails() -> list[ReceivedMail]:
    db.session.rollback()
    return list(db.session.scalars(select(ReceivedMail)))


def hand_over(port: int, raw: bytes, *recipients: str) -> list[tuple[int, bytes]]:
    """Speak LMTP by hand, and return what is answered to the content: once for each recipient."""
    with smtplib.LMTP("127.0.0.1", port) as client:
        client.ehlo_or_helo_if_needed()
        assert client.mail("neighbour@example.org")[0] == 250
        for recipient in recipients:
            assert client.rcpt(recipient)[0] == 250
        code, said = client.data(raw)
        return [(code, said), *(client.getreply() for _ in recipients[1:])]


def test_a_mail_handed_over_is_kept_with_whom_it_was_for(door):
    raw = a_mail()
    assert [code for code, _ in hand_over(door, raw, INBOX)] == [250]
    [mail] = mails()
    assert mail.road is MailRoad.LMTP
    kept, recipients = raw_copy.opened(mail)
    assert (kept.replace(b"\r\n", b"\n").strip(), recipients) == (raw.replace(b"\r\n", b"\n").strip(), (INBOX,))


def test_each_recipient_is_answered_by_itself(door):
    answers = hand_over(door, a_mail(), INBOX, "concerns+bor@engage.test", "concerns+zzz@engage.test")
    assert [code for code, _ in answers] == [250, 250, 250]
    assert len(mails()) == 1


def test_a_mail_that_is_too_big_is_refused_with_the_size_that_is_taken(door, change_settings, app):
    change_settings(MAIL_MAX_BYTES=1000)
    [(code, said), (again, _)] = hand_over(door, a_mail("Dust. " * 1000), INBOX, "concerns+bor@engage.test")
    assert (code, again) == (552, 552)
    assert said == b"5.3.4 The message is larger than 1000 bytes"
    assert mails() == []


def test_one_far_too_big_is_refused_before_it_is_all_there(app, known_mail_servers, change_settings):
    port, loop = free_port(), asyncio.new_event_loop()
    known_mail_servers.add(("127.0.0.1", port))
    change_settings(MAIL_MAX_BYTES=1000)
    with app.app_context():
        server = loop.run_until_complete(_listening(f"127.0.0.1:{port}", commands.within(app)))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        answers = hand_over(port, a_mail("Dust. " * 1000), INBOX, "concerns+bor@engage.test")
        assert [code for code, _ in answers] == [552, 552]
        long = b"Subject: x\r\n\r\n" + b"x" * (5 * 1024 * 1024)
        with pytest.raises((smtplib.SMTPException, OSError, AssertionError)):
            assert hand_over(port, long, INBOX)[0][0] == 250
    finally:
        asyncio.run_coroutine_threadsafe(_closed(server), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(20)
        loop.close()


def test_a_line_without_end_is_refused(door):
    [(code, said)] = hand_over(door, b"Subject: x\r\n\r\n" + b"x" * (5 * 1024 * 1024), INBOX)
    assert (code, said) == (554, b"5.6.0 A line of this message is too long")


def test_a_fault_of_ours_is_no_fault_of_the_mail(door, monkeypatch, caplog):
    monkeypatch.setattr(raw_copy.file_store, "write", _full)
    answers = hand_over(door, a_mail("Secretwords"), INBOX, "concerns+bor@engage.test")
    assert [code for code, _ in answers] == [451, 451]
    monkeypatch.undo()
    assert [code for code, _ in hand_over(door, a_mail("Secretwords"), INBOX)] == [250]
    assert "Secretwords" not in caplog.text
    assert INBOX not in caplog.text


def _full(_pieces: object) -> str:
    raise raw_copy.file_store.FileRefused("no_space")


def test_the_same_mail_handed_over_twice_is_kept_once(door):
    raw = a_mail()
    for _ in range(2):
        hand_over(door, raw, INBOX)
    assert len(mails()) == 1


def test_the_door_can_be_a_socket(app, tmp_path):
    path = tmp_path / "door"

    async def meet() -> bytes:
        server = await lmtp.serve(str(path), commands.within(app))
        reader, writer = await asyncio.open_unix_connection(str(path))
        greeting = await reader.readline()
        writer.close()
        await writer.wait_closed()
        await _closed(server)
        return greeting

    with app.app_context():
        assert asyncio.run(meet()).startswith(b"220 engage")


def test_nothing_is_told_of_what_is_there_already_and_a_silent_broker_stops_nothing(inbox, monkeypatch, sent_tasks):
    raw = a_mail()
    first = receiving.receive(raw, MailRoad.PIPE, [INBOX])
    assert receiving.receive(raw, MailRoad.LMTP, [INBOX.upper()]) == first
    assert [one.name for one in sent_tasks] == [receiving.PROCESS_TASK]

    def silent(*_args: object, **_named: object) -> None:
        raise OSError

    monkeypatch.setattr(receiving.celery, "send_task", silent)
    assert receiving.receive(a_mail("Another."), MailRoad.PIPE) != first


def test_two_doors_at_the_same_moment_keep_one_copy(inbox, monkeypatch):
    raw = a_mail()
    first = receiving.receive(raw, MailRoad.PIPE)
    before = set(_stored())
    monkeypatch.setattr(receiving, "_known", lambda _digest: None)  # as if both had looked before either wrote
    assert receiving.receive(raw, MailRoad.LMTP) == first
    assert set(_stored()) == before


def _stored() -> list[str]:
    return [path.name for path in (settings().VAR / "files").glob("*/*")]


@pytest.fixture
def run(app):
    return lambda *args, **named: app.test_cli_runner().invoke(args=["engage", *args], **named)


def test_a_mail_that_is_piped_is_kept(run, session):
    raw = a_mail()
    assert run("receive-mail", INBOX, input=raw).exit_code == 0
    [mail] = mails()
    assert raw_copy.opened(mail) == (raw, (INBOX,))


def test_what_cannot_be_piped_says_why_in_the_codes_of_mail_servers(run, session, change_settings, monkeypatch):
    monkeypatch.setattr(raw_copy.file_store, "write", _full)
    assert run("receive-mail", input=a_mail()).exit_code == os.EX_TEMPFAIL
    change_settings(MAIL_MAX_BYTES=10)
    answer = run("receive-mail", input=a_mail())
    assert (answer.exit_code, "larger than 10 bytes" in answer.stderr) == (os.EX_DATAERR, True)
    assert mails() == []


def test_doors_that_are_not_wanted_say_which_setting_opens_them(run, change_settings):
    assert "ENGAGE_IMAP_HOST" in run("fetch-mail").output
    assert "ENGAGE_LMTP_LISTEN" in run("lmtp").output
    change_settings(IMAP_HOST="127.0.0.1", IMAP_PORT=free_port(), IMAP_SECURITY="none")
    assert run("fetch-mail", "--once").output.endswith("0 fetched\n")


@pytest.mark.slow
def test_the_door_is_a_process_of_its_own(tmp_path, settings, known_mail_servers, migrated_file):
    port = free_port()
    known_mail_servers.add(("127.0.0.1", port))
    environment = os.environ | {
        "ENGAGE_VAR": str(tmp_path),
        "ENGAGE_MODE": "run",
        "ENGAGE_LMTP_LISTEN": f"127.0.0.1:{port}",
    }
    flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
    subprocess.run([*flask, "db", "upgrade"], cwd=ROOT, env=environment, check=True, capture_output=True)
    prepared = "from engage import create_app, vault; from engage.settings import settings\n"
    prepared += "with create_app().app_context(): vault.make_worker_keys(settings().VAR)"
    subprocess.run([sys.executable, "-c", prepared], cwd=ROOT, env=environment, check=True, capture_output=True)
    process = subprocess.Popen([*flask, "engage", "lmtp"], cwd=ROOT, env=environment, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        assert b"LMTP is at" in process.stdout.readline()
        assert [code for code, _ in hand_over(port, a_mail(), INBOX)] == [250]
    finally:
        process.terminate()
        process.wait(20)
        if process.stdout is not None:
            process.stdout.close()
    assert len(list((tmp_path / "files").glob("*/*"))) == 1


def test_the_doors_that_are_wanted_are_kept_open_beside_the_rest(app, change_settings):
    names = {child.name for child in start.children(app)}
    change_settings(IMAP_HOST="127.0.0.1", LMTP_LISTEN="127.0.0.1:2424")
    doors = {child.name: list(child.command)[-2:] for child in start.children(app) if child.name not in names}
    assert doors == {"mailbox": ["engage", "fetch-mail"], "lmtp": ["engage", "lmtp"]}
