"""Keys from the command line: what is said, with which exit code, and that no key is ever shown."""

import errno
import json
import os

import pytest

from engage import key_ring, vault
from engage.domain.case import Road
from engage.services.key_rotation import QUIET
from tests import states
from tests.services import sealed
from tests.services.sealed import ADDRESS, NAME


@pytest.fixture
def folder(session, sent_tasks, clock, change_settings, tmp_path):
    change_settings(VAR=tmp_path)
    vault.make_worker_keys(tmp_path)
    return tmp_path


@pytest.fixture
def run(app, session, folder):
    """Run a command; whatever it says holds no key, no name and no address."""

    def run(*words):
        session.rollback()
        answer = app.test_cli_runner().invoke(args=["engage", "keys", *words])
        shown = answer.output
        ring = folder / "key-ring.json"
        secrets = [one["key"] for one in json.loads(ring.read_text())["versions"]] if ring.is_file() else []
        assert not any(secret in shown for secret in (*secrets, NAME, ADDRESS))
        assert answer.exception is None or isinstance(answer.exception, SystemExit)
        return answer.exit_code, shown

    return run


@pytest.fixture
def site_id(folder):
    return states.a_site()


def test_the_way_of_a_key_from_its_making_to_its_end(run, site_id, clock):
    sealed.a_named_case(site_id)
    assert run("list") == (0, "version 1  made 2026-03-02 09:00  1 cases, 0 files  newest\n")
    assert "Version 2 wraps from now on" in run("rotate")[1]
    assert "would be wrapped with the newest version: 1 cases, 0 files" in run("rewrap", "--dry-run")[1]
    assert "were wrapped with the newest version: 1 cases" in run("rewrap")[1]
    clock.advance(QUIET)
    assert run("destroy", "1", "--dry-run") == (0, "Version 1 could be destroyed: no case needs it.\n")
    assert "version 1" in run("list")[1]
    assert run("destroy", "1")[0] == 0
    assert run("list")[1].startswith("version 2")
    code, said = run("destroy", "2")
    assert (code, "is the newest" in said) == (1, True)


def test_rows_of_before_are_named_with_the_command(run, site_id):
    sealed.as_before(sealed.a_named_case(site_id))
    assert "2 rows sealed with the root secret. Run: flask engage keys rewrap" in run("list")[1]
    assert "were sealed under keys of their own: 1 cases" in run("rewrap")[1]
    assert "root secret" not in run("list")[1]


def test_files_of_before_are_named_with_the_command_and_are_sealed_once(run, site_id, folder):
    file_id = sealed.a_file(states.a_case(site_id), b"words of a paper")
    assert run("seal-files") == (0, "were sealed: 0 files\n")
    sealed.lay_plain(file_id)
    assert "1 files that lie plain. Run: flask engage keys seal-files" in run("list")[1]
    assert run("seal-files", "--dry-run") == (0, "would be sealed: 1 files\n")
    assert run("seal-files") == (0, "were sealed: 1 files\n")
    assert "version 1  made 2026-03-02 09:00  0 cases, 1 files  newest" in run("list")[1]
    sealed.lay_plain(file_id).unlink()
    code, said = run("seal-files")
    assert (code, "1 are not in the store" in said) == (1, True)


def test_no_room_and_no_ring_are_told_before_files_are_sealed(run, site_id, folder, monkeypatch):
    sealed.lay_plain(sealed.a_file(states.a_case(site_id), b"words of a paper"))
    sealed.a_file(states.a_case(site_id), b"words of another")

    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        code, said = run("seal-files")
    assert (code, "The disk is full" in said) == (1, True)
    (folder / "key-ring.json").unlink()
    code, said = run("seal-files")
    assert (code, "is missing" in said) == (1, True)


def test_a_lost_version_is_listed_and_what_it_wrapped_is_counted(run, site_id, folder):
    sealed.a_named_case(site_id)
    (folder / "key-ring.json").unlink()
    for words in (("list",), ("rewrap",), ("destroy", "1")):
        code, said = run(*words)
        assert (code, "is missing" in said) == (1, True), words
    assert run("rotate")[0] == 0
    assert "version 1  is not in the ring  1 cases" in run("list")[1]
    code, said = run("rewrap")
    assert (code, "1 open with no key that is here" in said) == (1, True)


def test_a_damaged_ring_is_not_turned(run, folder):
    (folder / "key-ring.json").mkdir()
    code, said = run("rotate")
    assert (code, "cannot be read" in said) == (1, True)


def test_the_worker_gets_a_new_pair_where_its_key_is(run, site_id, folder):
    sealed.a_named_case(site_id, Road.RELAY)
    assert "keeps 1 older" in run("rotate-worker")[1]
    assert "were sealed to the worker's newest key: 1 addresses" in run("rewrap")[1]
    for path in folder.glob("worker*.key"):
        path.unlink()
    code, said = run("rotate-worker")
    assert (code, "is not here" in said) == (1, True)
    assert "run this also where the worker's private key is" in run("rewrap")[1]
    assert key_ring.is_there()
