"""Commands for the record: seal it, check it, and write out what an outsider checks."""

import json
from datetime import timedelta

import pytest

from engage.models import Case, Checkpoint
from engage.services import checkpoints
from engage.unit_of_work import unit_of_work
from tests import states


@pytest.fixture
def run(app, session, sent_tasks):
    def run(*words):
        session.rollback()
        return app.test_cli_runner().invoke(args=["engage", *words])

    return run


@pytest.fixture
def saved(run, session, tmp_path, clock):
    states.a_case()
    assert run("checkpoint").output == "made\n"
    assert run("checkpoint").output == "there is one of this day\n"
    row = session.get_one(Checkpoint, 1)
    (tmp_path / "checkpoint.json").write_text(json.dumps(checkpoints.text_of(row)))
    assert run("leaves", "1", str(tmp_path / "leaves.json")).output == "1 leaves\n"
    return tmp_path


def test_a_record_is_checked_against_what_was_saved(run, saved, session):
    given = ("--checkpoint", str(saved / "checkpoint.json"), "--leaves", str(saved / "leaves.json"))
    sound = run("verify", *given)
    assert (sound.exit_code, "1 checkpoints; 0 broken" in sound.output) == (0, True), sound.output
    assert "younger" not in sound.output
    states.a_case()
    assert "1 events are younger than the last checkpoint" in run("verify", *given).output
    with unit_of_work():
        session.query(Case).update({"head_hash": "0" * 64})
    assert run("verify", *given).exit_code == 1


def test_a_checkpoint_of_a_clock_that_ran_ahead_is_told_of_and_accuses_nobody(run, saved, clock):
    assert "yet to come" not in run("verify").output
    clock.advance(-timedelta(hours=2))
    said = run("verify")
    assert (said.exit_code, "Checkpoint 1 is of a moment that is yet to come" in said.output) == (0, True)


def test_what_cannot_be_read_is_refused_with_words(run, saved):
    (saved / "other.json").write_text("{}")
    assert "no checkpoint of engage" in run("verify", "--checkpoint", str(saved / "other.json")).output
    alone = run("verify", "--leaves", str(saved / "leaves.json"))
    assert (alone.exit_code, "add --checkpoint" in alone.output) == (2, True)
    kept = json.loads((saved / "checkpoint.json").read_text())
    kept["checkpoint"]["number"] = 9
    (saved / "checkpoint.json").write_text(json.dumps(kept))
    changed = run("verify", "--checkpoint", str(saved / "checkpoint.json"))
    assert (changed.exit_code, "its signature does not fit" in changed.output) == (1, True)


def test_the_copy_is_written_line_by_line(run, saved):
    said = run("record", str(saved / "record.jsonl"))
    lines = (saved / "record.jsonl").read_text().splitlines()
    assert said.output == f"{len(lines)} lines\n"
    assert [json.loads(line)[0] for line in lines[:2]] == ["record", "checkpoint"]
