"""What the person says is wrong stands beside what it is about, is answered, and edits nothing."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from engage.domain.guards import Refused
from engage.domain.policy import NotAllowed
from engage.models import Correction, OutboxMessage, StaffMembership, Statement, Task
from engage.services import corrections, tasks, verifying
from engage.unit_of_work import unit_of_work
from tests import states
from tests.states import act, case_of, person_of


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


@pytest.fixture
def reference(team):
    return states.an_assessed_case(team)


def ask(reference, words="The day is wrong.", right="It was a Monday."):
    act(reference, corrections.ask, words, right, actor=person_of(reference))


def the_correction(session):
    return session.scalars(select(Correction)).one()


def templates(session):
    return list(session.scalars(select(OutboxMessage.template).order_by(OutboxMessage.created_at)))


def test_whoever_works_the_case_gets_a_task_and_the_words_stay_as_they_were(team, session, reference):
    before = session.get_one(Statement, case_of(reference).id).what_happened
    ask(reference)
    row = the_correction(session)
    assert (row.words, row.right_words, row.answered_at) == ("The day is wrong.", "It was a Monday.", None)
    task = session.get_one(Task, row.task_id)
    assert (task.code, task.owner_id, task.finished_at) == ("answer_correction", team.officer.id, None)
    assert "task_for_you" in templates(session)
    assert session.get_one(Statement, case_of(reference).id).what_happened == before
    assert verifying.verify().broken == []


@pytest.mark.parametrize("accepted", [True, False])
def test_the_answer_is_told_to_the_person_and_ends_the_task(team, session, clock, reference, accepted):
    ask(reference)
    told = templates(session).count("case_news")
    row_id = the_correction(session).id
    act(reference, corrections.answer, row_id, "We looked it up.", accepted=accepted, actor=team.officer)
    row = the_correction(session)
    assert (row.is_accepted, row.answer_words, row.answered_by_id) == (accepted, "We looked it up.", team.officer.id)
    assert session.get_one(Task, row.task_id).finished_by_id == team.officer.id
    assert templates(session).count("case_news") == told + 1
    assert verifying.verify().broken == []
    with pytest.raises(Refused) as error:
        act(reference, corrections.answer, row_id, "Again.", accepted=True, actor=team.officer)
    assert error.value.refusal.code == "no_correction_waits"


def test_an_answer_has_words(team, session, reference):
    ask(reference)
    with pytest.raises(Refused) as error:
        act(reference, corrections.answer, the_correction(session).id, "  ", accepted=True, actor=team.officer)
    assert error.value.refusal.code == "reason_needed"


def test_a_task_that_somebody_finished_already_stays_as_it_is(team, session, reference):
    ask(reference)
    with unit_of_work():
        tasks.finish(the_correction(session).task_id, actor=team.coordinator)
    act(reference, corrections.answer, the_correction(session).id, "Yes.", accepted=True, actor=team.officer)
    assert session.scalars(select(Task.finished_by_id)).one() == team.coordinator.id


def test_only_the_person_asks_and_only_those_who_work_it_answer(team, session, reference):
    with pytest.raises(NotAllowed):
        act(reference, corrections.ask, "x", None, actor=team.officer)
    ask(reference)
    for actor in (team.auditor, team.panel, team.liaison):
        with pytest.raises((NotAllowed, NoResultFound)):
            act(reference, corrections.answer, the_correction(session).id, "x", accepted=True, actor=actor)
    assert the_correction(session).answered_at is None


def test_a_correction_of_another_case_is_not_answered_here(team, session, reference):
    ask(reference)
    other = states.an_assessed_case(team)
    with pytest.raises(Refused):
        act(other, corrections.answer, the_correction(session).id, "x", accepted=True, actor=team.officer)


def test_more_than_ten_at_once_wait_for_our_answer(team, session, reference):
    for _ in range(corrections.MOST_WAITING):
        ask(reference)
    with pytest.raises(Refused) as error:
        ask(reference)
    assert error.value.refusal.code == "corrections_wait"


def test_where_nobody_works_it_stands_on_the_record_all_the_same(session, clock, sent_tasks, team, reference):
    with unit_of_work():
        session.execute(StaffMembership.__table__.delete())
        case_of(reference).assignee_id = None
    ask(reference)
    assert the_correction(session).task_id is None
    assert verifying.verify().broken == []


def test_one_without_a_task_is_answered_too(session, team, reference):
    ask(reference)
    with unit_of_work():
        the_correction(session).task_id = None
    act(reference, corrections.answer, the_correction(session).id, "Yes.", accepted=True, actor=team.officer)
    assert the_correction(session).is_accepted
