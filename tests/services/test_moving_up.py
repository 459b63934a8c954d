"""Who seems to be away, or cannot be reached, does not stop the ladder: it goes one step up at once (domain 2.5)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.deadlines import Promise
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import Absence, OutboxMessage, StaffUser
from engage.notify.claims import Claimed
from engage.services import escalation, moving_up, outcomes, triage
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import forget_notices
from tests.promised import events_of, kinds_of, reached, signs_in, the_open
from tests.states import act

P = Promise


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


@pytest.fixture
def reference(team):
    return states.an_assessed_case(team)


def told(template):
    return {row.user_id for row in db.session.scalars(select(OutboxMessage)) if row.template == template}


def climbed(clock, reference, *present, promise=P.CONSULT, **late):
    clock.move_to(the_open(reference, promise).due_at + timedelta(**late))
    signs_in(clock, *present)
    forget_notices()
    escalation.climb()


def test_a_reminder_to_somebody_who_is_away_is_told_one_step_up_too(clock, team, reference):
    climbed(clock, reference, team.coordinator, hours=-2)
    assert told("due_soon") == {team.officer.id, team.coordinator.id, team.second_coordinator.id}


def test_who_signed_in_lately_is_reminded_alone(clock, team, reference):
    climbed(clock, reference, team.officer, team.coordinator, hours=-2)
    assert told("due_soon") == {team.officer.id}


def test_who_has_somebody_standing_in_is_not_away(clock, team, reference):
    other = states.staff(Role.OFFICER, site_id=team.site_id)
    with unit_of_work():
        values = {"user_id": team.officer.id, "replacement_id": other.id, "set_at": clock.now, "set_by_id": other.id}
        db.session.add(Absence(**values, starts_at=clock.now, ends_at=clock.now + timedelta(days=30)))
    climbed(clock, reference, other, team.coordinator, hours=-2)
    assert team.coordinator.id not in told("due_soon")


def test_a_rung_whose_people_are_away_goes_to_the_next_one_at_once(clock, team, reference):
    climbed(clock, reference, team.approver, days=2)
    assert told("case_late") == {team.coordinator.id, team.second_coordinator.id, team.approver.id}
    assert ("late_2_days_up", False) in reached(reference, P.CONSULT)
    escalation.climb()
    assert kinds_of(reference).count("RungReached") == 2


def test_where_everybody_is_away_those_on_the_rung_are_told(clock, team, reference):
    climbed(clock, reference, days=2)
    assert told("case_late") == {team.coordinator.id, team.second_coordinator.id}


def test_in_the_restricted_lane_nobody_else_is_told(clock, team, reference):
    act(reference, triage.restrict, "asked", actor=team.coordinator)
    climbed(clock, reference, team.approver, days=2)
    assert {row.user_id for row in db.session.scalars(select(OutboxMessage)) if row.user_id} <= {
        team.focal.id,
        team.second_focal.id,
    }


def dies(template, user_id):
    """A notice to somebody turns out to be undeliverable."""
    lost = next(
        row
        for row in db.session.scalars(select(OutboxMessage))
        if (row.template, row.user_id) == (template, user_id) and row.dead_at is None
    )
    who = (lost.id, lost.case_id, lost.template, lost.locale, lost.recipient, lost.user_id)
    claimed = Claimed(*who, lost.context, lost.created_at, 1, lost.not_before)
    outcomes.bury(claimed, "refused 550", road="email")


def test_a_rung_that_could_not_be_delivered_moves_up_at_once_and_once(clock, team, reference):
    everybody = (team.officer, team.coordinator, team.second_coordinator, team.approver)
    climbed(clock, reference, *everybody, days=2)
    assert team.approver.id not in told("case_late")
    for one in (team.coordinator, team.second_coordinator):
        dies("case_late", one.id)
    assert team.approver.id in told("case_late")
    assert kinds_of(reference).count("RungReached") == 2


def test_a_reminder_that_could_not_be_delivered_moves_up_and_does_not_say_that_it_is_late(clock, team, reference):
    climbed(clock, reference, team.officer, team.coordinator, team.approver, hours=-2)
    dies("due_soon", team.officer.id)
    assert team.coordinator.id in told("due_soon")
    [up] = [row for row in events_of(reference) if '"role":"coordinator"' in row.payload and row.kind == "ReminderDue"]
    assert up.actor_id is None


def test_other_dead_notices_and_those_of_a_promise_that_was_kept_move_nothing(clock, team, reference):
    climbed(clock, reference, team.officer, team.coordinator, team.approver, hours=-2)
    dies_of = next(row for row in db.session.scalars(select(OutboxMessage)) if row.template == "due_soon")
    act(reference, states.proposals.consult, "We talked.", actor=team.officer)
    before = kinds_of(reference).count("ReminderDue")
    dies("due_soon", dies_of.user_id)
    assert kinds_of(reference).count("ReminderDue") == before
    with unit_of_work():
        lost = OutboxMessage(template="reply_arrived", user_id=team.officer.id)
        moving_up.after_dead_notice(states.case_of(reference), lost)
    assert kinds_of(reference).count("ReminderDue") == before


def test_the_one_whose_address_is_dead_is_not_who_is_told_one_step_up(clock, team, reference):
    both = states.staff(Role.COORDINATOR, Role.APPROVER, site_id=team.site_id)
    for one in (team.coordinator, team.second_coordinator, team.approver):
        with unit_of_work():
            db.session.get_one(StaffUser, one.id).is_active = False
    climbed(clock, reference, both, days=2)
    assert told("case_late") == {both.id}
    dies("case_late", both.id)
    assert kinds_of(reference).count("RungReached") == 1
