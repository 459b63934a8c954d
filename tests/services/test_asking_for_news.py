"""Who waits hears from us, also when nothing happens: a quiet case asks for word to its person (R37)."""

import logging
from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.events import CodeChanged, ContactChanged
from engage.domain.policy import SYSTEM, Role
from engage.domain.severity import Level
from engage.extensions import db
from engage.models import Task
from engage.services import answers, asking_for_news, conflicts, conversation, tasks, triage
from engage.services.timeline import record
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import forget_notices
from tests.paused import told
from tests.promised import kinds_of, with_case
from tests.statements import statements
from tests.states import act, case_of, person_of

DAY = timedelta(days=1)


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


@pytest.fixture
def reference(team):
    return states.an_assessed_case(team)


def asked() -> list[Task]:
    return list(db.session.scalars(select(Task).order_by(Task.added_at).execution_options(populate_existing=True)))


def still_open() -> list[Task]:
    return [row for row in asked() if row.finished_at is None]


def test_r37_a_case_frozen_for_14_days_asks_whoever_works_it_to_tell_the_person(clock, team, reference):
    clock.advance(14 * DAY - timedelta(seconds=1))
    assert asking_for_news.ask_due() == 0
    clock.advance(timedelta(seconds=1))
    forget_notices()
    assert [asking_for_news.ask_due(), asking_for_news.ask_due()] == [1, 0]
    [row] = asked()
    assert (row.code, row.owner_id, row.added_by_id) == ("tell_news", team.officer.id, None)
    assert told() == {("task_for_you", team.officer.id)}
    assert kinds_of(reference)[-1] == "TaskAdded"
    act(reference, conversation.reply, "We still wait for the laboratory.", actor=team.officer)
    assert still_open() == []
    assert kinds_of(reference)[-2:] == ["MessageWritten", "TaskFinished"]
    assert case_of(reference).news_due_at == clock.now + 14 * DAY


@pytest.mark.parametrize(("level", "days"), [(Level.MODERATE, 14), (Level.HIGH, 7), (Level.EXTREME, 7)])
def test_r37_severe_cases_are_not_silent_for_more_than_a_week(clock, team, level, days):
    reference = states.an_assessed_case(team, level)
    assert case_of(reference).news_due_at == clock.now + days * DAY


def test_before_assessment_the_coordinators_are_asked_by_the_row_that_counts_then(clock, team):
    reference = states.a_case(team.site_id)
    assert case_of(reference).news_due_at == clock.now + 14 * DAY
    clock.advance(14 * DAY)
    assert asking_for_news.ask_due() == 1
    assert asked()[0].owner_id in {team.coordinator.id, team.second_coordinator.id}


def test_a_coordinator_who_is_there_is_asked_before_one_who_is_away(clock, team):
    states.a_case(team.site_id)
    clock.advance(14 * DAY)
    here = states.staff(Role.COORDINATOR, site_id=team.site_id)
    assert asking_for_news.ask_due() == 1
    assert asked()[0].owner_id == here.id


def test_nobody_is_asked_who_is_a_subject_of_the_case(clock, team, reference):
    act(reference, conflicts.name_person, team.officer.id, actor=team.coordinator)
    clock.advance(14 * DAY)
    asking_for_news.ask_due()
    assert asked()[0].owner_id in {team.coordinator.id, team.second_coordinator.id}


def test_a_restricted_case_asks_its_focal_point_and_says_nothing_else_to_anybody(clock, team, reference):
    act(reference, triage.restrict, "asked", actor=team.coordinator)
    clock.advance(14 * DAY)
    forget_notices()
    assert asking_for_news.ask_due() == 1
    assert asked()[0].owner_id in {team.focal.id, team.second_focal.id}
    clock.advance(14 * DAY)
    assert asking_for_news.ask_due() == 1
    assert told() == {("item_for_you", team.focal.id), ("item_for_you", team.second_focal.id)}


def test_where_nobody_could_be_asked_it_is_said_aloud_and_tried_again(clock, session, sent_tasks, caplog):
    site_id = states.a_site("ALO")
    reference = states.a_case(site_id)
    clock.advance(14 * DAY)
    caplog.set_level(logging.ERROR)
    assert asking_for_news.ask_due() == 0
    assert "check-config" in caplog.text
    late = states.staff(Role.COORDINATOR, site_id=site_id)
    assert asking_for_news.ask_due() == 0
    clock.advance(timedelta(hours=1))
    assert asking_for_news.ask_due() == 1
    assert asked()[0].owner_id == late.id
    assert case_of(reference).news_task_id == asked()[0].id


def test_what_nobody_does_for_as_long_again_goes_one_step_up_each_time(clock, team, reference):
    clock.advance(14 * DAY)
    asking_for_news.ask_due()
    clock.advance(14 * DAY - timedelta(hours=1))
    above = states.staff(Role.COORDINATOR, site_id=team.site_id)  # the others have not signed in for days
    forget_notices()
    assert asking_for_news.ask_due() == 0
    clock.advance(timedelta(hours=1))
    assert [asking_for_news.ask_due(), asking_for_news.ask_due()] == [1, 0]
    assert ("news_missing", above.id) in told()
    assert kinds_of(reference).count("NewsMissed") == 1
    assert len(asked()) == 1
    clock.advance(14 * DAY)
    assert asking_for_news.ask_due() == 1
    assert kinds_of(reference).count("NewsMissed") == 2


