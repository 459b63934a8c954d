"""A panel is named within five days, from people who never touched the case, or those above hear of it (domain 2.2)."""

import copy
from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.deadlines import Days, Promise
from engage.domain.guards import Refused
from engage.domain.policy import Role
from engage.domain.severity import Level
from engage.extensions import db
from engage.models import RuleSet, StaffUser
from engage.services import answers, appeals, conflicts, escalation, rule_changes, sites, triage
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import forget_notices
from tests.paused import told
from tests.promised import kinds_of, owed, rows_of, the_open
from tests.states import act, case_of, person_of

P = Promise
DAY = timedelta(days=1)


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


@pytest.fixture
def reference(team):
    return states.an_appealed_case(team)


def refused(code, *args, **values):
    with pytest.raises(Refused) as caught:
        act(*args, **values)
    assert caught.value.refusal.code == code


def test_an_appeal_starts_five_days_in_which_a_panel_is_named(clock, team, reference):
    assert set(owed(reference)) == {P.FORM_PANEL, P.DECIDE_APPEAL}
    assert owed(reference)[P.FORM_PANEL] == clock.now + 5 * DAY
    clock.advance(4 * DAY)
    act(reference, appeals.seat_panel, [team.panel.id], actor=team.coordinator)
    assert set(owed(reference)) == {P.DECIDE_APPEAL}
    [row] = rows_of(reference, P.FORM_PANEL)
    assert (row.met_at, row.breached_at) == (clock.now, None)
    act(reference, appeals.seat_panel, [team.panel.id], actor=team.coordinator)
    assert len(rows_of(reference, P.FORM_PANEL)) == 1


def test_who_could_name_it_is_reminded_and_the_ladder_climbs_when_nobody_does(clock, team, reference):
    forget_notices()
    clock.move_to(clock.now + 4 * DAY)
    escalation.climb()
    reminded = {user for template, user in told() if template == "due_soon"}
    assert {team.coordinator.id, team.second_coordinator.id} <= reminded
    assert team.officer.id not in reminded
    clock.advance(DAY + timedelta(seconds=1))
    escalation.climb()
    assert the_open(reference, P.FORM_PANEL).breached_at is not None
    assert "DeadlineMissed" in kinds_of(reference)
    clock.advance(2 * DAY)
    escalation.climb()
    assert "RungReached" in kinds_of(reference)


def test_a_panel_that_is_emptied_has_to_be_named_anew(clock, team, reference):
    other = states.staff(Role.PANEL, site_id=team.site_id)
    act(reference, appeals.seat_panel, [team.panel.id, other.id], actor=team.coordinator)
    act(reference, conflicts.name_person, other.id, actor=team.coordinator)
    assert set(owed(reference)) == {P.DECIDE_APPEAL}
    clock.advance(DAY)
    act(reference, conflicts.name_person, team.panel.id, actor=team.coordinator)
    assert the_open(reference, P.FORM_PANEL).due_at == clock.now + 5 * DAY
    third = states.staff(Role.PANEL, site_id=team.site_id)
    act(reference, appeals.seat_panel, [third.id], actor=team.coordinator)
    assert [row.met_at is not None for row in rows_of(reference, P.FORM_PANEL)] == [True, True]


def test_withdrawing_ends_what_was_owed_to_the_appeal(team, reference):
    act(reference, answers.withdraw, actor=person_of(reference))
    assert P.FORM_PANEL not in owed(reference)


def test_where_nobody_is_free_it_is_said_and_who_could_be_made_a_panel_member(team, reference):
    refused("nobody_named", reference, appeals.seat_panel, [], actor=team.coordinator)
    with unit_of_work():
        db.session.get_one(StaffUser, team.panel.id).is_active = False
    refused("nobody_free_for_panel", reference, appeals.seat_panel, [], actor=team.coordinator)
    refused("touched_before", reference, appeals.seat_panel, [team.officer.id], actor=team.coordinator)
    free = appeals.could_join_panel(case_of(reference))
    assert {team.approver.id, team.liaison.id} <= set(free)
    touched = {team.coordinator.id, team.officer.id}
    assert not set(free) & (touched | {team.admin.id, team.focal.id, team.panel.id})


def test_of_a_restricted_case_nobody_is_named_who_could_join_its_panel(team, reference):
    act(reference, triage.restrict, "asked", actor=team.coordinator)
    assert appeals.could_join_panel(case_of(reference)) == []


def test_without_an_appeal_there_is_no_panel_to_name(team):
    closed = states.a_closed_case(team)
    refused("no_appeal", closed, appeals.seat_panel, [team.panel.id], actor=team.coordinator)


def test_rules_that_were_kept_before_panels_had_a_time_promise_the_shipped_one(team):
    with unit_of_work():
        row = db.session.scalars(select(RuleSet).where(RuleSet.site_id == team.site_id)).one()
        document = copy.deepcopy(row.promises)
        del document["promises"]["form_panel"]
        row.promises = document
    row = db.session.scalars(select(RuleSet).where(RuleSet.site_id == team.site_id)).one()
    assert "form_panel" not in row.promises["promises"]
    assert sites.rules_of(row.id).promises.span(P.FORM_PANEL, Level.LOW) == Days(5)
    documents = rule_changes.documents_of(row)
    assert documents["promises"]["promises"]["form_panel"]["5"] == {"days": 5}
    documents["promises"]["promises"]["form_panel"]["5"] = {"days": 1}
    assert sites.shipped_documents()["promises"]["promises"]["form_panel"]["5"] == {"days": 5}
