"""Somebody leaves or gets a password from somebody else: nobody is left waiting, and nobody is kept in the dark."""

import contextlib
import threading

import pytest
from sqlalchemy import delete, select

from engage.domain.case import CaseClass
from engage.domain.policy import Membership, Role
from engage.extensions import db
from engage.models import AuditEvent, Case, CaseEvent, OutboxMessage, StaffMembership, StaffUser
from engage.queries import administration
from engage.services import accounts, answers, leaving, people, triage
from engage.services.accounts import Details
from engage.services.leaving import LastFocalPoint
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import forget_notices
from tests.states import act, case_of, person_of
from tests.threads import at_once


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


@pytest.fixture
def chief(team):
    return states.staff((Role.ADMIN, None))


def told() -> set[tuple[str, object]]:
    return {(row.template, row.user_id) for row in db.session.scalars(select(OutboxMessage))}


def only_focal(team, *elsewhere):
    """The team's first focal point, who now is the only one, and of other places besides."""
    with unit_of_work():
        db.session.execute(delete(StaffMembership).where(StaffMembership.user_id == team.second_focal.id))
        db.session.add_all(StaffMembership(user_id=team.focal.id, role=Role.FOCAL, site_id=at) for at in elsewhere)
    return team.focal.id


def test_the_last_focal_point_of_a_site_cannot_be_deactivated(team, chief):
    focal = only_focal(team)
    with pytest.raises(LastFocalPoint) as stopped, unit_of_work():
        accounts.deactivate(focal, actor=chief)
    assert stopped.value.sites == ["Site BOR"]
    assert db.session.get_one(StaffUser, focal, populate_existing=True).is_active


def test_the_last_focal_point_of_a_site_keeps_the_role(team, chief):
    focal = only_focal(team)
    with pytest.raises(LastFocalPoint), unit_of_work():
        accounts.set_roles(focal, [Membership(Role.OFFICER, team.site_id)], actor=chief)


def test_the_last_focal_point_of_all_sites_is_needed_where_no_site_has_its_own(team, chief):
    other = states.a_site("KOL")
    focal = states.staff((Role.FOCAL, None))
    with pytest.raises(LastFocalPoint) as stopped, unit_of_work():
        accounts.deactivate(focal.id, actor=chief)
    assert stopped.value.sites == ["Site KOL"]
    with unit_of_work():
        accounts.set_roles(focal.id, [Membership(Role.FOCAL, other)], actor=chief)


def test_a_focal_point_may_go_while_another_stays(team, chief):
    with unit_of_work():
        accounts.deactivate(team.second_focal.id, actor=chief)
    assert not db.session.get_one(StaffUser, team.second_focal.id).is_active
    with unit_of_work():  # one who cannot sign in is missed by nobody
        accounts.set_roles(team.second_focal.id, [], actor=chief)


def test_a_focal_point_of_all_sites_may_go_back_to_one(team, chief):
    focal = only_focal(team, None)
    with unit_of_work():
        accounts.set_roles(focal, [Membership(Role.FOCAL, team.site_id)], actor=chief)


def test_cases_of_somebody_who_left_wait_to_be_assigned_and_coordinators_are_told(team, chief):
    open_one, closed = states.an_assessed_case(team), states.an_assessed_case(team)
    act(closed, answers.withdraw, actor=person_of(closed))  # nothing is owed in it any more
    for reference in (open_one, closed):
        with unit_of_work():
            case_of(reference).assignee_id = team.officer.id
    assert administration.open_cases_of(team.officer.id) == 1
    forget_notices()
    with unit_of_work():
        accounts.deactivate(team.officer.id, actor=chief)
    assert case_of(open_one).assignee_id is None
    assert case_of(closed).assignee_id == team.officer.id
    kinds = select(CaseEvent.kind).where(CaseEvent.case_id == case_of(open_one).id).order_by(CaseEvent.number)
    assert db.session.scalars(kinds).all()[-1] == "AssigneeLeft"
    assert told() == {("unassigned", team.coordinator.id), ("unassigned", team.second_coordinator.id)}
    assert administration.open_cases_of(team.officer.id) == 0


