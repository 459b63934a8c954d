"""Words and files that are no longer those of which the record keeps the digests; what was erased is not missed."""

import io

import pytest
from sqlalchemy import delete, select, update

from engage.domain.case import Writer
from engage.models import Attachment, Message, Statement
from engage.services import attachments, file_store
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from tests.checked_record import within
from tests.states import act, case_of, person_of


def test_words_that_were_changed_are_named_and_erased_ones_are_not(seen_case, saved, session):
    case_id = case_of(seen_case).id
    with unit_of_work():
        session.execute(update(Statement).where(Statement.case_id == case_id).values(what_happened="Nothing happened."))
        session.execute(update(Message).where(Message.case_id == case_id).values(words="We come on Friday."))
    found = within(saved)
    assert f"case {seen_case}: the words of the concern are not those that came in" in found
    assert sum("is not as it was written" in words for words in found) == 1
    with unit_of_work():
        session.execute(delete(Message).where(Message.case_id == case_id))
        session.execute(delete(Statement).where(Statement.case_id == case_id))
    assert within(saved) == []


@pytest.fixture
def with_files(seen_case, session):
    """The same case, to which the person sent two files in one moment and then another one."""
    for names in (["one.txt", "two.txt"], ["three.txt"]):
        files = [attachments.check(io.BytesIO(b"words of %s" % name.encode()), name) for name in names]
        act(seen_case, attachments.add_all, files, writer=Writer.PERSON, actor=person_of(seen_case))
    return session.scalars(select(Attachment).order_by(Attachment.name)).all()


def test_files_that_nobody_touched_hold(with_files, saved):
    assert within(saved) == []


def test_a_file_that_was_replaced_is_named(with_files, saved, seen_case):
    (settings().VAR / "files" / with_files[0].stored_as).write_bytes(b"something else")
    assert within(saved) == [f"case {seen_case}: file {with_files[0].id} is not the one that came"]


def test_a_file_that_was_put_in_the_place_of_another_is_named(with_files, saved, seen_case, session):
    """Its row says that it is the other one, key and all, and every digest is made to fit; it does not open there."""
    first, second = with_files[0], with_files[1]
    with unit_of_work():
        values = {name: getattr(second, name) for name in ("key_version", "wrapped_key", "sha256")}
        (settings().VAR / "files" / first.stored_as).write_bytes(
            (settings().VAR / "files" / second.stored_as).read_bytes()
        )
        session.execute(update(Attachment).where(Attachment.id == first.id).values(**values))
    assert f"case {seen_case}: file {first.id} is not the one that came" in within(saved)


def test_a_file_that_is_gone_from_the_disk_is_named(with_files, saved, seen_case):
    (settings().VAR / "files" / with_files[1].stored_as).unlink()
    assert within(saved) == [f"case {seen_case}: file {with_files[1].id} is missing"]


def test_a_file_whose_row_was_changed_along_is_named_by_the_event(with_files, saved, seen_case, session):
    row = with_files[1]
    with unit_of_work():
        session.execute(update(Attachment).where(Attachment.id == row.id).values(name="another.txt"))
    (said,) = within(saved)
    assert said.endswith("its files are not those that were recorded")


def test_a_file_that_nobody_recorded_is_named_and_an_erased_one_is_not(with_files, saved, seen_case, session):
    first = with_files[0]
    with unit_of_work():
        values = {column.key: getattr(first, column.key) for column in Attachment.__table__.columns}
        more = Attachment(**{**values, "id": case_of(seen_case).id})
        file_store.keep(more, io.BytesIO(b"words of one.txt"))
        session.add(more)
    assert within(saved) == [f"case {seen_case}: a file is there that nobody recorded"]
    with unit_of_work():
        session.execute(delete(Attachment))
    assert within(saved) == []
