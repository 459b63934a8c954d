"""Going through the record while the service goes on, and without all of its keys: an honest record is not accused."""

import io

import pytest
from sqlalchemy import select

from engage.domain.case import Writer
from engage.models import Attachment, Case
from engage.services import attachments, checkpoints, conversation, file_store, record_copy, verifying, verifying_files
from engage.settings import settings
from engage.unit_of_work import one_state, unit_of_work
from tests.checked_record import outside, within
from tests.services import sealed
from tests.states import act, case_of, person_of
from tests.threads import at_once


@pytest.fixture
def with_file(seen_case):
    """The same case with a file of the person."""
    file = attachments.check(io.BytesIO(b"words of a paper"), "paper.txt")
    act(seen_case, attachments.add_all, [file], writer=Writer.PERSON, actor=person_of(seen_case))
    return seen_case


def written_meanwhile(app, references, read):
    """Rows as they are read, after each batch of which somebody writes to the cases and a checkpoint is made."""

    def write():
        for reference in references:
            act(reference, conversation.write_as_person, "More.", actor=person_of(reference))
        return checkpoints.make()

    def meanwhile(*given):
        for rows in read(*given):
            at_once(app, 1, write)
            yield rows

    return meanwhile


def test_a_service_that_goes_on_while_it_is_verified_is_whole(app, seen_case, saved, monkeypatch):
    before = case_of(seen_case).version
    monkeypatch.setattr(verifying, "_batches", written_meanwhile(app, [seen_case], verifying._batches))
    assert within(saved) == []
    assert case_of(seen_case).version > before


def test_a_copy_that_is_written_while_the_service_goes_on_is_whole(app, seen_case, saved, session, monkeypatch):
    references = session.scalars(select(Case.reference)).all()
    session.rollback()
    monkeypatch.setattr(record_copy, "_of_case", written_meanwhile(app, references, record_copy._of_case))
    code, words = outside(saved)
    assert (code, "0 broken" in words) == (0, True), words


def test_a_page_and_a_unit_of_work_read_no_one_state(app, session):
    with unit_of_work(), pytest.raises(RuntimeError), one_state():
        pass
    with app.test_request_context(), pytest.raises(RuntimeError), one_state():
        pass


def test_a_file_that_is_erased_or_sealed_anew_while_it_is_looked_at_is_not_missed(with_file, session, monkeypatch):
    row = session.scalars(select(Attachment)).one()
    read = verifying_files._rows

    def meanwhile(kind, change):
        for reference, one in read(kind):
            with unit_of_work():
                change(sealed.file(one.id))
            yield reference, one

    for change in (file_store.seal, file_store.drop):
        if change is file_store.seal:  # plain on the disk, as before files were sealed
            with unit_of_work():
                file = sealed.file(row.id)
                sealed.path_of(row.id).write_bytes(b"words of a paper")
                file.key_version = file.wrapped_key = None
        monkeypatch.setattr(verifying_files, "_rows", lambda kind, change=change: meanwhile(kind, change))
        assert list(verifying_files.strange_files()) == []
    assert session.scalars(select(Attachment)).all() == []


def test_a_file_that_the_disk_does_not_give_is_named(with_file, session):
    row = session.scalars(select(Attachment)).one()
    path = settings().VAR / "files" / row.stored_as
    path.unlink()
    path.mkdir()
    assert verifying.verify().broken == [f"case {with_file}: file {row.id} cannot be read"]
    path.rmdir()


def test_many_files_are_gone_through_a_few_at_a_time(with_file, session, monkeypatch):
    monkeypatch.setattr(verifying_files, "_BATCH", 1)
    more = attachments.check(io.BytesIO(b"words of another"), "other.txt")
    act(with_file, attachments.add_all, [more], writer=Writer.PERSON, actor=person_of(with_file))
    for row in session.scalars(select(Attachment)).all():
        (settings().VAR / "files" / row.stored_as).unlink()
    assert len(verifying.verify().broken) == 2


def test_without_the_ring_the_rest_is_verified(with_file, saved):
    path = settings().key_ring
    moved = path.with_suffix(".away")
    path.rename(moved)
    try:
        (said,) = within(saved)
    finally:
        moved.rename(path)
    assert said.startswith("1 files could not be looked at. The key ring")
