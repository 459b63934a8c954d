"""The drill of erasure: after it no dump, no file and, once the ring has turned, no older backup tells who it was.

Also what an older backup still tells, so that nobody promises more: the words, until it expires. A restored one loses
them again by the list of what was erased.
"""

import io
import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest
import sqlalchemy as sa

from engage import data_keys, key_ring, vault
from engage.domain.case import Road
from engage.domain.policy import SYSTEM
from engage.domain.retention import ASKED, Scope
from engage.extensions import db
from engage.models import Attachment, DataKey, SealedContact, SealedIdentity
from engage.services import erasing, erasing_again, erasure_requests, file_store, key_rotation, verifying
from engage.services.erasing_again import NoList
from engage.services.key_rotation import QUIET
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from engage.vault import Unreadable
from tests import states
from tests.services import sealed
from tests.services.full_case import BYTES, CANARY, MAIL, NAME, a_full_case, a_spoken_case, rows_with_canaries
from tests.states import act, case_of, person_of

SEEDED = (CANARY.encode(), NAME.lower().encode(), MAIL.lower().encode(), BYTES.lower())


@pytest.fixture
def team(clock, session, sent_tasks, change_settings, tmp_path):
    change_settings(VAR=tmp_path)
    vault.make_worker_keys(tmp_path)
    return states.Team()


def dump() -> bytes:
    """Everything that the database holds, as a backup would: pg_dump's text, or the whole file of SQLite."""
    db.session.rollback()
    url = db.engine.url
    if url.get_backend_name() == "postgresql":
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        made = subprocess.run([shutil.which("pg_dump") or "pg_dump", plain], capture_output=True, check=True)
        return made.stdout
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    file = Path(str(url.database))
    db.engine.dispose()
    return file.read_bytes() + b"".join(one.read_bytes() for one in file.parent.glob(f"{file.name}-*"))


def backup(tmp_path) -> bytes:
    """A backup as docs/running.md makes it."""
    db.session.rollback()
    if db.engine.url.get_backend_name() == "postgresql":
        return dump()
    copy = tmp_path / f"backup-{os.urandom(4).hex()}.db"
    connection = sqlite3.connect(str(db.engine.url.database))
    connection.execute("VACUUM INTO ?", (str(copy),))
    connection.close()
    return copy.read_bytes()


def told_by(content: bytes) -> set[bytes]:
    """Which of the seeded words stand in it."""
    lower = content.lower()
    return {one for one in SEEDED if one in lower}


def store() -> bytes:
    return b"\n".join(path.read_bytes() for path in (settings().VAR / "files").rglob("*") if path.is_file())


def turn(clock) -> None:
    """Turn the ring as docs/running.md asks for."""
    key_rotation.rotate()
    key_rotation.rewrap()
    clock.advance(QUIET)
    key_rotation.destroy(key_ring.versions()[0].number)


@pytest.mark.parametrize("road", [Road.DIRECT, Road.RELAY])
def test_after_erasing_no_dump_and_no_file_tells_anything_and_the_record_holds(team, session, clock, tmp_path, road):
    reference = a_full_case(team, road=road)
    other = states.a_case(team.site_id, what_happened="Something else altogether.")
    before, at_rest = sealed.backup(), backup(tmp_path)
    assert CANARY.encode() in at_rest
    assert not {NAME.encode(), MAIL.encode()} & told_by(at_rest)  # sealed even then
    assert store()
    assert BYTES not in store()  # sealed, too
    stolen = tmp_path / "stolen"
    shutil.copytree(settings().VAR / "files", stolen)
    assert BYTES in b"".join(file_store.content(session.scalars(sa.select(Attachment)).one()))
    session.rollback()
    act(reference, erasure_requests.erase_everything, actor=person_of(reference))
    assert rows_with_canaries() == set()
    assert told_by(backup(tmp_path)) == told_by(dump()) == set()
    assert store() == b""
    found = verifying.verify()
    assert found.broken == []
    assert found.cases == 2
    # The older backup: who it was opens with no key any more, in whatever hands.
    with_old_ring = key_ring.versions()
    turn(clock)
    assert {one.number for one in key_ring.versions()}.isdisjoint({with_old_ring[0].number})
    sealed.restore(before)
    for kind in (SealedIdentity, SealedContact):
        row = session.get_one(kind, case_of(reference).id)
        with pytest.raises(Unreadable):
            data_keys.content(row)
    shutil.copytree(stolen, settings().VAR / "files", dirs_exist_ok=True)
    with pytest.raises(Unreadable):
        list(file_store.content(session.scalars(sa.select(Attachment)).one()))
    shutil.rmtree(settings().VAR / "files")
    with unit_of_work():
        for kind in (SealedIdentity, SealedContact, DataKey, Attachment):
            session.execute(sa.delete(kind))
    assert verifying.verify().broken == []
    assert case_of(other).erased_at is None


def test_an_older_backup_that_is_restored_loses_it_again_by_the_list(team, session, clock):
    """The words lie open in an older backup until it expires; whoever restores it must not bring them back."""
    closed, spoken = a_full_case(team), a_spoken_case(team)
    listed = io.StringIO()
    with unit_of_work():
        erasing.erase(states.cases.lock_own(case_of(closed).id), Scope.EVERYTHING, "ordinary", actor=SYSTEM)
    act(spoken, erasure_requests.erase_everything, actor=person_of(spoken))
    assert erasing_again.write(listed) == 2
    assert not any(one.decode() in listed.getvalue().lower() for one in SEEDED)
    # Back to how it was, as a restored copy is: another database in which the same cases were never erased.
    restored = a_spoken_case(team)
    lines = [
        listed.getvalue().splitlines()[0],
        f'["{case_of(restored).id}", "everything", "{ASKED}", "2026-03-02T09:00:00+00:00"]',
        *listed.getvalue().splitlines()[1:],
        '["00000000-0000-0000-0000-000000000001", "everything", "asked", "2026-03-02T09:00:00+00:00"]',
    ]
    session.rollback()
    assert erasing_again.erase_again(lines) == 1
    case = case_of(restored)
    assert (case.close_type, case.erased_at is not None) == ("withdrawn", True)
    assert rows_with_canaries() == set()
    session.rollback()
    assert erasing_again.erase_again(lines) == 0
    assert verifying.verify().broken == []


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["[]"],
        ["nonsense"],
        ['["another-format"]'],
        ['["engage-erased-1"]', '["no id", "everything", "asked", "x"]'],
        ['["engage-erased-1"]', '["00000000-0000-0000-0000-000000000001", "half", "asked", "x"]'],
        ['["engage-erased-1"]', "[1, 2]"],
        ['["engage-erased-1"]', "7"],
    ],
)
def test_a_file_that_is_no_list_erases_nothing(team, session, lines):
    reference = a_spoken_case(team)
    with pytest.raises(NoList):
        erasing_again.erase_again(lines)
    assert case_of(reference).erased_at is None


def test_the_commands_write_the_list_and_erase_by_it(team, session, app, tmp_path):
    reference = a_full_case(team)
    act(reference, erasure_requests.erase_everything, actor=person_of(reference))
    session.rollback()
    path = str(tmp_path / "erased.jsonl")
    run = app.test_cli_runner().invoke
    assert run(args=["engage", "erased", path]).output == "1 erased so far\n"
    assert run(args=["engage", "erase-again", path]).output == "0 erased again\n"
    Path(path).write_text("nonsense")
    broken = run(args=["engage", "erase-again", path])
    assert (broken.exit_code, "Nothing was erased." in broken.output) == (1, True)
