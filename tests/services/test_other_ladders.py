"""Sites have ladders of their own: what one calls a rung says nothing of another's."""

from datetime import timedelta

import pytest

from engage.domain.deadlines import Promise
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import Explanation, StaffUser
from engage.notify import to_staff
from engage.services import escalation, explanations, sites, triage
from engage.unit_of_work import unit_of_work
from tests import states
from tests.promised import change_rules, kinds_of, the_open
from tests.states import act


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def renamed(*codes):
    """A ladder some of whose rungs have other codes, as an administrator's have who put new ones in their place."""

    def change(promises, ladder):
        for rung in ladder["rungs"]:
            if rung["code"] in codes:
                rung["code"] += "_more"

    return change


def test_the_committee_counts_what_reached_it_by_whatever_ladder(team, clock):
    change_rules(team.site_id, renamed("late_20_days"))
    reference = states.an_assessed_case(team)
    clock.move_to(the_open(reference, Promise.PROPOSE).due_at + timedelta(days=20, minutes=1))
    escalation.climb()
    assert to_staff._late_cases(db.session.get_one(StaffUser, team.oversight.id)) == 1


def test_an_explanation_is_chased_after_its_case_was_routed_to_a_site_with_another_ladder(team, clock):
    """R25: what is demanded stays demanded."""
    with unit_of_work():
        sites.ensure_group_intake()
    chief = states.staff((Role.COORDINATOR, None), (Role.APPROVER, None))
    change_rules(team.site_id, renamed("late_5_days"))
    reference = states.a_case(None)
    clock.move_to(the_open(reference, Promise.ASSESS).due_at + timedelta(days=5, minutes=1))
    escalation.climb()
    act(reference, triage.route, team.site_id, actor=chief)
    clock.advance(timedelta(days=3))
    assert explanations.miss_due() > 0
    assert "ExplanationMissed" in kinds_of(reference)
    for row in db.session.query(Explanation).all():
        act(reference, explanations.write, row.id, "Nobody was there.", actor=team.coordinator)
