"""What triage finds that cannot wait is told at once, by the site's matrix and not by time."""

import pytest
from sqlalchemy import select

from engage.domain.policy import Role
from engage.domain.severity import Level
from engage.extensions import db
from engage.models import CaseSubject, OutboxMessage
from engage.services import triage
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import forget_notices
from tests.promised import events_of
from tests.states import act, case_of


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


def found(team, reference, *facts):
    """Let triage find the facts; who was told at once."""
    forget_notices()
    assessed = states.assessment(Level.HIGH, facts=frozenset(facts))
    act(reference, triage.assess, assessed, actor=team.coordinator)
    wanted = select(OutboxMessage.user_id).where(OutboxMessage.template == "urgent_fact")
    return set(db.session.scalars(wanted))


def test_retaliation_is_told_outside_the_sites_own_line(team):
    reference = states.an_acknowledged_case(team)
    assert found(team, reference, "children_affected", "retaliation") == {team.rights_lead.id}
    [told] = [row for row in events_of(reference) if row.kind == "UrgentFactFound"]
    assert '"fact":"retaliation"' in told.payload


def test_where_nobody_named_is_free_the_approvers_of_all_sites_hear_of_it(team):
    above = states.staff((Role.APPROVER, None))
    reference = states.an_acknowledged_case(team)
    with unit_of_work():
        db.session.add(CaseSubject(case_id=case_of(reference).id, user_id=team.rights_lead.id))
    assert found(team, reference, "retaliation") == {above.id}


def test_facts_that_can_wait_are_told_to_nobody_at_once(team):
    assert found(team, states.an_acknowledged_case(team), "children_affected") == set()
