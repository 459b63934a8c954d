"""Somebody loses a role, moves or leaves on a day: what they may hold no longer is somebody else's, and only that."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from engage.domain.deadlines import Promise
from engage.domain.guards import Refused
from engage.domain.policy import Membership, NotAllowed, Role
from engage.extensions import db
from engage.models import (
    Absence,
    Appeal,
    AuditEvent,
    OutboxMessage,
    PanelSeat,
    Remedy,
    StaffMembership,
    StaffUser,
    Task,
)
from engage.services import absences, accounts, answers, moving, tasks
from engage.services.absences import Away
from engage.services.handed import Thing, counted, receivers
from engage.services.people import memberships_of
from engage.services.tasks import Todo
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import forget_notices
from tests.promised import kinds_of, owed
from tests.states import act, case_of, person_of


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


@pytest.fixture
def chief(team):
    return states.staff((Role.ADMIN, None))


def told() -> set[tuple[str, object]]:
    return {(row.template, row.user_id) for row in db.session.scalars(select(OutboxMessage))}


def sets_roles(user, chief, *roles):
    forget_notices()
    with unit_of_work():
        return accounts.set_roles(user.id, list(roles), actor=chief)


def newest_entry() -> tuple[str, dict]:
    db.session.rollback()
    row = db.session.scalars(select(AuditEvent).order_by(AuditEvent.number.desc())).first()
    return row.kind, json.loads(row.payload)


def role_at(role, site_id):
    return Membership(role, site_id)


def test_a_case_goes_back_when_its_officer_loses_the_role_and_stays_when_another_role_is_enough(team, chief):
    kept = states.an_assessed_case(team)
    sets_roles(team.officer, chief, role_at(Role.COORDINATOR, team.site_id), role_at(Role.OFFICER, team.site_id))
    lost = states.an_assessed_case(team)
    sets_roles(team.officer, chief, role_at(Role.COORDINATOR, team.site_id))
    assert case_of(kept).assignee_id == team.officer.id
    handed = sets_roles(team.officer, chief, role_at(Role.LIAISON, team.site_id))
    assert {case_of(kept).assignee_id, case_of(lost).assignee_id} == {None}
    assert counted(handed) == {"cases_returned": 2}
    assert ("unassigned", team.coordinator.id) in told()
    assert newest_entry()[1]["after"]["cases_returned"] == 2


def test_a_restricted_case_is_handed_back_and_no_administrator_learns_of_it(team, chief):
    reference = states.a_case(team.site_id, harms_child=True)
    with unit_of_work():
        case_of(reference).assignee_id = team.focal.id
    handed = sets_roles(team.focal, chief, role_at(Role.OFFICER, team.site_id))
    assert case_of(reference).assignee_id is None
    assert len(handed) == 1
    assert counted(handed) == {}
    assert receivers(handed) == {}
    assert set(newest_entry()[1]["after"]) == {"roles"}


def a_proposal_with_a_remedy_of(team, owner) -> str:
    reference = states.a_proposed_case(team, "Water the road.")
    with unit_of_work():
        db.session.scalars(select(Remedy)).one().owner_id = owner.id
    return reference


def test_a_remedy_goes_on_with_whoever_works_the_case(team, chief):
    reference = a_proposal_with_a_remedy_of(team, team.second_coordinator)
    handed = sets_roles(team.second_coordinator, chief)
    remedy = db.session.scalars(select(Remedy)).one()
    assert remedy.owner_id == team.officer.id
    assert counted(handed) == {"remedies_handed_on": 1}
    assert ("remedy_for_you", team.officer.id) not in told()  # nobody has accepted it yet
    act(reference, answers.accept, actor=person_of(reference))
    assert ("remedy_for_you", team.officer.id) in told()


def test_a_remedy_that_is_being_carried_out_is_told_to_its_new_owner(team, chief):
    reference = a_proposal_with_a_remedy_of(team, team.liaison)
    act(reference, answers.accept, actor=person_of(reference))
    sets_roles(team.liaison, chief)
    assert ("remedy_for_you", team.officer.id) in told()
    assert kinds_of(reference)[-1] == "RemedyPassedOn"


def test_a_remedy_stays_with_who_may_still_know_of_it_or_when_nobody_else_could(team, chief, caplog):
    a_proposal_with_a_remedy_of(team, team.liaison)
    sets_roles(team.liaison, chief, role_at(Role.COORDINATOR, team.site_id))
    assert db.session.scalars(select(Remedy.owner_id)).one() == team.liaison.id
    with unit_of_work():
        db.session.execute(
            delete(StaffMembership).where(
                StaffMembership.role.in_([Role.COORDINATOR, Role.APPROVER, Role.OFFICER]),
                StaffMembership.user_id != team.liaison.id,
            )
        )
    sets_roles(team.liaison, chief)
    assert db.session.scalars(select(Remedy.owner_id)).one() == team.liaison.id
    assert "could be given remedy" in caplog.text


def test_a_seat_on_a_panel_is_vacated_and_those_who_seat_are_told(team, chief):
    reference = states.an_appealed_case(team)
    second = states.staff(Role.PANEL, site_id=team.site_id)
    states.seat(reference, team.panel, second, by=team.coordinator)
    handed = sets_roles(second, chief)
    assert counted(handed) == {"seats_vacated": 1}
    assert [seat.user_id for seat in db.session.scalars(select(PanelSeat))] == [team.panel.id]
    assert ("panel_to_seat", team.coordinator.id) in told()
    assert kinds_of(reference)[-1] == "SeatVacated"


def test_when_nobody_is_left_on_a_panel_our_time_to_name_one_begins_anew(team, chief):
    reference = states.an_appealed_case(team)
    states.seat(reference, team.panel, by=team.coordinator)
    assert Promise.FORM_PANEL not in owed(reference)
    sets_roles(team.panel, chief)
    assert Promise.FORM_PANEL in owed(reference)


def test_a_seat_of_a_panel_that_decided_stays_on_the_record(team, chief):
    reference = states.an_appealed_case(team)
    states.seat(reference, team.panel, by=team.coordinator)
    with unit_of_work():
        appeal = db.session.scalars(select(Appeal)).one()
        appeal.decided_at = appeal.lodged_at
    assert counted(sets_roles(team.panel, chief)) == {}
    assert len(db.session.scalars(select(PanelSeat)).all()) == 1


def test_who_keeps_the_role_keeps_the_seat(team, chief):
    reference = states.an_appealed_case(team)
    states.seat(reference, team.panel, by=team.coordinator)
    with unit_of_work():
        db.session.add(StaffMembership(user_id=team.panel.id, role=Role.AUDITOR, site_id=team.site_id))
    assert counted(sets_roles(team.panel, chief, role_at(Role.PANEL, team.site_id))) == {}


def away(user, replacement, clock, days=9, begins=0):
    starts_at = clock.now + timedelta(days=begins)
    with unit_of_work():
        period = Away(starts_at, starts_at + timedelta(days=days), replacement.id)
        return absences.begin(user.id, period, actor=user).id


def test_somebody_else_who_fits_stands_in_then_and_is_told(team, chief, clock):
    away(team.coordinator, team.second_coordinator, clock)
    third = states.staff(Role.COORDINATOR, site_id=team.site_id, name="a third one")
    handed = sets_roles(team.second_coordinator, chief)
    assert db.session.scalars(select(Absence.replacement_id)).one() == third.id
    assert ("stand_in", third.id) in told()
    assert receivers(handed)[Thing.STAND_IN] == (1, frozenset({third.id}))
    db.session.rollback()
    kinds = set(db.session.scalars(select(AuditEvent.kind)))
    assert "stand_in_changed" in kinds


@pytest.mark.parametrize("begins", [0, 5])
def test_where_nobody_fits_the_one_who_is_away_is_told(team, chief, clock, begins):
    away(team.focal, team.second_focal, clock, begins=begins)
    clock.advance(timedelta(hours=1))
    sets_roles(team.second_focal, chief)
    assert ("nobody_stands_in", team.focal.id) in told()
    left = db.session.scalars(select(Absence.ends_at)).all()
    assert left == ([clock.now] if begins == 0 else [])


def test_who_fits_still_goes_on_standing_in(team, chief, clock):
    away(team.coordinator, team.second_coordinator, clock)
    sets_roles(team.second_coordinator, chief, role_at(Role.COORDINATOR, None))
    assert db.session.scalars(select(Absence.replacement_id)).one() == team.second_coordinator.id


def test_a_task_of_a_site_stays_with_who_works_there_still(team, chief):
    with unit_of_work():
        tasks.add_at_site(team.site_id, Todo("Order masks", team.officer.id), actor=team.officer)
    sets_roles(team.officer, chief, role_at(Role.LIAISON, team.site_id))
    assert db.session.scalars(select(Task.owner_id)).one() == team.officer.id
    sets_roles(team.officer, chief, role_at(Role.AUDITOR, team.site_id))
    assert db.session.scalars(select(Task.owner_id)).one() != team.officer.id


def test_moving_takes_the_roles_along_and_leaves_the_work_behind(team, chief):
    there = states.a_site("KOL")
    states.an_assessed_case(team)
    with unit_of_work():
        db.session.add(StaffMembership(user_id=team.officer.id, role=Role.AUDITOR, site_id=None))
    with unit_of_work():
        handed = moving.move(team.officer.id, there, here=team.site_id, actor=chief)
    assert counted(handed) == {"cases_returned": 1}
    user = db.session.get_one(StaffUser, team.officer.id, populate_existing=True)
    assert memberships_of(user) == {Membership(Role.OFFICER, there), Membership(Role.AUDITOR, None)}
    assert newest_entry()[0] == "roles_changed"


def test_nobody_is_moved_from_where_they_are_not_or_to_where_the_administrator_is_none(team, chief):
    there = states.a_site("KOL")
    for here, to in ((there, team.site_id), (team.site_id, team.site_id)):
        with pytest.raises(Refused), unit_of_work():
            moving.move(team.officer.id, to, here=here, actor=chief)
    with pytest.raises(NotAllowed), unit_of_work():
        moving.move(team.officer.id, there, here=team.site_id, actor=team.admin)


def test_an_account_ends_when_its_last_day_is_over_and_hands_on_what_it_held(team, chief, clock):
    reference = states.an_assessed_case(team)
    with unit_of_work():
        moving.set_end(team.officer.id, clock.now + timedelta(days=3), actor=chief)
    assert newest_entry()[0] == "end_changed"
    clock.advance(timedelta(days=3) - timedelta(seconds=1))
    assert moving.end_due() == 0
    clock.advance(timedelta(seconds=1))
    assert (moving.end_due(), moving.end_due()) == (1, 0)
    assert not db.session.get_one(StaffUser, team.officer.id, populate_existing=True).is_active
    assert case_of(reference).assignee_id is None
    kind, values = newest_entry()
    assert (kind, values["after"]) == ("user_deactivated", {"is_active": False, "cases_returned": 1})


def test_an_end_is_taken_back_and_one_that_is_past_is_refused(team, chief, clock):
    for _ in range(2):
        with unit_of_work():
            moving.set_end(team.officer.id, clock.now + timedelta(days=3), actor=chief)
    with pytest.raises(Refused), unit_of_work():
        moving.set_end(team.officer.id, clock.now, actor=chief)
    with unit_of_work():
        moving.set_end(team.officer.id, None, actor=chief)
    clock.advance(timedelta(days=4))
    assert moving.end_due() == 0
    assert len(db.session.scalars(select(AuditEvent)).all()) == 2


def test_an_end_that_was_moved_while_the_clock_looked_counts(team, chief, clock):
    with unit_of_work():
        assert not moving._end(team.officer.id)


def test_somebody_who_is_let_in_again_stays(team, chief, clock):
    with unit_of_work():
        moving.set_end(team.officer.id, clock.now + timedelta(days=1), actor=chief)
    clock.advance(timedelta(days=1))
    moving.end_due()
    with pytest.raises(Refused), unit_of_work():
        moving.set_end(team.officer.id, clock.now + timedelta(days=1), actor=chief)
    with unit_of_work():
        accounts.reactivate(team.officer.id, actor=chief)
    assert moving.end_due() == 0


def test_the_last_focal_point_does_not_end_and_administrators_are_told_once(team, chief, clock, caplog):
    with unit_of_work():
        db.session.execute(delete(StaffMembership).where(StaffMembership.user_id == team.second_focal.id))
        moving.set_end(team.focal.id, clock.now + timedelta(days=1), actor=chief)
    clock.advance(timedelta(days=1))
    assert (moving.end_due(), moving.end_due()) == (0, 0)
    assert told() == {("cannot_end", chief.id), ("cannot_end", team.admin.id)}
    assert "name another" in caplog.text


def test_an_administrator_whose_own_account_cannot_end_is_not_asked_to_mend_it(team, chief, clock):
    with unit_of_work():
        db.session.execute(delete(StaffMembership).where(StaffMembership.user_id == team.second_focal.id))
        db.session.add(StaffMembership(user_id=team.focal.id, role=Role.ADMIN, site_id=team.site_id))
        moving.set_end(team.focal.id, clock.now + timedelta(days=1), actor=chief)
    clock.advance(timedelta(days=1))
    moving.end_due()
    assert ("cannot_end", team.focal.id) not in told()
