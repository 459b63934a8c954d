"""R07: a role whose training ran out opens nothing, is told before, and never leaves a site with nobody."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from engage.domain import policy
from engage.domain.guards import Refused
from engage.domain.policy import NotAllowed, Permission, Role
from engage.domain.training import counts_until
from engage.extensions import db
from engage.models import AuditEvent, Case, OutboxMessage, Site, StaffMembership, StaffUser, TrainingRecord
from engage.queries import staffing
from engage.scope import people_with, visible_to
from engage.services import accounts, sites, training
from engage.services.training import Taken
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import forget_notices
from tests.states import case_of

TODAY = date(2026, 3, 2)


@pytest.fixture
def team(clock, session, sent_tasks):
    with unit_of_work():
        sites.ensure_group_intake()
    return states.Team()


@pytest.fixture
def chief(team):
    return states.staff((Role.ADMIN, None))


def told() -> set[tuple[str, object]]:
    db.session.rollback()
    return {(row.template, row.user_id) for row in db.session.scalars(select(OutboxMessage))}


def kinds() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(AuditEvent.kind).order_by(AuditEvent.number)))


def took(user, chief, *courses, on=TODAY):
    for course in courses or [one.code for one in training.courses()]:
        with unit_of_work():
            training.record(user.id, Taken(course, on, "list of 2 March"), actor=chief)


def demand(chief, since=TODAY, code="BOR"):
    with unit_of_work():
        training.demand(code, since, actor=chief)


def actor_of(user):
    return db.session.get_one(StaffUser, user.id, populate_existing=True).actor


def rests(user) -> bool:
    db.session.rollback()
    mine = select(StaffMembership.suspended_at).where(StaffMembership.user_id == user.id)
    return db.session.scalars(mine).one() is not None


def everybody_but(team, chief, *left_out):
    names = ("coordinator", "officer", "approver", "panel", "rights_lead", "custodian", "focal", "liaison")
    for user in (*(getattr(team, name) for name in names), team.second_coordinator, team.second_focal):
        if user not in left_out:
            took(user, chief)


def test_where_nobody_demands_it_nothing_rests(team, chief):
    assert training.review() == 0
    assert not rests(team.officer)


def test_a_role_without_its_training_counts_nowhere_and_opens_again_with_it(team, chief):
    reference = states.an_assessed_case(team)
    everybody_but(team, chief, team.officer)
    demand(chief)
    assert rests(team.officer)
    case = case_of(reference)
    actor = actor_of(team.officer)
    assert actor.memberships == frozenset()
    assert not policy.may(actor, Permission.VIEW, case.facts)
    assert db.session.scalars(select(Case.id).where(visible_to(actor))).all() == []
    assert team.officer.id not in people_with(Role.OFFICER, case)
    assert "officer" not in staffing.held().roles[team.site_id]
    assert case.assignee_id is None  # nobody waits for somebody who cannot answer
    took(team.officer, chief, "procedure")
    assert not rests(team.officer)
    assert actor_of(team.officer).has(Role.OFFICER, team.site_id)
    assert kinds()[-2:] == ["training_recorded", "role_opened"]
    assert {"training_demanded", "role_rests"} <= set(kinds())


def test_the_roles_of_a_person_are_read_the_same_way_by_page_scope_and_policy(team, chief):
    """The resting role is left out by every query that asks who holds one."""
    everybody_but(team, chief, team.coordinator)
    reference = states.a_case(team.site_id)
    demand(chief)
    assert rests(team.coordinator)
    with_role = people_with(Role.COORDINATOR, case_of(reference))
    people = db.session.scalars(select(StaffUser)).all()
    by_policy = [user.id for user in people if user.actor.has(Role.COORDINATOR, team.site_id)]
    assert list(with_role) == sorted(by_policy)


def test_whoever_is_next_is_told_a_month_before_and_on_the_day_once(team, chief, clock):
    everybody_but(team, chief, team.officer)
    took(team.officer, chief, "procedure", on=TODAY - timedelta(days=700))
    demand(chief)
    forget_notices()
    ends = date(2026, 4, 2)  # two years after 1 April 2024
    assert counts_until(training.taken_by(team.officer.id)["procedure"], 24) == ends - timedelta(days=1)
    clock.advance(timedelta(days=1) - timedelta(hours=1))  # 3 March at the site: thirty days before
    assert (training.review(), training.review()) == (0, 0)
    assert told() == {("training_ends", one.id) for one in (team.officer, team.admin, chief)}
    clock.advance(timedelta(days=30))
    assert (training.review(), training.review()) == (1, 0)
    assert {("role_rests", one.id) for one in (team.officer, team.admin, chief)} <= told()
    assert len(db.session.scalars(select(OutboxMessage)).all()) == 6


def test_a_day_that_is_ahead_is_told_and_nothing_rests_before(team, chief, clock):
    demand(chief, since=TODAY + timedelta(days=20))
    assert not rests(team.officer)
    assert ("training_ends", team.officer.id) in told()
    clock.advance(timedelta(days=20))
    training.review()
    assert rests(team.officer)


def test_the_last_who_is_told_of_new_concerns_goes_on_and_that_is_said(team, chief, caplog):
    """Product 6: never to nobody."""
    demand(chief)
    assert staffing.held().hears_of_new(team.site_id)
    assert sum(rests(one) for one in (team.focal, team.second_focal)) == 1
    last = team.second_focal if rests(team.focal) else team.focal
    assert ("cannot_rest", last.id) in told()
    assert ("cannot_rest", chief.id) in told()
    assert "name somebody, or train them" in caplog.text
    hidden = states.a_case(team.site_id, harms_child=True)
    assert list(people_with(Role.FOCAL, case_of(hidden))) == [last.id]


def test_where_nobody_was_before_nothing_is_lost(team, chief):
    there = states.a_site("KOL")
    lone = states.staff(Role.LIAISON, site_id=there)
    demand(chief, code="KOL")
    assert rests(lone)


def test_roles_of_all_sites_follow_the_group_intake(team, chief):
    everywhere = states.staff((Role.OFFICER, None))
    code = db.session.scalars(select(Site.code).where(Site.is_group_intake)).one()
    demand(chief)
    assert not rests(everywhere)
    demand(chief, code=code)
    assert rests(everywhere)
    with pytest.raises(NotAllowed):
        demand(team.admin, since=None, code=code)


def test_without_a_group_intake_roles_of_all_sites_need_nothing(clock, session, sent_tasks):
    team, chief = states.Team(), states.staff((Role.ADMIN, None))
    everywhere = states.staff((Role.OFFICER, None))
    demand(chief)
    assert not rests(everywhere)
    assert rests(team.officer)


def test_taking_the_demand_back_opens_every_role(team, chief):
    everybody_but(team, chief, team.officer)
    demand(chief)
    assert rests(team.officer)
    demand(chief, since=None)
    demand(chief, since=None)
    assert not rests(team.officer)
    assert kinds().count("training_demanded") == 2


def test_a_new_role_rests_until_its_training_is_written_down(team, chief):
    """R07: granting a role takes recorded training."""
    everybody_but(team, chief)
    demand(chief)
    new = states.staff(Role.AUDITOR, site_id=team.site_id)
    with unit_of_work():
        accounts.set_roles(new.id, [policy.Membership(Role.OFFICER, team.site_id)], actor=chief)
    assert rests(new)


def test_nobody_writes_down_their_own_or_of_somebody_elsewhere(team, chief):
    elsewhere = states.staff(Role.OFFICER, site_id=states.a_site("KOL"))
    for user, actor in ((chief, chief), (elsewhere, team.admin), (team.officer, team.coordinator)):
        with pytest.raises(NotAllowed):
            took(user, actor, "procedure")
    took(team.officer, team.admin, "procedure")
    assert len(db.session.scalars(select(TrainingRecord)).all()) == 1


def test_what_does_not_hold_is_refused(team, chief):
    with pytest.raises(Refused):
        took(team.officer, chief, "cooking")
    assert kinds() == []


def test_somebody_deactivated_is_left_as_they_are(team, chief):
    with unit_of_work():
        accounts.deactivate(team.officer.id, actor=chief)
    demand(chief)
    with unit_of_work():
        assert training.review_one(db.session.get_one(StaffUser, team.officer.id)) == 0
    assert not rests(team.officer)


def test_somebody_let_in_again_has_the_roles_that_their_training_lets_them_have(team, chief):
    everybody_but(team, chief, team.officer)
    with unit_of_work():
        accounts.deactivate(team.officer.id, actor=chief)
    demand(chief)
    with unit_of_work():
        accounts.reactivate(team.officer.id, actor=chief)
    assert rests(team.officer)


def test_the_last_administrator_goes_on(team, chief, monkeypatch):
    """The shipped courses ask nothing of administrators; those of another house may."""
    course = training.Course("servers", "Servers", 12, frozenset({Role.ADMIN}))
    monkeypatch.setattr(training, "courses", lambda: (course,))
    code = db.session.scalars(select(Site.code).where(Site.is_group_intake)).one()
    demand(chief, code=code)
    assert not rests(chief)
    assert ("cannot_rest", chief.id) in told()
