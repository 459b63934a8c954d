"""Words and files that are no longer those of which the record keeps the digests, or are gone without a word of it."""

import io

import pytest
from sqlalchemy import delete, select, update

from engage.domain.case import Writer
from engage.domain.conflicts import SubjectKind
from engage.models import Attachment, CaseEvent, Message, Statement
from engage.services import appeals, attachments, conflicts, conversation, file_store, verifying
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from tests import states, tampering
from tests.checked_record import within
from tests.states import act, case_of, person_of


def test_words_that_were_changed_are_named(seen_case, saved, session):
    case_id = case_of(seen_case).id
    with unit_of_work():
        session.execute(update(Statement).where(Statement.case_id == case_id).values(what_happened="Nothing happened."))
        session.execute(update(Message).where(Message.case_id == case_id).values(words="We come on Friday."))
    found = within(saved)
    assert f"case {seen_case}: the words of the concern are not those that came in" in found
    assert sum("is not as it was written" in words for words in found) == 1


def test_words_that_somebody_took_away_are_missed(seen_case, saved):
    case_id = case_of(seen_case).id
    with tampering.unguarded() as own:
        message_id = own.scalars(select(Message.id).where(Message.case_id == case_id)).one()
        own.execute(delete(Message).where(Message.case_id == case_id))
    assert within(saved) == [f"case {seen_case}: message {message_id} was taken away"]
    with tampering.unguarded() as own:
        own.execute(delete(Statement).where(Statement.case_id == case_id))
    assert f"case {seen_case}: the words of the concern were taken away" in within(saved)


def test_words_that_two_messages_exchanged_are_named(seen_case, saved, session):
    person = person_of(seen_case)
    act(seen_case, conversation.write_as_person, "On Friday, then.", actor=person)
    first, second = session.scalars(select(Message).where(Message.case_id == case_of(seen_case).id)).all()
    words = {row.id: {"salt": other.salt, "words": other.words} for row, other in ((first, second), (second, first))}
    with unit_of_work():
        for row_id, values in words.items():
            session.execute(update(Message).where(Message.id == row_id).values(**values))
    named = {f"case {seen_case}: message {row_id} is not as it was written" for row_id in words}
    assert set(within(saved)) == named


def test_each_message_of_a_case_that_came_a_long_way_is_missed_whatever_it_belongs_to(team):
    """Some say what an event of its own tells of, as why it was opened again."""
    reference = states.a_closed_case(team)
    act(reference, appeals.reopen, "The dust is back.", actor=person_of(reference))
    act(reference, conflicts.name_place, SubjectKind.DEPARTMENT, "Night crew", actor=team.coordinator)
    subject_id = conflicts.named_in(case_of(reference).id)[0].id
    act(reference, conflicts.remove, subject_id, "It was another crew.", actor=team.coordinator)
    act(reference, conversation.write_as_person, "Thank you.", actor=person_of(reference))
    assert verifying.verify().broken == []
    with tampering.unguarded() as own:
        ids = own.scalars(select(Message.id)).all()
    assert len(ids) == 3
    for message_id in ids:
        with tampering.unguarded() as own:
            row = own.get_one(Message, message_id)
            values = {column.key: getattr(row, column.key) for column in Message.__table__.columns}
            own.delete(row)
        assert len(verifying.verify().broken) == 1, values["words"]
        with tampering.unguarded() as own:
            own.add(Message(**values))
    assert verifying.verify().broken == []


def test_what_somebody_wrote_over_an_event_stops_nothing(seen_case, saved):
    """An event that nobody can read is named by its hash; all others are gone through."""
    with tampering.unguarded() as own:
        own.execute(update(CaseEvent).where(CaseEvent.kind == "MessageWritten").values(payload="no JSON"))
        own.execute(update(CaseEvent).where(CaseEvent.kind == "CaseAssigned").values(payload="7"))
    number = case_of(seen_case).version
    assert f"case {seen_case}: event {number}" in within(saved)


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


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


def test_a_file_that_somebody_took_away_is_missed_and_hides_no_new_name_of_another(with_files, saved, seen_case):
    first, third, _ = with_files  # by their names
    with tampering.unguarded() as own:
        own.execute(delete(Attachment).where(Attachment.id == first.id))
        numbers = own.scalars(select(CaseEvent.number).where(CaseEvent.kind == "FilesAdded").order_by("number")).all()
    gone = f"case {seen_case}: 1 files that were recorded are not there any more"
    said = [f"case {seen_case}: event {number}: its files are not those that were recorded" for number in numbers]
    assert within(saved) == [gone, said[0]]
    with tampering.unguarded() as own:
        own.execute(update(Attachment).where(Attachment.id == third.id).values(name="another.txt"))
    assert within(saved) == [gone, *said]


def test_how_many_files_came_cannot_be_written_over(with_files, saved, seen_case):
    with tampering.unguarded() as own:
        own.execute(update(CaseEvent).where(CaseEvent.kind == "FilesAdded").values(payload='{"count":"many"}'))
    assert f"case {seen_case}: a file is there that nobody recorded" in within(saved)


def test_a_file_that_nobody_recorded_is_named(with_files, saved, seen_case, session):
    first = with_files[0]
    with unit_of_work():
        values = {column.key: getattr(first, column.key) for column in Attachment.__table__.columns}
        more = Attachment(**{**values, "id": case_of(seen_case).id})
        file_store.keep(more, io.BytesIO(b"words of one.txt"))
        session.add(more)
    assert within(saved) == [f"case {seen_case}: a file is there that nobody recorded"]
