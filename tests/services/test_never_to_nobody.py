"""What is late is told to somebody, whoever the case is about: product 4, never to nobody."""

import logging
from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.deadlines import Promise
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import CaseSubject, OutboxMessage, StaffUser
from engage.notify.to_staff import _late_cases
from engage.services import escalation
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import forget_notices
from tests.promised import events_of, reached, the_open
from tests.states import case_of

DAY = timedelta(days=1)


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def about(reference, *actors):
    with unit_of_work():
        db.session.add_all(CaseSubject(case_id=case_of(reference).id, user_id=actor.id) for actor in actors)


def late(clock, reference, days):
    clock.move_to(the_open(reference, Promise.PROPOSE).due_at + days * DAY + timedelta(minutes=1))
    escalation.climb()


def counted() -> set:
    rows = db.session.scalars(select(OutboxMessage).where(OutboxMessage.template == "late_count"))
    return {row.user_id for row in rows}


def test_a_case_about_the_only_one_of_the_committee_is_counted_for_the_rights_lead_of_all_sites(clock, team):
    lead, top = states.staff((Role.RIGHTS_LEAD, None)), states.staff((Role.APPROVER, None))
    reference = states.an_assessed_case(team)
    about(reference, team.oversight)
    late(clock, reference, 15)
    forget_notices()
    late(clock, reference, 20)
    assert counted() == {lead.id}
    row = db.session.scalars(select(OutboxMessage).where(OutboxMessage.user_id == lead.id)).one()
    assert (row.case_id, row.context) == (None, {})
    assert _late_cases(db.session.get_one(StaffUser, lead.id)) == 1
    late(clock, reference, 30)
    codes = {code for code, _ in reached(reference, Promise.PROPOSE)}
    assert {"late_20_days", "late_30_days"} <= codes
    assert top.id not in counted()
    assert any('"counts_only":true' in row.payload for row in events_of(reference) if row.kind == "RungReached")


def test_without_a_rights_lead_above_the_approvers_of_all_sites_are_given_the_count(clock, team):
    top = states.staff((Role.APPROVER, None))
    reference = states.an_assessed_case(team)
    about(reference, team.oversight)
    late(clock, reference, 15)
    forget_notices()
    late(clock, reference, 20)
    assert counted() == {top.id}


def test_where_the_line_is_empty_above_the_nearest_below_hears_a_count(clock, team):
    reference = states.an_assessed_case(team)
    about(reference, team.oversight)
    late(clock, reference, 4)
    forget_notices()
    late(clock, reference, 20)
    assert counted() == {team.approver.id}


def test_where_there_is_nobody_at_all_it_stays_due_and_is_said_aloud(clock, session, sent_tasks, caplog):
    reference = states.a_case(states.a_site("ALO"))
    caplog.set_level(logging.ERROR)
    late(clock, reference, 30)
    assert "nobody sits on rung" in caplog.text
    assert reached(reference, Promise.PROPOSE) != []
    assert not {code for code, superseded in reached(reference, Promise.PROPOSE) if not superseded}
