"""What a leaver could hand to nobody, and the word they were to bring: it finds somebody as soon as there is one."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from engage.domain.case import Road
from engage.domain.policy import Membership, Role
from engage.extensions import db
from engage.models import CorrectiveAction, Errand, OutboxMessage, Remedy, StaffMembership, Task
from engage.services import accounts, corrective, delivery, errand_rungs, errands, leaving, left_behind, tasks
from engage.services.corrective import Change
from engage.services.handed import counted
from engage.services.tasks import Todo
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import a_case_with, a_notice, forget_notices
from tests.promised import kinds_of
from tests.states import act, case_of


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


@pytest.fixture
def chief(team):
    return states.staff((Role.ADMIN, None))


@pytest.fixture
def word(team):
    """The reference of a case whose person one of us has to tell something, and the errand."""
    reference = a_case_with(Road.DIRECT, site_id=team.site_id, phone="+381641234567")
    forget_notices()
    a_notice(reference)
    delivery.drain()
    with unit_of_work():
        case_of(reference).assignee_id = team.officer.id
    return reference, db.session.scalars(select(Errand)).one().id


def told() -> set[tuple[str, object]]:
    db.session.rollback()
    ours = select(OutboxMessage).where(OutboxMessage.user_id.is_not(None))
    return {(row.template, row.user_id) for row in db.session.scalars(ours)}


def given(word, carrier, team):
    with unit_of_work():
        errands.give(word[1], carrier.id, actor=team.coordinator)


def leaves(user, chief):
    with unit_of_work():
        return accounts.deactivate(user.id, actor=chief)


def nobody_else(team):
    with unit_of_work():
        others = (team.coordinator, team.second_coordinator, team.approver)
        db.session.execute(delete(StaffMembership).where(StaffMembership.user_id.in_([one.id for one in others])))


def of(column):
    db.session.rollback()
    return db.session.scalars(select(column)).one()


def test_a_word_that_a_leaver_was_to_bring_is_somebody_elses(team, chief, word):
    given(word, team.second_coordinator, team)
    before = told()
    handed = leaves(team.second_coordinator, chief)
    assert counted(handed) == {"errands_handed_on": 1}
    assert of(Errand.carrier_id) == team.officer.id
    assert told() - before == {("errand_for_you", team.officer.id)}
    assert kinds_of(word[0])[-1] == "ErrandGiven"
    assert errand_rungs.climb(of(Errand.due_at) + timedelta(minutes=1)) == 1
    assert {reader for template, reader in told() if template == "errand_due"} == {team.officer.id}


def test_a_word_is_handed_on_when_the_role_is_lost_and_stays_where_another_is_enough(team, chief, word):
    given(word, team.second_coordinator, team)
    with unit_of_work():
        kept = accounts.set_roles(team.second_coordinator.id, [Membership(Role.APPROVER, team.site_id)], actor=chief)
    assert (counted(kept), of(Errand.carrier_id)) == ({}, team.second_coordinator.id)
    with unit_of_work():
        lost = accounts.set_roles(team.second_coordinator.id, [], actor=chief)
    assert (counted(lost), of(Errand.carrier_id)) == ({"errands_handed_on": 1}, team.officer.id)


def test_a_word_that_was_brought_stays_whose_it_was(team, chief, word):
    given(word, team.second_coordinator, team)
    act(
        word[0],
        lambda case, *, actor: errands.finish(word[1], errands.ErrandResult.REACHED, actor=actor),
        actor=team.second_coordinator,
    )
    assert counted(leaves(team.second_coordinator, chief)) == {}
    assert of(Errand.carrier_id) == team.second_coordinator.id


def test_a_word_that_nobody_could_bring_waits_for_who_can(team, chief, word, caplog):
    given(word, team.officer, team)
    nobody_else(team)
    leaves(team.officer, chief)
    assert of(Errand.carrier_id) == team.officer.id
    assert "could be given errand" in caplog.text
    new = states.staff(Role.COORDINATOR, site_id=team.site_id)
    assert left_behind.hand_over_again() == 1
    assert of(Errand.carrier_id) == new.id


def test_what_a_leaver_had_finds_its_way_when_somebody_is_there_again(team, chief, clock):
    reference = states.a_proposed_case(team, "Water the road.")
    with unit_of_work():
        db.session.scalars(select(Remedy)).one().owner_id = team.officer.id
        tasks.add_at_site(team.site_id, Todo("Call the school.", team.officer.id), actor=team.coordinator)
    change = Change("Wet the road.", team.officer.id, clock.now + timedelta(days=9))
    act(reference, corrective.decide, change, actor=team.coordinator)
    nobody_else(team)
    leaves(team.officer, chief)
    owners = (Task.owner_id, Remedy.owner_id, CorrectiveAction.owner_id)
    assert {of(one) for one in owners} == {team.officer.id}
    assert left_behind.hand_over_again() == 0
    new = states.staff(Role.COORDINATOR, site_id=team.site_id)
    assert (left_behind.hand_over_again(), left_behind.hand_over_again()) == (3, 0)
    assert {of(one) for one in owners} == {new.id}
    assert ("own_task", new.id) in told()


def test_one_leaver_whose_things_cannot_be_handed_on_stops_no_other(team, chief, monkeypatch, caplog):
    for who in (team.officer, team.liaison):
        with unit_of_work():
            tasks.add_at_site(team.site_id, Todo("Call the school.", who.id), actor=team.coordinator)
    nobody_else(team)
    for who in (team.officer, team.liaison):
        leaves(who, chief)
    states.staff(Role.COORDINATOR, site_id=team.site_id)
    real = leaving.hand_over

    def fails(user):
        if user.id == team.liaison.id:
            raise RuntimeError("its hand-over raises")
        return real(user)

    monkeypatch.setattr(leaving, "hand_over", fails)
    assert left_behind.hand_over_again() == 1
    assert str(team.liaison.id) in caplog.text