def test_ticking_the_task_off_without_a_word_to_the_person_only_opens_the_next(clock, team, reference):
    clock.advance(14 * DAY)
    asking_for_news.ask_due()
    with unit_of_work():
        tasks.finish(asked()[0].id, actor=team.officer)
    clock.advance(14 * DAY)
    assert asking_for_news.ask_due() == 1
    assert [row.finished_at is None for row in asked()] == [False, True]
    act(reference, conversation.reply, "Still at work.", actor=team.officer)
    assert still_open() == []


def test_a_task_ticked_off_and_then_done_in_truth_is_not_noted_twice(clock, team, reference):
    clock.advance(14 * DAY)
    asking_for_news.ask_due()
    with unit_of_work():
        tasks.finish(asked()[0].id, actor=team.officer)
    act(reference, conversation.reply, "Still at work.", actor=team.officer)
    assert kinds_of(reference).count("TaskFinished") == 1


def test_while_the_case_lies_with_the_person_nobody_owes_them_news(clock, team):
    reference = states.a_proposed_case(team, "Water the road.")
    assert case_of(reference).news_due_at is None
    clock.advance(30 * DAY)
    assert asking_for_news.ask_due() == 0
    act(reference, answers.accept, actor=person_of(reference))
    assert case_of(reference).news_due_at == clock.now + 14 * DAY


def test_a_closed_case_owes_no_news_and_takes_its_open_task_with_it(clock, team, reference):
    clock.advance(14 * DAY)
    asking_for_news.ask_due()
    act(reference, answers.withdraw, actor=person_of(reference))
    assert case_of(reference).news_due_at is None
    assert still_open() == []


def test_what_says_nothing_of_the_case_is_no_news(clock, team, reference):
    due = case_of(reference).news_due_at
    clock.advance(DAY)
    for happened in (CodeChanged("person"), ContactChanged("relay")):
        with_case(reference, lambda case, happened=happened: record(case, happened, actor=SYSTEM))
    act(reference, conversation.note, "Ask again on Friday.", actor=team.officer)
    act(reference, conversation.write_as_person, "Any news?", actor=person_of(reference))
    act(reference, conversation.log_attempt, "phone", reached=False, actor=team.officer)
    assert case_of(reference).news_due_at == due


def test_a_word_by_mouth_is_news_too(clock, team, reference):
    clock.advance(DAY)
    act(reference, conversation.log_attempt, "phone", reached=True, actor=team.officer)
    assert case_of(reference).news_due_at == clock.now + 14 * DAY


def test_what_is_quiet_is_found_by_its_index_and_costs_what_is_due(clock, team, reference):
    for _ in range(3):
        states.an_assessed_case(team)
    with statements() as seen:
        asking_for_news.ask_due()
    assert len([one for one in seen if "news_due_at" in one]) == 1
    wanted = (
        "SELECT id FROM \"case\" WHERE news_due_at IS NOT NULL AND news_due_at <= '2030-01-01' ORDER BY news_due_at"
    )
    if db.engine.dialect.name == "sqlite":
        plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {wanted}").all()
        assert "ix_case_news_due" in str(plan)


def test_a_case_that_fails_stops_no_other_and_one_in_hand_waits(clock, team, reference, monkeypatch, caplog):
    other = states.an_assessed_case(team)
    clock.advance(14 * DAY)
    broken, real = case_of(reference).id, asking_for_news.cases.lock_if_free
    monkeypatch.setattr(asking_for_news.cases, "lock_if_free", lambda case_id: None)
    assert asking_for_news.ask_due() == 0

    def lock(case_id):
        if case_id == broken:
            raise RuntimeError("the row cannot be read")
        return real(case_id)

    monkeypatch.setattr(asking_for_news.cases, "lock_if_free", lock)
    caplog.set_level(logging.CRITICAL)
    assert asking_for_news.ask_due() == 1
    assert case_of(other).news_task_id is not None


def test_what_another_sweep_has_done_meanwhile_is_not_done_again(clock, team, reference, monkeypatch):
    clock.advance(14 * DAY)
    real = asking_for_news.cases.lock_if_free

    def lock(case_id):
        case = real(case_id)
        case.news_due_at = clock.now + DAY
        return case

    monkeypatch.setattr(asking_for_news.cases, "lock_if_free", lock)
    assert asking_for_news.ask_due() == 0
    with_case(reference, lambda case: setattr(case, "news_due_at", None))
    monkeypatch.setattr(asking_for_news.cases, "lock_if_free", lambda case_id: case_of(reference))
    assert asking_for_news._ask(case_of(reference), clock.now) is False
