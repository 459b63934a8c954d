"""Somebody leaves: what they had to do is somebody else's then, who is told; never nobody's."""

import pytest
from sqlalchemy import select, update

from engage import clock as our_time
from engage.domain.calendars import ONE_DAY
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import AuditEvent, CaseSubject, CorrectiveAction, OutboxMessage, StaffUser, SystemicIssue, Task
from engage.services import accounts, corrective, leaving, systemic, tasks, triage
from engage.services.corrective import Change
from engage.services.tasks import Todo
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import forget_notices
from tests.promised import kinds_of
from tests.states import act, case_of


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


@pytest.fixture
def chief(team):
    return states.staff((Role.ADMIN, None))


@pytest.fixture
def reference(team):
    return states.an_assessed_case(team)


def in_days(count):
    return our_time.utcnow() + count * ONE_DAY


def told() -> set[tuple[str, object]]:
    return {(row.template, row.user_id) for row in db.session.scalars(select(OutboxMessage))}


def leaves(user, chief):
    forget_notices()
    with unit_of_work():
        accounts.deactivate(user.id, actor=chief)


def owner_of(kind):
    return db.session.scalars(select(kind.owner_id)).one()


def first_of(*actors):
    return min(actor.id for actor in actors)


def test_a_task_of_somebody_who_left_is_of_whoever_works_the_case_and_they_are_told(team, chief, reference):
    act(reference, triage.assign, team.officer.id, actor=team.coordinator)
    act(reference, tasks.add, Todo("Ask the driver", team.second_coordinator.id), actor=team.coordinator)
    leaves(team.second_coordinator, chief)
    assert owner_of(Task) == team.officer.id
    assert ("task_for_you", team.officer.id) in told()
    assert kinds_of(reference)[-1] == "TaskPassedOn"


def test_a_task_of_a_case_that_nobody_works_is_a_coordinators(team, chief, reference):
    with unit_of_work():
        case_of(reference).assignee_id = team.officer.id
    act(reference, tasks.add, Todo("Ask the driver", team.officer.id), actor=team.coordinator)
    leaves(team.officer, chief)
    assert owner_of(Task) == first_of(team.coordinator, team.second_coordinator)
    assert kinds_of(reference)[-2:] == ["AssigneeLeft", "TaskPassedOn"]
    entry = db.session.scalars(select(AuditEvent.payload).order_by(AuditEvent.number)).all()[-1]
    assert '"tasks_handed_on":1' in entry.replace(" ", "")


def test_a_task_is_not_given_to_somebody_the_case_is_about(team, chief, reference):
    act(reference, tasks.add, Todo("Ask the driver", team.officer.id), actor=team.coordinator)
    named = min([team.coordinator, team.second_coordinator], key=lambda actor: actor.id)
    with unit_of_work():
        db.session.add(CaseSubject(case_id=case_of(reference).id, user_id=named.id))
        case_of(reference).assignee_id = None
    leaves(team.officer, chief)
    assert owner_of(Task) == max(team.coordinator.id, team.second_coordinator.id)


def test_a_task_of_a_site_goes_to_its_coordinators_and_is_spoken_of_again(team, chief):
    with unit_of_work():
        tasks.add_at_site(team.site_id, Todo("Order masks", team.officer.id, in_days(9)), actor=team.officer)
        db.session.scalars(select(Task)).one().reminded_at = our_time.utcnow()
    leaves(team.officer, chief)
    heir = first_of(team.coordinator, team.second_coordinator)
    assert owner_of(Task) == heir
    assert told() == {("own_task", heir)}
    assert db.session.scalars(select(Task.reminded_at)).one() is None


def test_what_somebody_who_left_was_to_change_after_a_case_is_seen_to_by_somebody_else(team, chief, reference):
    with unit_of_work():
        case_of(reference).assignee_id = None
    change = Change("Wet the road.", team.officer.id, in_days(9))
    act(reference, corrective.decide, change, actor=team.coordinator)
    leaves(team.officer, chief)
    heir = first_of(team.coordinator, team.second_coordinator)
    assert owner_of(CorrectiveAction) == heir
    assert told() == {("task_for_you", heir)}
    assert kinds_of(reference)[-1] == "CorrectiveActionPassedOn"


def test_what_they_were_to_change_of_what_keeps_happening_is_a_coordinators(team, chief):
    for _ in range(3):
        states.an_assessed_case(team, category="AIR", community="Upper village")
    systemic.watch()
    issue_id = db.session.scalars(select(SystemicIssue.id)).one()
    with unit_of_work():
        systemic.add_action(issue_id, "Pave it.", team.liaison.id, in_days(9), actor=team.coordinator)
    leaves(team.liaison, chief)
    assert owner_of(CorrectiveAction) == first_of(team.coordinator, team.second_coordinator)


def test_what_is_done_stays_whose_it_was(team, chief, reference):
    act(reference, tasks.add, Todo("Ask the driver", team.second_coordinator.id), actor=team.coordinator)
    with unit_of_work():
        tasks.finish(db.session.scalars(select(Task.id)).one(), actor=team.second_coordinator)
    leaves(team.second_coordinator, chief)
    assert owner_of(Task) == team.second_coordinator.id


def test_where_nobody_could_have_it_that_is_logged_and_the_task_stays(session, team, chief, caplog):
    lone = states.staff(Role.OFFICER, site_id=states.a_site("KOL"))
    with unit_of_work():
        site_id = next(iter(lone.memberships)).site_id
        tasks.add_at_site(site_id, Todo("Order masks", lone.id), actor=lone)
    leaves(lone, chief)
    assert owner_of(Task) == lone.id
    assert "name a coordinator" in caplog.text
    heir = states.staff(Role.COORDINATOR, site_id=site_id)
    with unit_of_work():
        assert len(leaving.hand_on(db.session.get_one(StaffUser, lone.id))) == 1
    assert owner_of(Task) == heir.id


def test_what_was_done_at_the_same_moment_is_handed_to_nobody(team, chief, monkeypatch):
    with unit_of_work():
        tasks.add_at_site(team.site_id, Todo("Order masks", team.officer.id), actor=team.officer)
        db.session.get_one(StaffUser, team.officer.id).is_active = False
    real = leaving._held_by

    def done_meanwhile(user_id, kind):
        found = real(user_id, kind)
        db.session.execute(update(Task).values(finished_at=our_time.utcnow()))
        return found

    monkeypatch.setattr(leaving, "_held_by", done_meanwhile)
    with unit_of_work():
        assert leaving.hand_on(db.session.get_one(StaffUser, team.officer.id)) == []
    assert owner_of(Task) == team.officer.id
