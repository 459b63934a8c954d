"""What is erased is gone from everywhere, what is left says so, and the record holds."""

import io
from datetime import timedelta

import pytest
import sqlalchemy as sa
from PIL import Image
from sqlalchemy import func, select

from engage.domain.case import Road, Writer
from engage.domain.guards import Refused
from engage.domain.lifecycle import Stage
from engage.domain.policy import SYSTEM
from engage.domain.retention import ASKED, Scope
from engage.extensions import db
from engage.models import (
    Attachment,
    CaseEvent,
    Deadline,
    DoomedFile,
    Errand,
    Message,
    Original,
    OutboxMessage,
    Receipt,
    SealedContact,
    SealedIdentity,
    Statement,
    Task,
    Tombstone,
)
from engage.models.erasable import EMPTIED, REMOVED, emptied, of_case
from engage.services import (
    attachments,
    conversation,
    delivery,
    erasing,
    proposals,
    retention,
    retention_schedule,
    tasks,
    verifying,
)
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from tests import states
from tests.services import full_case
from tests.services.full_case import a_full_case, a_spoken_case, files_in_store, rows_with_canaries
from tests.states import act, case_of, person_of


@pytest.fixture
def team(clock, session, sent_tasks, change_settings, tmp_path):
    change_settings(VAR=tmp_path)
    return states.Team()


def erase(reference, scope=Scope.EVERYTHING, rule=ASKED, actor=SYSTEM):
    with unit_of_work():
        was_there = erasing.erase(states.cases.lock_own(case_of(reference).id), scope, rule, actor=actor)
    erasing.settle()
    return was_there


def test_every_column_that_can_be_erased_is_empty_and_every_row_that_goes_is_gone(team, session):
    reference = a_full_case(team)
    case_id = case_of(reference).id
    said = {f"{model.__tablename__}.{name}" for model, names in EMPTIED.items() for name in names}
    by_person = {f"statement.{name}" for name in EMPTIED[Statement]} | {f"message.{name}" for name in EMPTIED[Message]}
    assert said - by_person <= rows_with_canaries()
    assert files_in_store()
    assert erase(reference)
    assert rows_with_canaries() == set()
    assert files_in_store() == []
    for model in REMOVED:
        assert session.scalar(select(func.count()).select_from(model).where(of_case(model, case_id))) == 0
    for model, names in EMPTIED.items():
        rows = session.execute(sa.select(model.__table__).where(of_case(model, case_id))).mappings().all()
        assert rows, model
        waiting = model is OutboxMessage  # what waits for staff keeps what it shows, which is never anybody's word
        empty = emptied(model)
        for row in rows:
            if not (waiting and row["sent_at"] is None):
                assert {name: row[name] for name in names} in (empty, {**empty, "name": None}), model


def test_the_record_holds_and_says_that_it_went(team, session):
    reference = a_full_case(team)
    erase(reference)
    assert verifying.verify().broken == []
    last = session.scalars(
        select(CaseEvent).where(CaseEvent.case_id == case_of(reference).id).order_by(CaseEvent.number.desc()).limit(1)
    ).one()
    assert (last.kind, last.payload) == ("ContentErased", '{"rule":"asked","scope":"everything"}')


def test_the_tombstone_keeps_what_figures_count(team, session):
    reference = a_full_case(team)
    before = case_of(reference)
    kept = {name: getattr(before, name) for name in ("reference", "stage", "category", "level", "kind", "identity")}
    kept |= {
        name: getattr(before, name) for name in ("received_at", "closed_at", "close_type", "root_cause", "site_id")
    }
    erase(reference, rule="ordinary")
    after = case_of(reference)
    assert kept == {name: getattr(after, name) for name in kept}
    (stone,) = retention_schedule.gone_of(after)
    assert (stone.scope, stone.rule, stone.erased_at) == (Scope.EVERYTHING, "ordinary", after.erased_at)


def test_nothing_is_owed_to_do_or_on_its_way_any_more(team, session):
    reference = a_full_case(team)
    case_id = case_of(reference).id
    act(reference, tasks.add, tasks.Todo("Call her.", team.officer.id), actor=team.coordinator)
    act(reference, conversation.reply, "One word more.", actor=team.officer)
    assert case_of(reference).next_due_at is not None  # the checks afterwards
    erase(reference)
    case = case_of(reference)
    assert (case.next_due_at, case.news_due_at, case.road) == (None, None, Road.NONE)
    for model in (Deadline, Task, Errand):
        ended = model.ended_at if model is Deadline else model.finished_at
        assert session.scalars(select(model.id).where(model.case_id == case_id, ended.is_(None))).all() == []
    waiting = (OutboxMessage.sent_at.is_(None), OutboxMessage.dead_at.is_(None), OutboxMessage.recipient == "person")
    assert session.scalars(select(OutboxMessage.id).where(OutboxMessage.case_id == case_id, *waiting)).all() == []
    session.rollback()
    delivery.drain()
    assert session.scalars(select(OutboxMessage.id).where(OutboxMessage.dead_at.is_not(None))).all() == []


def test_nobody_can_write_into_a_case_that_was_erased(team):
    reference = a_full_case(team)
    erase(reference)
    for use_case in (conversation.note, conversation.reply):
        with pytest.raises(PermissionError):
            act(reference, use_case, "Once more.", actor=team.coordinator)
    with pytest.raises(PermissionError):
        act(reference, proposals.consult, "Once more.", actor=team.coordinator)
    with pytest.raises(PermissionError):
        act(reference, conversation.write_as_person, "Once more.", actor=person_of(reference))


