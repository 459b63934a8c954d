"""Investigator, approver and panel are different people, whatever roles somebody holds (R03)."""

import itertools

import pytest

from engage.domain import policy
from engage.domain.guards import RIGHTS, Refused
from engage.domain.policy import NotAllowed, Role
from engage.domain.severity import Level
from engage.services import appeals, conflicts, proposals, triage
from tests import states
from tests.states import act, case_of


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


DEEDS = {
    "investigated": lambda reference, actor: states.look_into(reference, actor),
    "consulted": lambda reference, actor: act(reference, proposals.consult, "We met.", actor=actor),
    "assigned": lambda reference, actor: act(reference, triage.assign, actor.id, actor=actor),
}


@pytest.mark.parametrize(("deed", "role"), list(itertools.product(DEEDS, (Role.APPROVER, Role.RIGHTS_LEAD))))
def test_who_investigated_approves_nothing_and_sits_on_no_panel(team, deed, role):
    """R03: investigator, approver and panel are different people, whatever roles somebody holds."""
    roles = (role, Role.OFFICER, Role.COORDINATOR, Role.PANEL)
    both = states.staff(*roles, site_id=team.site_id)
    reference = states.an_assessed_case(team, Level.HIGH)
    act(reference, triage.assign, both.id, actor=team.coordinator)
    DEEDS[deed](reference, both)
    if deed != "investigated":
        states.look_into(reference, both if deed == "assigned" else team.coordinator)
    if deed != "assigned":
        act(reference, triage.assign, team.officer.id, actor=team.coordinator)
    act(reference, proposals.propose, states.offer("Water the road."), actor=team.coordinator)
    assert both.id in conflicts.worked_on(case_of(reference))
    with pytest.raises(NotAllowed):
        act(reference, proposals.approve_proposal, RIGHTS, actor=both)
    assert both.id in appeals.touched(case_of(reference))


def test_who_drafted_does_not_approve_even_a_later_draft(team):
    """R03: approver != investigator."""
    both = states.staff(Role.OFFICER, Role.APPROVER, Role.COORDINATOR, site_id=team.site_id)
    reference = states.an_assessed_case(team, Level.MODERATE)
    states.look_into(reference, team.officer)
    act(reference, proposals.propose, states.offer("Water."), actor=both)
    act(reference, proposals.return_proposal, "Too little.", actor=team.approver)
    act(reference, proposals.propose, states.offer("Pave."), actor=team.officer)
    with pytest.raises(NotAllowed):
        act(reference, proposals.approve_proposal, RIGHTS, actor=both)
    act(reference, proposals.approve_proposal, RIGHTS, actor=team.approver)


def test_who_decided_the_appeal_neither_works_nor_approves_what_follows(team):
    """R03: the panel excludes every tier-1 actor, and its members become none."""
    judge = states.staff(Role.PANEL, Role.APPROVER, Role.COORDINATOR, site_id=team.site_id)
    reference = states.an_appealed_case(team)
    states.seat(reference, judge, by=team.coordinator)
    act(reference, appeals.decide, "upheld", "Pave the road.", to_proposal=True, actor=judge)
    facts = case_of(reference).facts
    assert not any(policy.may(judge, what, facts) for what in policy.NOT_FOR_PANEL)
    with pytest.raises(Refused) as refused:
        act(reference, triage.assign, judge.id, actor=team.coordinator)
    assert refused.value.refusal.code == "cannot_work_this_case"
