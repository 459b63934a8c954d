"""A reminder or a rung that reaches nobody is told one step up, whatever came in between."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.case import CaseClass
from engage.domain.deadlines import Promise
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import Absence, CaseSubject, OutboxMessage
from engage.notify.claims import Claimed
from engage.services import conflicts, escalation, moving_up, outcomes, triage
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import forget_notices
from tests.promised import kinds_of, signs_in, the_open
from tests.states import act, case_of

P = Promise


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


@pytest.fixture
def reference(team):
    return states.an_assessed_case(team)


def notices(template):
    return [row for row in db.session.scalars(select(OutboxMessage)) if row.template == template]


def told(template):
    return {row.user_id for row in notices(template)}


def claimed(row):
    who = (row.id, row.case_id, row.template, row.locale, row.recipient, row.user_id)
    return Claimed(*who, row.context, row.created_at, 1, row.not_before)


def climbed(clock, reference, *present, **late):
    clock.move_to(the_open(reference, P.CONSULT).due_at + timedelta(**late))
    signs_in(clock, *present)
    forget_notices()
    escalation.climb()


def test_a_stand_in_who_may_not_know_of_the_case_stands_in_for_nobody(clock, team, reference):
    """Domain 2.5: an absent assignee goes one step up at once. A confidential case is not that of the stand-in."""
    other = states.staff(Role.OFFICER, site_id=team.site_id)
    with unit_of_work():
        case_of(reference).class_ = CaseClass.CONFIDENTIAL
        values = {"user_id": team.officer.id, "replacement_id": other.id, "set_at": clock.now, "set_by_id": other.id}
        db.session.add(Absence(**values, starts_at=clock.now, ends_at=clock.now + timedelta(days=30)))
    climbed(clock, reference, team.officer, other, team.coordinator, hours=-2)
    assert told("due_soon") == {team.officer.id, team.coordinator.id, team.second_coordinator.id}


def test_a_rung_that_somebody_may_know_of_no_longer_when_it_leaves_goes_one_step_up(clock, team, reference):
    """Product 4: never to nobody, also where a conflict is named between the sweep and the mail."""
    climbed(clock, reference, team.officer, team.coordinator, team.second_coordinator, team.approver, days=2)
    assert told("case_late") == {team.coordinator.id, team.second_coordinator.id}
    act(reference, conflicts.name_person, team.coordinator.id, actor=team.approver)
    [lost] = [row for row in notices("case_late") if row.user_id == team.coordinator.id]
    outcomes.left(claimed(lost), "withheld")
    assert team.approver.id in told("case_late")
    assert kinds_of(reference).count("RungReached") == 2


def test_a_reminder_that_spoke_for_several_cases_moves_up_for_each_when_it_dies(clock, team, reference):
    """Product 4: reminders under an hour apart go out as one; a dead one must not swallow the others."""
    other = states.an_assessed_case(team)
    climbed(clock, reference, team.officer, team.coordinator, team.approver, hours=-2)
    [lost] = [row for row in notices("due_soon") if row.user_id == team.officer.id and row.road is None]
    assert lost.context["more"] == "1"
    outcomes.bury(claimed(lost), "refused 550", road="email")
    assert [kinds_of(one).count("ReminderDue") for one in (reference, other)] == [2, 2]
    outcomes.bury(claimed(lost), "refused 550", road="email")
    assert [kinds_of(one).count("ReminderDue") for one in (reference, other)] == [2, 2]


def dies(template, user_id):
    """Let the notice to somebody die, as one does that the mail server refuses for good."""
    [lost] = [row for row in notices(template) if row.user_id == user_id and row.dead_at is None]
    outcomes.bury(claimed(lost), "refused 550", road="email")
    db.session.expire_all()


def test_a_new_case_whose_coordinators_cannot_be_reached_is_told_to_whoever_comes_next(team):
    """Domain 2.5: a dead notice moves up at once, also where no clock would ever notice."""
    everywhere = states.staff((Role.COORDINATOR, None))
    reference = states.a_case(team.site_id)
    dies("new_case", team.coordinator.id)
    assert told("new_case") == {team.coordinator.id, team.second_coordinator.id}
    dies("new_case", team.second_coordinator.id)
    assert told("new_case") == {team.coordinator.id, team.second_coordinator.id, team.approver.id}
    dies("new_case", team.approver.id)
    assert everywhere.id in told("new_case")
    assert kinds_of(reference).count("ToldInstead") == 2


def test_where_nobody_is_left_to_tell_of_a_new_case_it_is_logged(team, caplog):
    reference = states.a_case(team.site_id)
    for user in (team.coordinator, team.second_coordinator, team.approver):
        dies("new_case", user.id)
    assert "nobody is left to tell" in caplog.text
    assert kinds_of(reference).count("ToldInstead") == 1


def test_an_urgent_fact_that_did_not_reach_one_of_them_is_told_to_the_next_once(team):
    reference = states.an_acknowledged_case(team)
    act(
        reference,
        triage.assess,
        states.assessment(states.Level.EXTREME, facts=frozenset({"fatality"})),
        actor=team.coordinator,
    )
    before = notices("urgent_fact")
    outcomes.bury(claimed(before[0]), "refused 550", road="email")
    db.session.expire_all()
    assert len(notices("urgent_fact")) > len(before)
    count = kinds_of(reference).count("ToldInstead")
    with unit_of_work():
        moving_up.after_dead_notice(case_of(reference), db.session.get_one(OutboxMessage, before[0].id))
    assert kinds_of(reference).count("ToldInstead") == count == 1


def test_a_restricted_case_that_reached_no_focal_point_of_the_site_is_told_to_those_of_all_sites(team):
    everywhere = states.staff((Role.FOCAL, None))
    reference = states.a_case(team.site_id)
    act(reference, triage.restrict, "person_asked", actor=team.coordinator)
    assert told("item_for_you") == {team.focal.id, team.second_focal.id}
    for user in (team.focal, team.second_focal):
        dies("item_for_you", user.id)
    assert told("item_for_you") == {team.focal.id, team.second_focal.id, everywhere.id}
    assert reference not in repr([row.context for row in notices("item_for_you")])


def test_a_notice_that_its_reader_may_not_have_any_more_moves_up_too(team):
    reference = states.a_case(team.site_id)
    with unit_of_work():
        for user in (team.coordinator, team.second_coordinator):
            db.session.add(CaseSubject(case_id=case_of(reference).id, user_id=user.id))
    for row in notices("new_case"):
        outcomes.left(claimed(row), "withheld")
    db.session.expire_all()
    assert team.approver.id in told("new_case")