def test_erasing_twice_does_nothing_twice(team, session):
    reference = a_full_case(team)
    assert erase(reference)
    number = case_of(reference).version
    assert not erase(reference)
    assert not erase(reference, Scope.SECRETS)
    assert case_of(reference).version == number


def test_an_open_case_is_not_erased(team):
    reference = a_full_case(team, is_open=True)
    with pytest.raises(Refused) as error:
        erase(reference)
    assert error.value.refusal.code == "not_closed_yet"
    assert rows_with_canaries()


def test_who_the_person_is_goes_and_their_words_stay(team, session):
    reference = a_full_case(team)
    erase(reference, Scope.IDENTIFIERS, "restricted_identifiers")
    assert session.scalars(select(SealedIdentity)).all() == session.scalars(select(SealedContact)).all() == []
    case = case_of(reference)
    assert (case.erased_at, case.road, case.stage) == (None, Road.NONE, Stage.CLOSED)
    assert session.scalars(select(Statement.what_happened)).one()
    assert verifying.verify().broken == []
    assert erase(reference, Scope.SECRETS, "anonymous_codes")
    assert erase(reference)
    assert [one.scope for one in retention_schedule.gone_of(case_of(reference))].count(Scope.EVERYTHING) == 1


def test_a_code_that_was_destroyed_opens_nothing(team, session):
    reference = a_spoken_case(team)
    erase(reference, Scope.SECRETS, "anonymous_codes")
    assert session.scalars(select(Receipt)).all() == []
    assert case_of(reference).submission_digest.startswith("erased-")
    assert verifying.verify().broken == []


def test_other_cases_are_left_alone(team, session):
    other, reference = a_spoken_case(team), a_full_case(team)
    erase(reference)
    told = session.get_one(Statement, case_of(other).id)
    assert told.what_happened.startswith(full_case.WORDS)
    assert session.scalars(select(Attachment.case_id)).all() == [case_of(other).id]
    assert len(files_in_store()) == 1


def test_bytes_that_could_not_be_deleted_go_with_the_next_night(team, session, monkeypatch):
    reference = a_full_case(team)
    folder = settings().VAR / "files"
    (name,) = session.scalars(select(Attachment.stored_as)).all()
    # The store is away: a folder stands where the file was, which nothing can unlink.
    kept = (folder / name).read_bytes()
    (folder / name).unlink()
    (folder / name / "sub").mkdir(parents=True)
    erase(reference)
    assert session.scalars(select(DoomedFile.stored_as)).all() == [name]
    (folder / name / "sub").rmdir()
    (folder / name).rmdir()
    (folder / name).write_bytes(kept)
    session.rollback()
    assert retention.apply() >= 1
    assert files_in_store() == []
    assert session.scalars(select(DoomedFile)).all() == []
    session.rollback()
    assert erasing.delete_doomed() == 0


def test_a_rollback_erases_nothing(team, session):
    reference = a_full_case(team)
    with pytest.raises(RuntimeError), unit_of_work():
        erasing.erase(states.cases.lock_own(case_of(reference).id), Scope.EVERYTHING, ASKED, actor=SYSTEM)
        raise RuntimeError
    assert files_in_store()
    assert session.scalars(select(Tombstone)).all() == session.scalars(select(DoomedFile)).all() == []


def test_words_that_are_put_back_are_named(team, session):
    reference = a_full_case(team)
    told = session.get_one(Statement, case_of(reference).id)
    kept = {name: getattr(told, name) for name in ("salt", "what_happened")}
    erase(reference)
    with unit_of_work():
        session.execute(sa.update(Statement).values(**kept))
    assert verifying.verify().broken == [f"case {reference}: something that was erased is there again"]


def test_words_that_somebody_emptied_by_hand_are_named(team, session):
    reference = a_spoken_case(team)
    with unit_of_work():
        session.execute(sa.update(Statement).values(**emptied(Statement)))
    assert verifying.verify().broken == [f"case {reference}: the words of the concern are not those that came in"]


def test_staff_who_worked_on_it_are_told_and_nobody_else(team, session, clock):
    reference = a_full_case(team)
    clock.advance(timedelta(minutes=5))
    erase(reference, actor=person_of(reference))
    told = session.scalars(select(OutboxMessage).where(OutboxMessage.template == "case_erased")).all()
    assert [row.user_id for row in told] == [team.officer.id]
    other = a_full_case(team)
    erase(other, rule="ordinary")
    assert len(session.scalars(select(OutboxMessage).where(OutboxMessage.template == "case_erased")).all()) == 1
    assert db.session.get(Statement, case_of(other).id).title == ""


def test_files_as_they_came_go_with_who_the_person_is(team, session):
    reference = a_full_case(team)
    picture = io.BytesIO()
    Image.new("RGB", (9, 9)).save(picture, "PNG")
    picture.seek(0)
    act(
        reference,
        attachments.add_all,
        [attachments.check(picture, "dust.png")],
        actor=person_of(reference),
        writer=Writer.PERSON,
    )
    assert session.scalars(select(Original)).all() != []
    erase(reference, Scope.IDENTIFIERS, "restricted_identifiers")
    assert session.scalars(select(Original)).all() == []
    assert session.scalars(select(Attachment)).all() != []
    assert verifying.verify().broken == []
