"""Tasks: who gives them to whom, who ends them, who is told, and when (part "Work")."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from engage.domain.guards import Refused
from engage.domain.policy import NotAllowed, Role
from engage.extensions import db
from engage.models import CaseSubject, OutboxMessage, SiteHours, StaffUser, Task
from engage.scope import first_to_tell
from engage.services import tasks, triage
from engage.services.tasks import Todo
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import forget_notices
from tests.promised import breaks_of, kinds_of
from tests.states import act, case_of

DAY = timedelta(days=1)


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


@pytest.fixture
def reference(team):
    return states.an_assessed_case(team)


def a_task(reference, actor, owner, **values) -> Task:
    act(reference, tasks.add, Todo("Ask the driver for his log", owner.id, **values), actor=actor)
    return the_task()


def the_task() -> Task:
    return db.session.scalars(select(Task).execution_options(populate_existing=True)).one()


def here(team, actor, owner, words="Order new masks", **values) -> Task:
    with unit_of_work():
        tasks.add_at_site(team.site_id, Todo(words, owner.id, **values), actor=actor)
    return the_task()


def do(use_case, task, *args, actor):
    with unit_of_work():
        use_case(task.id, *args, actor=actor)
    return the_task()


def told() -> set[tuple[str, uuid.UUID | None]]:
    return {(row.template, row.user_id) for row in db.session.scalars(select(OutboxMessage))}


def refused(use_case, *args, **values) -> str:
    with pytest.raises(Refused) as error, unit_of_work():
        use_case(*args, **values)
    return error.value.refusal.code


def test_whoever_gets_a_task_is_told_that_there_is_one_and_no_more(team, reference):
    forget_notices()
    task = a_task(reference, team.coordinator, team.officer)
    assert told() == {("task_for_you", team.officer.id)}
    row = db.session.scalars(select(OutboxMessage)).one()
    assert "driver" not in str(row.context)
    assert kinds_of(reference)[-1] == "TaskAdded"
    assert breaks_of(reference) == []
    assert (task.words, task.finished_at) == ("Ask the driver for his log", None)


def test_nobody_is_told_of_a_task_they_gave_to_themselves(team, reference):
    forget_notices()
    a_task(reference, team.officer, team.officer)
    here_too = states.a_case(team.site_id)
    forget_notices()
    assert here_too
    with unit_of_work():
        tasks.add_at_site(team.site_id, Todo("Tidy the box", team.officer.id), actor=team.officer)
    assert told() == set()


def test_without_a_date_a_task_is_due_in_three_days_and_in_three_working_days_where_the_site_has_hours(
    team, reference, clock
):
    assert a_task(reference, team.officer, team.officer).due_at == clock.now + 3 * DAY
    with unit_of_work():
        weekdays = {str(day): [["08:00", "16:00"]] for day in range(5)}
        db.session.add(
            SiteHours(site_id=team.site_id, version=1, country="", region="", slots=weekdays, changed_at=clock.now)
        )
    clock.move_to(clock.now + 2 * DAY)  # a Wednesday: three days of work later it is Monday
    with unit_of_work():
        row = tasks.add_at_site(team.site_id, Todo("Order masks", team.officer.id), actor=team.officer)
        assert row.due_at.weekday() in (0, 1)
        assert row.due_at - clock.now > 4 * DAY


@pytest.mark.parametrize(
    ("words", "days", "code"),
    [("  ", 1, "task_words_needed"), ("Call", -1, "date_is_past"), ("Call", 500, "date_too_far")],
)
def test_a_task_that_says_nothing_or_has_no_date_that_can_be_meant_is_refused(
    team, reference, clock, words, days, code
):
    todo = Todo(words, team.officer.id, clock.now + days * DAY)
    assert refused(tasks.add, case_of(reference), todo, actor=team.officer) == code
    assert refused(tasks.add_at_site, team.site_id, todo, actor=team.officer) == code


def test_an_owner_who_could_not_see_the_case_is_refused(team, reference):
    stranger = states.staff((Role.OFFICER, states.a_site("KOL")))
    for owner in (stranger.id, team.focal.id, uuid.uuid4()):
        assert refused(tasks.add, case_of(reference), Todo("Call", owner), actor=team.officer) == "owner_cannot_see"
    for owner in (stranger.id, team.panel.id, uuid.uuid4()):
        assert refused(tasks.add_at_site, team.site_id, Todo("Call", owner), actor=team.officer) == "owner_not_here"


def test_nobody_gets_a_task_in_a_case_that_is_about_them(team, reference):
    with unit_of_work():
        db.session.add(CaseSubject(case_id=case_of(reference).id, user_id=team.approver.id))
    assert refused(tasks.add, case_of(reference), Todo("Call", team.approver.id), actor=team.officer) == "about_them"


def test_who_has_no_part_in_the_case_gives_no_task(team, reference):
    for actor in (team.auditor, team.admin):
        with pytest.raises(NotAllowed), unit_of_work():
            tasks.add(case_of(reference), Todo("Call", team.officer.id), actor=actor)
        with pytest.raises(NotAllowed), unit_of_work():
            tasks.add_at_site(team.site_id, Todo("Call", team.officer.id), actor=actor)


def test_the_owner_the_giver_and_those_who_assign_end_a_task_and_nobody_else(team, reference):
    task = a_task(reference, team.custodian, team.officer)
    with pytest.raises(NotAllowed):
        do(tasks.finish, task, actor=states.staff((Role.CUSTODIAN, team.site_id)))
    done = do(tasks.finish, task, actor=team.approver)
    assert done.finished_by_id == team.approver.id
    assert kinds_of(reference)[-1] == "TaskFinished"
    assert refused(tasks.finish, task.id, actor=team.officer) == "task_is_done"


def test_a_colleague_takes_a_task_over_and_nobody_is_told(team, reference):
    task = a_task(reference, team.coordinator, team.officer)
    forget_notices()
    assert do(tasks.take_over, task, actor=team.custodian).owner_id == team.custodian.id
    assert kinds_of(reference)[-1] == "TaskPassedOn"
    do(tasks.take_over, task, actor=team.custodian)
    assert kinds_of(reference).count("TaskPassedOn") == 1
    assert told() == set()


def test_who_only_reads_takes_nothing_over(team, reference):
    task = a_task(reference, team.coordinator, team.officer)
    with pytest.raises(NotAllowed):
        do(tasks.take_over, task, actor=team.auditor)
    alone = states.staff((Role.OFFICER, states.a_site("KOL")))
    with pytest.raises(NoResultFound):
        do(tasks.take_over, task, actor=alone)
    with pytest.raises(NoResultFound), unit_of_work():
        tasks.take_over(uuid.uuid4(), actor=alone)


def test_a_task_is_passed_on_to_somebody_who_is_told_and_can_see_the_case(team, reference):
    task = a_task(reference, team.coordinator, team.officer)
    forget_notices()
    assert do(tasks.pass_on, task, team.approver.id, actor=team.officer).owner_id == team.approver.id
    assert told() == {("task_for_you", team.approver.id)}
    do(tasks.pass_on, task, team.approver.id, actor=team.coordinator)
    assert kinds_of(reference).count("TaskPassedOn") == 1
    assert refused(tasks.pass_on, task.id, team.focal.id, actor=team.coordinator) == "owner_cannot_see"
    with pytest.raises(NotAllowed):
        do(tasks.pass_on, task, team.officer.id, actor=team.custodian)


def test_a_task_of_a_site_goes_the_same_ways_without_a_case(team):
    task = here(team, team.coordinator, team.officer)
    assert told() == {("own_task", team.officer.id)}
    forget_notices()
    assert do(tasks.take_over, task, actor=team.liaison).owner_id == team.liaison.id
    assert told() == set()
    assert do(tasks.pass_on, task, team.officer.id, actor=team.liaison).owner_id == team.officer.id
    assert told() == {("own_task", team.officer.id)}
    assert refused(tasks.pass_on, task.id, team.panel.id, actor=team.officer) == "owner_not_here"
    with pytest.raises(NoResultFound):
        do(tasks.finish, task, actor=team.auditor)
    with pytest.raises(NotAllowed):
        do(tasks.finish, task, actor=team.liaison)
    assert do(tasks.finish, task, actor=team.officer).finished_at is not None


def test_whoever_lost_their_role_still_has_their_task_and_takes_no_other(team):
    task = here(team, team.coordinator, team.officer)
    gone = states.staff((Role.OFFICER, states.a_site("KOL")))
    with unit_of_work():
        db.session.get_one(Task, task.id).owner_id = gone.id
    with pytest.raises(NotAllowed):
        do(tasks.take_over, task, actor=gone)
    assert do(tasks.finish, task, actor=gone).finished_at is not None


def test_a_task_that_falls_due_is_spoken_of_once_whoever_sweeps_how_often(team, reference, clock):
    a_task(reference, team.coordinator, team.officer, due_at=clock.now + 5 * DAY)
    forget_notices()
    assert tasks.remind_due() == 0
    clock.move_to(clock.now + 5 * DAY - timedelta(hours=10))
    assert tasks.remind_due() == 1
    assert told() == {("task_due", team.officer.id)}
    assert kinds_of(reference)[-1] == "TaskDue"
    clock.move_to(clock.now + 9 * DAY)
    assert tasks.remind_due() == 0
    assert kinds_of(reference).count("TaskDue") == 1


def test_a_task_of_a_site_is_spoken_of_once_too_and_to_those_who_look_after_it_where_its_owner_is_gone(team, clock):
    task = here(team, team.coordinator, team.officer, due_at=clock.now + 5 * DAY)
    forget_notices()
    assert tasks.remind_due(clock.now + 5 * DAY) == 1
    assert told() == {("own_task_due", team.officer.id)}
    forget_notices()
    with unit_of_work():
        db.session.get_one(Task, task.id).reminded_at = None
        db.session.get_one(StaffUser, team.officer.id).is_active = False
    assert tasks.remind_due(clock.now + 6 * DAY) == 1
    assert told() == {("own_task_due", user.id) for user in (team.coordinator, team.second_coordinator)}


def test_what_is_due_at_once_and_what_is_done_needs_no_reminder(team, reference, clock):
    task = a_task(reference, team.coordinator, team.officer, due_at=clock.now + timedelta(hours=3))
    assert tasks.remind_due(clock.now + DAY) == 0
    later = states.an_assessed_case(team)
    act(later, tasks.add, Todo("Call", team.officer.id, clock.now + 5 * DAY), actor=team.officer)
    with unit_of_work():
        for row in db.session.scalars(select(Task).where(Task.id != task.id)):
            tasks.finish(row.id, actor=team.officer)
    assert tasks.remind_due(clock.now + 9 * DAY) == 0


@pytest.mark.parametrize("done", ["finished_at", "reminded_at"])
def test_a_task_that_somebody_ended_while_the_sweep_was_at_another_is_left_alone(team, clock, monkeypatch, done):
    first = here(team, team.coordinator, team.officer, due_at=clock.now + 4 * DAY)
    with unit_of_work():
        call = Todo("Call the school", team.officer.id, clock.now + 5 * DAY)
        second_id = tasks.add_at_site(team.site_id, call, actor=team.coordinator).id
    real = tasks.work_rules.tell_of_task

    def tell(row: Task, event: str) -> None:
        setattr(db.session.get_one(Task, second_id), done, clock.now)
        real(row, event)

    monkeypatch.setattr(tasks.work_rules, "tell_of_task", tell)
    forget_notices()
    assert tasks.remind_due(clock.now + 5 * DAY) == 1
    assert db.session.get_one(Task, first.id).reminded_at is not None
    assert len(told()) == 1


def test_a_reminder_for_somebody_who_may_not_know_of_the_case_any_more_goes_to_those_who_are_told_first(
    team, reference, clock
):
    a_task(reference, team.coordinator, team.officer, due_at=clock.now + 5 * DAY)
    with unit_of_work():
        db.session.get_one(StaffUser, team.officer.id).is_active = False
    forget_notices()
    assert tasks.remind_due(clock.now + 5 * DAY) == 1
    assert told() == {("task_due", user) for user in first_to_tell(case_of(reference))}
    assert ("task_due", team.officer.id) not in told()


def test_of_a_restricted_case_focal_points_alone_hear_one_neutral_sentence(team, reference, clock):
    a_task(reference, team.coordinator, team.officer, due_at=clock.now + 5 * DAY)
    act(reference, triage.restrict, "violence", actor=team.coordinator)
    forget_notices()
    tasks.remind_due(clock.now + 5 * DAY)
    assert told() == {("item_for_you", user) for user in first_to_tell(case_of(reference))}
    assert ("item_for_you", team.focal.id) in told()


def test_one_bad_task_stops_no_other(team, reference, clock, monkeypatch):
    a_task(reference, team.coordinator, team.officer, due_at=clock.now + 5 * DAY)
    real = tasks.cases.lock_if_free
    monkeypatch.setattr(tasks.cases, "lock_if_free", lambda case_id: 1 / 0)
    assert tasks.remind_due(clock.now + 5 * DAY) == 0
    monkeypatch.setattr(tasks.cases, "lock_if_free", lambda case_id: None)  # somebody else has it in hand
    assert tasks.remind_due(clock.now + 5 * DAY) == 0
    monkeypatch.setattr(tasks.cases, "lock_if_free", real)
    assert tasks.remind_due(clock.now + 5 * DAY) == 1
