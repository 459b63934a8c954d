"""A reminder or a rung that reaches nobody is told one step up, whatever came in between."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.case import CaseClass
from engage.domain.deadlines import Promise
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import Absence, OutboxMessage, StaffUser
from engage.notify.claims import Claimed
from engage.services import conflicts, delivery, escalation
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import forget_notices
from tests.promised import kinds_of, the_open
from tests.states import act, case_of

P = Promise


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


@pytest.fixture
def reference(team):
    return states.an_assessed_case(team)


def signs_in(clock, *actors):
    with unit_of_work():
        for actor in actors:
            db.session.get_one(StaffUser, actor.id).last_sign_in_at = clock.now


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
    delivery._left(claimed(lost), "withheld")
    assert team.approver.id in told("case_late")
    assert kinds_of(reference).count("RungReached") == 2


def test_a_reminder_that_spoke_for_several_cases_moves_up_for_each_when_it_dies(clock, team, reference):
    """Product 4: reminders under an hour apart go out as one; a dead one must not swallow the others."""
    other = states.an_assessed_case(team)
    climbed(clock, reference, team.officer, team.coordinator, team.approver, hours=-2)
    [lost] = [row for row in notices("due_soon") if row.user_id == team.officer.id]
    assert lost.context["more"] == "1"
    delivery._bury(claimed(lost), "refused 550")
    assert [kinds_of(one).count("ReminderDue") for one in (reference, other)] == [2, 2]
    delivery._bury(claimed(lost), "refused 550")
    assert [kinds_of(one).count("ReminderDue") for one in (reference, other)] == [2, 2]