def test_a_restricted_case_of_a_focal_point_who_left_goes_back_and_is_in_no_count_of_an_administrator(team, chief):
    reference = states.a_case(team.site_id, category="GBV")
    act(reference, triage.assign, team.focal.id, actor=team.second_focal)
    assert db.session.scalars(select(Case.class_)).one() is CaseClass.RESTRICTED
    assert administration.open_cases_of(team.focal.id) == 0
    forget_notices()
    with unit_of_work():
        accounts.deactivate(team.focal.id, actor=chief)
    assert case_of(reference).assignee_id is None
    assert told() == {("item_for_you", team.second_focal.id)}


def test_whoever_gets_a_new_password_from_an_administrator_is_told(team, chief):
    with unit_of_work():
        accounts.reset_password(team.officer.id, actor=chief)
    assert told() == {("password_given", team.officer.id)}


def test_the_other_focal_points_hear_that_one_of_them_got_a_new_password(session, team, chief):
    states.staff(Role.FOCAL, site_id=states.a_site("KOL"))
    everywhere = states.staff((Role.FOCAL, None))
    with unit_of_work():
        accounts.reset_password(team.focal.id, actor=chief)
    assert told() == {
        ("password_given", team.focal.id),
        ("focal_changed", team.second_focal.id),
        ("focal_changed", everywhere.id),
    }
    assert [row.kind for row in session.scalars(select(AuditEvent))] == ["password_reset"]


def test_a_focal_point_of_all_sites_is_one_of_every_place(team, chief):
    everywhere = states.staff((Role.FOCAL, None))
    with unit_of_work():
        accounts.reset_password(everywhere.id, actor=chief)
    others = {user_id for template, user_id in told() if template == "focal_changed"}
    assert others == {team.focal.id, team.second_focal.id}


def test_the_other_focal_points_hear_that_the_address_of_one_of_them_is_another(session, team, chief):
    user = session.get_one(StaffUser, team.focal.id)
    with unit_of_work():
        accounts.describe(user.id, Details(user.email, "New name"), actor=chief)
    assert told() == set()
    with unit_of_work():
        accounts.describe(user.id, Details("other@staff.engage.test", "New name"), actor=chief)
    owner = {("own_address", user.id), ("own_address_left", user.id)}
    assert told() == {("focal_changed", team.second_focal.id)} | owner


def test_the_other_focal_points_hear_that_somebody_became_one_of_them(session, team, chief):
    before = told()
    with unit_of_work():
        held = [Membership(role, team.site_id) for role in (Role.OFFICER, Role.FOCAL)]
        accounts.set_roles(team.officer.id, held, actor=chief)
    assert told() - before == {("focal_changed", team.focal.id), ("focal_changed", team.second_focal.id)}


def test_the_other_focal_points_hear_that_one_of_them_is_let_in_again(session, team, chief):
    with unit_of_work():
        accounts.deactivate(team.focal.id, actor=chief)
    forget_notices()
    with unit_of_work():
        accounts.reactivate(team.focal.id, actor=chief)
    assert told() == {("focal_changed", team.second_focal.id)}


def test_of_two_administrators_who_let_the_last_two_focal_points_go_at_once_one_is_refused(app, team, chief):
    if db.engine.dialect.name == "sqlite":
        pytest.skip("on SQLite there is one writer at a time")
    users, gate = [team.focal.id, team.second_focal.id], threading.Barrier(2)
    db.session.rollback()

    def let_go() -> str:
        try:
            with unit_of_work():
                user = people.managed(users.pop(), chief)
                leaving.require_focal_points(user, ())
                with contextlib.suppress(threading.BrokenBarrierError):
                    gate.wait(2)  # both have looked, unless one waits for the other
                accounts.let_go(user, actor=chief)
        except LastFocalPoint:
            return "refused"
        return "gone"

    assert sorted(at_once(app, 2, let_go)) == ["gone", "refused"]


def test_nobody_is_told_who_cannot_sign_in(team, chief):
    with unit_of_work():
        accounts.deactivate(team.officer.id, actor=chief)
        accounts.reset_password(team.officer.id, actor=chief)
    assert told() == set()
