"""Files are looked at for programs that do harm: before they are kept, or later where the scanner was away."""

import io
import socket
import socketserver
import threading
import zipfile
from dataclasses import replace

import pytest
from sqlalchemy import select

from engage.domain.case import Writer
from engage.domain.files import Scan
from engage.domain.guards import Refused
from engage.domain.policy import Party
from engage.extensions import db
from engage.models import CaseEvent
from engage.services import attachments, cases, file_store, originals, scanning
from engage.services.attachments import FileRefused
from engage.services.scanning import ScannerAway
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import forget_notices, told
from tests.promised import kinds_of
from tests.scanner_peer import HARMFUL, Scanner
from tests.services import sealed
from tests.services.test_originals import photo
from tests.states import act, case_of, person_of

needs_clamav = pytest.mark.clamav
HARMLESS = b"The dust comes from the haul road."


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


@pytest.fixture
def reference(team):
    made = states.an_assessed_case(team)
    forget_notices()
    return made


@pytest.fixture
def away(change_settings):
    """A scanner that is set and does not answer."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    change_settings(CLAMD=f"127.0.0.1:{port}", CLAMD_SECONDS=1)


def checked(content: bytes, name: str = "paper.txt") -> attachments.Checked:
    return attachments.check(io.BytesIO(content), name)


def refusal(content: bytes) -> str:
    with pytest.raises(FileRefused) as refused:
        checked(content)
    return refused.value.code


def scan_of(file_id) -> Scan:
    return sealed.file(file_id).scan


def open_as(actor, file_id):
    return b"".join(attachments.open_file(file_id, actor).content)


def why_closed(actor, file_id) -> str:
    with pytest.raises(Refused) as refused:
        attachments.open_file(file_id, actor)
    return refused.value.refusal.code


def came_before(reference, content: bytes, **values) -> str:
    """A file that came before there was a scanner, or was let through by one; returns its id."""
    kept = []

    def keep(case, *, actor):
        row = attachments.add_all(case, [attachments.Checked(**fields)], actor=actor, writer=Writer.PERSON)[0]
        kept.append(row.id)

    with_defaults = {"scan": Scan.NOT_ASKED, "was_cleaned": False, "name": "paper.txt", "media_type": "text/plain"}
    digest = file_store.sha256_of([content])
    fields = {**with_defaults, "size": len(content), "sha256": digest, "content": io.BytesIO(content), **values}
    act(reference, keep, actor=person_of(reference))
    forget_notices()
    return kept[0]


def a_docx(content: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, part in (("[Content_Types].xml", "<Types/>"), ("word/document.xml", "<x/>"), ("word/a.txt", content)):
            made.writestr(name, part)
    return target.getvalue()


def test_without_a_scanner_nobody_asks_and_files_can_be_opened(reference, team):
    file_id = sealed.a_file(reference, HARMLESS)
    assert scan_of(file_id) is Scan.NOT_ASKED
    assert open_as(team.officer, file_id) == HARMLESS
    assert (scanning.sweep(), scanning.count_waiting()) == (0, 0)
    with pytest.raises(ScannerAway):
        scanning.look_again()


@needs_clamav
def test_a_file_that_does_harm_is_refused_whatever_it_is_wrapped_in(app, session, scanner):
    assert [refusal(HARMFUL), refusal(a_docx(HARMFUL)), refusal(HARMFUL + b"\n")] == ["harmful"] * 3
    assert [checked(HARMLESS).scan, checked(a_docx(HARMLESS)).scan] == [Scan.CLEAN] * 2


@needs_clamav
def test_a_photo_is_looked_at_as_it_came_before_anything_opens_it(app, session, scanner):
    scanner.stop()
    scanner.learn(b"TellingPhone")
    scanner.start()
    assert refusal(photo()) == "harmful"
    assert checked(photo("AnotherPhone")).scan is Scan.CLEAN


@needs_clamav
def test_the_daemon_can_be_asked_by_its_socket(app, session, scanner, change_settings):
    change_settings(CLAMD=str(scanner.socket))
    assert refusal(HARMFUL) == "harmful"
    assert checked(HARMLESS).scan is Scan.CLEAN


def test_where_the_scanner_is_away_the_file_is_kept_sealed_and_nobody_opens_it(reference, team, away):
    file_id = sealed.a_file(reference, HARMFUL)
    assert scan_of(file_id) is Scan.WAITING
    for actor in (team.officer, team.coordinator, person_of(reference)):
        assert why_closed(actor, file_id) == "file_is_checked"
    assert HARMFUL not in sealed.path_of(file_id).read_bytes()
    assert scanning.count_waiting() == 1
    assert scanning.sweep() == 0
    assert scan_of(file_id) is Scan.WAITING


def test_a_daemon_that_is_silent_costs_one_sender_its_timeout_and_not_each_file(app, session, change_settings):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        change_settings(CLAMD=f"127.0.0.1:{silent.getsockname()[1]}", CLAMD_SECONDS=0.3)
        assert [checked(HARMLESS).scan for _ in range(10)] == [Scan.WAITING] * 10
        silent.settimeout(0.2)
        asked = 0
        with pytest.raises(TimeoutError):
            while True:
                silent.accept()[0].close()
                asked += 1
    assert asked == 2  # the file, and whether the daemon is there


@needs_clamav
def test_what_waited_is_looked_at_when_the_scanner_is_back(reference, team, scanner, caplog):
    scanner.stop()
    good, bad = sealed.a_file(reference, HARMLESS), sealed.a_file(reference, HARMFUL)
    forget_notices()
    scanner.start()
    assert scanning.sweep() == 2
    assert (scan_of(good), scan_of(bad)) == (Scan.CLEAN, Scan.HARMFUL)
    assert open_as(team.officer, good) == HARMLESS
    for actor in (team.officer, person_of(reference)):
        assert why_closed(actor, bad) == "file_is_harmful"
    assert sorted(told(), key=str) == sorted([("file_locked", None), ("harmful_file", team.officer.id)], key=str)
    assert b"".join(file_store.content(sealed.file(bad))) == HARMFUL  # locked, and not gone
    event = db.session.scalars(select(CaseEvent).where(CaseEvent.kind == "FileLocked")).one()
    assert event.actor_party == Party.SYSTEM.value
    assert scanning.sweep() == 0
    assert kinds_of(reference).count("FileLocked") == 1
    assert "paper" not in caplog.text


@needs_clamav
def test_what_came_before_there_was_a_scanner_is_looked_at_a_few_at_a_time(reference, team, scanner, monkeypatch):
    monkeypatch.setattr(scanning, "BATCH", 2)
    ids = [came_before(reference, HARMLESS) for _ in range(3)]
    bad = came_before(reference, HARMFUL)
    assert open_as(team.officer, ids[0]) == HARMLESS
    assert [scanning.sweep() for _ in range(3)] == [2, 2, 0]
    assert [scan_of(file_id) for file_id in (*ids, bad)] == [Scan.CLEAN] * 3 + [Scan.HARMFUL]


@needs_clamav
def test_the_person_is_told_nothing_of_a_file_they_cannot_see(reference, team, scanner):
    file_id = came_before(reference, HARMFUL)
    with unit_of_work():
        sealed.file(file_id).writer = Writer.NOTE
    scanning.sweep()
    assert told() == [("harmful_file", team.officer.id)]


@needs_clamav
def test_a_file_is_locked_when_it_does_harm_as_it_came_though_what_is_shown_does_not(team, scanner):
    reference = sealed.a_named_case(team.site_id)
    drawn = replace(checked(photo(), "dust.jpg"), scan=Scan.NOT_ASKED)
    with unit_of_work():
        case = cases.lock_own(case_of(reference).id)
        row = attachments.add_all(case, [drawn], actor=person_of(reference), writer=Writer.PERSON)[0]
        file_id = row.id
    scanner.stop()
    scanner.learn(b"TellingPhone")
    scanner.start()
    scanning.sweep()
    assert scan_of(file_id) is Scan.HARMFUL
    with pytest.raises(Refused) as refused, unit_of_work():
        case = cases.lock(reference, team.custodian)
        originals.open_one(case, file_id, "The court asks.", actor=team.custodian)
    assert refused.value.refusal.code == "file_is_harmful"


@needs_clamav
def test_what_was_locked_by_mistake_is_opened_again_when_the_scanner_knows_better(reference, team, scanner):
    file_id = came_before(reference, HARMFUL)
    scanning.sweep()
    assert (scanning.look_again(), scan_of(file_id)) == (1, Scan.HARMFUL)
    assert kinds_of(reference).count("FileLocked") == 1
    scanner.stop()
    scanner.learn(b"something else that does harm")
    scanner.start()
    assert (scanning.look_again(), scan_of(file_id)) == (1, Scan.CLEAN)
    assert kinds_of(reference)[-1] == "FileUnlocked"
    assert open_as(team.officer, file_id) == HARMFUL


@needs_clamav
def test_one_that_cannot_be_read_is_set_aside_and_looked_at_again_when_it_is_back(reference, team, scanner):
    gone, torn, sound = (came_before(reference, HARMLESS) for _ in range(3))
    path, kept = sealed.path_of(gone), sealed.path_of(gone).read_bytes()
    path.unlink()
    sealed.path_of(torn).write_bytes(b"torn")
    assert scanning.sweep() == 3
    assert [scan_of(one) for one in (gone, torn, sound)] == [Scan.LOST, Scan.LOST, Scan.CLEAN]
    assert why_closed(team.officer, gone) == "file_is_checked"
    path.write_bytes(kept)
    assert scanning.look_again() == 2
    assert [scan_of(one) for one in (gone, torn)] == [Scan.CLEAN, Scan.LOST]
    with unit_of_work():
        sealed.file(torn).scan = Scan.HARMFUL
    assert (scanning.look_again(), scan_of(torn)) == (1, Scan.HARMFUL)
    assert "FileUnlocked" not in kinds_of(reference)


@needs_clamav
def test_a_file_that_is_too_long_for_the_scanner_waits_and_holds_up_no_other(
    reference, team, change_settings, tmp_path, caplog
):
    small = Scanner(tmp_path, longest="64K")
    small.start()
    change_settings(CLAMD=small.address, CLAMD_SECONDS=10)
    try:
        long = checked(HARMLESS * 40_000)
        assert long.scan is Scan.WAITING
        came_before(reference, HARMLESS * 40_000, scan=Scan.WAITING)
        came_before(reference, HARMLESS, scan=Scan.WAITING)
        assert scanning.sweep() == 1
        assert scanning.count_waiting() == 1
        assert "StreamMaxLength" in caplog.text
    finally:
        small.stop()


@needs_clamav
def test_a_file_that_is_erased_while_others_are_looked_at_is_passed_over(reference, team, scanner):
    gone, sound = came_before(reference, HARMLESS), came_before(reference, HARMLESS)
    with unit_of_work():
        file_store.drop(sealed.file(gone))
    assert scanning._look_again([gone, sound]) == 1
    with unit_of_work():
        assert not scanning._note(gone, Scan.NOT_ASKED, Scan.HARMFUL)
        assert not scanning._note(sound, Scan.NOT_ASKED, Scan.HARMFUL)  # somebody else looked meanwhile
    assert "FileLocked" not in kinds_of(reference)


class Answering(socketserver.StreamRequestHandler):
    """A daemon that says it is there, and of each file that it cannot look at it."""

    def handle(self) -> None:
        asked = self.rfile.readline()
        if asked == b"nINSTREAM\n":
            while length := int.from_bytes(self.rfile.read(4), "big"):
                self.rfile.read(length)
        self.wfile.write(b"PONG\n" if asked == b"nPING\n" else b"stream: Can't allocate memory ERROR\n")


def test_a_daemon_that_cannot_look_is_asked_again_later(app, session, change_settings):
    with socketserver.TCPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        change_settings(CLAMD=f"127.0.0.1:{server.server_address[1]}", CLAMD_SECONDS=5)
        assert checked(HARMLESS).scan is Scan.WAITING
        server.shutdown()
        thread.join()
