"""The ring of the lane turns by itself: cases need nothing of it, and it needs nothing of cases."""

import pytest

from engage import key_ring, lane_keys, vault
from engage.key_ring import NoRing, Ring
from engage.models import LaneKey
from engage.services import checks, key_rotation, lane_key_rotation, wrapping
from engage.services.key_rotation import QUIET, StillNeeded
from engage.services.lane import erasing, intake
from engage.unit_of_work import unit_of_work
from tests import states
from tests.lane_states import WORDS, a_report, do, her


@pytest.fixture
def folder(session, sent_tasks, clock, change_settings, tmp_path):
    change_settings(VAR=tmp_path)
    vault.make_worker_keys(tmp_path)
    return tmp_path


@pytest.fixture
def taken(folder):
    return a_report(states.a_site(), email="heron@people.example.org")


@pytest.fixture
def run(app, session, folder):
    def run(*words):
        session.rollback()
        answer = app.test_cli_runner().invoke(args=["engage", "keys", *words])
        assert answer.exception is None or isinstance(answer.exception, SystemExit)
        return answer.exit_code, answer.output

    return run


def test_a_new_version_wraps_what_comes_and_rewrap_brings_over_what_was(taken, clock):
    assert lane_key_rotation.rotate() == 2
    later = a_report(None)
    counts = {one.number: one.cases for one in lane_key_rotation.held()}
    assert counts == {1: 2, 2: 1}
    assert lane_key_rotation.rewrap(is_dry=True).wrapped == 2
    assert lane_key_rotation.rewrap().wrapped == 2
    assert lane_key_rotation.rewrap().wrapped == 0
    clock.advance(QUIET)
    lane_key_rotation.destroy(1, is_dry=True)
    lane_key_rotation.destroy(1)
    assert [one.number for one in lane_key_rotation.held()] == [2]
    for one in (taken, later):
        assert intake.opened_account(one.report_id)["words"] == WORDS
    assert lane_keys.address_of(taken.report_id) == "heron@people.example.org"


def test_a_version_that_is_needed_or_newest_is_not_destroyed(taken, clock):
    with pytest.raises(StillNeeded, match="keys rotate --lane"):
        lane_key_rotation.destroy(1)
    lane_key_rotation.rotate()
    clock.advance(QUIET)
    with pytest.raises(StillNeeded, match="2 keys still need version 1. Run first: flask engage keys rewrap --lane"):
        lane_key_rotation.destroy(1)


def test_the_ring_of_cases_is_another_one(taken):
    assert key_rotation.held() == []
    lane_key_rotation.rotate()
    assert not key_ring.is_there(Ring.CASES)
    key_rotation.rotate()
    assert [one.number for one in key_ring.versions()] == [1]


def test_what_does_not_open_is_counted_and_stays(taken, session):
    with unit_of_work():
        row = session.get_one(LaneKey, (taken.report_id, lane_keys.ROAD))
        row.wrapped = b"0" * 60
    lane_key_rotation.rotate()
    done = lane_key_rotation.rewrap()
    assert (done.wrapped, done.unreadable) == (1, 1)


def test_many_keys_are_brought_over_batch_by_batch(folder, monkeypatch):
    monkeypatch.setattr(wrapping, "BATCH", 2)
    taken = [a_report(None, email="heron@people.example.org") for _ in range(3)]
    lane_key_rotation.rotate()
    assert lane_key_rotation.rewrap().wrapped == 6
    assert {one.number: one.cases for one in lane_key_rotation.held()} == {1: 0, 2: 6}
    assert intake.opened_account(taken[0].report_id)["words"] == WORDS


def test_a_lost_ring_begins_above_what_it_was_and_opens_nothing_old(taken, folder):
    (folder / "lane-keys.json").unlink()
    with pytest.raises(NoRing):
        lane_key_rotation.held()
    assert lane_key_rotation.rotate() == 2
    assert lane_key_rotation.rewrap().unreadable == 2


def test_without_a_report_there_need_be_no_ring(folder):
    assert lane_key_rotation.held() == []
    assert lane_key_rotation.rewrap().wrapped == 0
    assert lane_key_rotation.rotate() == 1


def test_an_erased_report_needs_no_version(taken, clock):
    do(taken, erasing.erase, actor=her(taken))
    assert [one.cases for one in lane_key_rotation.held()] == [0]


def test_the_way_of_a_key_from_the_command_line(run, taken, clock):
    assert run("list", "--lane") == (0, "version 1  made 2026-03-02 09:00  2 keys  newest\n")
    assert "flask engage keys rewrap --lane" in run("rotate", "--lane")[1]
    assert run("rewrap", "--lane", "--dry-run") == (0, "would be wrapped with the newest version: 2 keys\n")
    assert run("rewrap", "--lane") == (0, "were wrapped with the newest version: 2 keys\n")
    clock.advance(QUIET)
    assert run("destroy", "--lane", "1", "--dry-run")[1] == "Version 1 could be destroyed: no report needs it.\n"
    assert run("destroy", "--lane", "1")[0] == 0
    code, said = run("destroy", "--lane", "2")
    assert (code, "is the newest" in said) == (1, True)


def finding():
    return {one.what: one.problem for one in checks.look()}["key ring of the lane"]


def test_a_ring_that_others_read_or_that_lacks_a_version_is_a_finding(taken, folder):
    assert finding() is None
    (folder / "lane-keys.json").chmod(0o644)
    assert "the mode 600" in finding()
    (folder / "lane-keys.json").unlink()
    assert "ENGAGE_LANE_KEYS" in finding()
    key_ring.make(2, Ring.LANE)
    assert "versions that the lane's key ring lacks: 1" in finding()
