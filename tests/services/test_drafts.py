"""A form that was not sent is kept for a day, for its sender alone."""

import errno
import io
import json
import os
from dataclasses import asdict
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from engage import vault
from engage.extensions import db
from engage.models import Draft
from engage.services import attachments, drafts
from engage.services.attachments import FileRefused
from engage.services.drafts import Written
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from tests.services.test_originals import photo

TOKEN, OTHER = "a" * 32, "b" * 32
WORDS = Written({"what_happened": "Dust 🌾 on the gardens", "on_behalf": True, "name": None})


@pytest.fixture(autouse=True)
def store(session):
    yield
    for path in sorted(folder().rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()


def folder():
    return settings().VAR / "files" / "drafts"


def files():
    return [path for path in folder().rglob("*") if path.is_file()]


def paper(text: str = "a list of plots", name: str = "plots.txt"):
    return attachments.check(io.BytesIO(text.encode()), name)


def saved(written=WORDS, new=(), token=TOKEN):
    with unit_of_work():
        return drafts.save(token, written, new)


def test_what_was_written_comes_back_as_it_was():
    saved()
    assert drafts.load(TOKEN) == Written(WORDS.values, [])


def test_without_the_token_nothing_comes_back_and_nothing_can_be_read():
    saved(new=[paper()])
    assert drafts.load(OTHER) is None
    row = db.session.scalars(select(Draft)).one()
    assert b"gardens" not in row.sealed
    assert TOKEN not in row.key_digest
    assert b"plots" not in files()[0].read_bytes()
    assert TOKEN not in str(files()[0])


def test_saving_again_replaces_and_keeps_one(clock):
    saved()
    clock.advance(timedelta(hours=23))
    saved(Written({"what_happened": "Noise"}))
    clock.advance(timedelta(hours=23))
    assert drafts.load(TOKEN).values == {"what_happened": "Noise"}
    assert db.session.scalar(select(func.count()).select_from(Draft)) == 1


def test_after_a_day_it_is_gone(clock):
    saved()
    clock.advance(drafts.KEPT_FOR)
    assert drafts.load(TOKEN) is None


def test_files_come_back_as_they_were_checked():
    written = saved(new=[paper()])
    (opened,) = drafts.open_files(TOKEN, drafts.load(TOKEN))
    original = paper()
    assert (opened.name, opened.media_type, opened.size, opened.sha256) == (
        original.name,
        original.media_type,
        original.size,
        original.sha256,
    )
    assert opened.read() == b"a list of plots"
    assert len(written.files) == 1


def test_the_same_file_twice_is_kept_once():
    written = saved(new=[paper()])
    assert len(saved(written, [paper()]).files) == 1
    assert len(saved(WORDS, [paper()]).files) == 1  # a double click, which knows nothing of the first
    assert len(files()) == 1


def test_a_file_taken_out_is_deleted():
    written = saved(new=[paper(), paper("another", "b.txt")])
    with unit_of_work():
        drafts.save(TOKEN, drafts.drop_file(TOKEN, written, written.files[0].stored_as))
    assert [kept.name for kept in drafts.load(TOKEN).files] == ["b.txt"]
    assert len(files()) == 1


def test_a_name_that_is_not_of_the_draft_deletes_nothing():
    written = saved(new=[paper()])
    with unit_of_work():
        assert drafts.drop_file(TOKEN, written, "../../engage.db") == written
    assert len(files()) == 1


def test_discarding_deletes_everything_and_may_be_done_twice():
    saved(new=[paper()])
    for _ in range(2):
        with unit_of_work():
            drafts.discard(TOKEN)
    assert drafts.load(TOKEN) is None
    assert files() == []


def test_a_discard_that_is_rolled_back_deletes_nothing():
    saved(new=[paper()])
    with pytest.raises(RuntimeError), unit_of_work():
        drafts.discard(TOKEN)
        raise RuntimeError
    assert len(files()) == 1
    assert drafts.load(TOKEN) is not None


def test_the_purge_takes_what_is_over_and_what_was_left_behind(clock):
    saved(new=[paper()])
    left = folder() / ("0" * 64)
    left.mkdir()
    os.utime(left, (0, 0))
    with unit_of_work():
        assert drafts.purge(clock.now) == 0
    assert not left.exists()
    assert len(files()) == 1
    with unit_of_work():
        assert drafts.purge(clock.advance(drafts.KEPT_FOR)) == 1
    assert files() == []
    assert db.session.scalar(select(func.count()).select_from(Draft)) == 0


def test_after_a_change_of_the_root_secret_an_old_draft_is_simply_not_there():
    saved()
    row = db.session.scalars(select(Draft)).one()
    with unit_of_work():
        db.session.get(Draft, row.key_digest).sealed = b"sealed with another key"
    assert drafts.load(TOKEN) is None


def test_a_full_disk_is_a_refusal_and_keeps_no_half_a_file(monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fdopen", full)
    with pytest.raises(FileRefused) as refused:
        saved(new=[paper()])
    assert refused.value.code == "no_space"
    assert drafts.load(TOKEN) is None


def test_a_photo_waits_as_it_came_too_and_both_go_when_it_is_taken_out():
    written = saved(new=[attachments.check(io.BytesIO(photo()), "dust.jpg"), paper()])
    assert not any(b"TellingPhone" in path.read_bytes() for path in files())
    assert len(files()) == 3
    opened = drafts.open_files(TOKEN, drafts.load(TOKEN))
    assert opened[0].was_cleaned and opened[0].as_came.content.read() == photo()
    assert opened[1].as_came is None
    with unit_of_work():
        left = drafts.drop_file(TOKEN, written, written.files[0].stored_as)
    assert ([kept.name for kept in left.files], len(files())) == (["plots.txt"], 1)


def test_a_draft_of_before_that_knows_nothing_of_what_came_is_still_read():
    kept = asdict(saved(new=[paper()]).files[0])
    del kept["as_came"], kept["was_emptied"]
    with unit_of_work():
        row = db.session.scalars(select(Draft)).one()
        row.sealed = vault.seal_with(drafts._key(TOKEN), json.dumps({"values": {}, "files": [kept]}).encode())
    assert drafts.open_files(TOKEN, drafts.load(TOKEN))[0].name == "plots.txt"
