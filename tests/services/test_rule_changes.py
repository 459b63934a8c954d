"""New versions of the rules by the use case: who may save, what the newest is, and who comes second."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from engage.domain.case import CaseClass
from engage.domain.guards import Refusal
from engage.domain.policy import NotAllowed, Role
from engage.domain.rule_changes import Problem, RulesRefused
from engage.models import AuditEvent, RuleSet, Site
from engage.queries import rule_versions
from engage.services import rule_changes, sites, triage
from engage.services.rule_changes import Edit, RulesChangedMeanwhile
from engage.unit_of_work import unit_of_work
from tests import states
from tests.states import act, case_of

TODAY = date(2026, 3, 2)


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def newest(team) -> RuleSet:
    return rule_versions.newest(team.site_id)


def edit(team, *, days=21, on=TODAY, **rungs) -> Edit:
    documents = rule_changes.documents_of(newest(team))
    documents["promises"]["promises"]["propose"]["3"] = {"days": days}
    for rung in documents["ladder"]["rungs"]:
        rung.update(rungs.get(rung["code"], {}))
    return Edit(**documents, effective_on=on)


def save(team, change, *, seen=None, actor=None) -> int:
    seen = newest(team).version if seen is None else seen
    with unit_of_work():
        return rule_changes.save("bor", change, seen_version=seen, actor=actor or team.admin).version


def take_back(team, version, *, actor=None) -> bool:
    with unit_of_work():
        return rule_changes.take_back("BOR", version, actor=actor or team.admin)


def refusals(team, change):
    with pytest.raises(RulesRefused) as refused:
        save(team, change)
    return list(refused.value.problems)


def test_a_version_is_a_new_row_and_the_old_one_stays(session, team):
    old = newest(team)
    assert save(team, edit(team)) == 2
    rows = session.scalars(select(RuleSet).where(RuleSet.site_id == team.site_id).order_by(RuleSet.version)).all()
    assert [row.promises["promises"]["propose"]["3"] for row in rows] == [{"days": 30}, {"days": 21}]
    assert rows[0].id == old.id
    assert [rows[1].promises["version"], rows[1].ladder["version"], rows[1].pauses["version"]] == [2, 2, 2]
    assert rows[1].taxonomy == rows[0].taxonomy


def test_only_who_administers_the_site_saves(team):
    for actor in (team.coordinator, states.staff(Role.ADMIN, site_id=states.a_site("KOL"))):
        with pytest.raises(NotAllowed):
            save(team, edit(team), actor=actor)


def test_the_second_of_two_is_told(team):
    first, second = edit(team, days=21), edit(team, days=25)
    save(team, first, seen=1)
    with pytest.raises(RulesChangedMeanwhile):
        save(team, second, seen=1)
    assert newest(team).version == 2


def test_what_is_shown_before_saving_is_asked_again_when_it_is_saved(team):
    assert refusals(team, edit(team, days=0)) == [Problem("promises.propose.3", Refusal("deadline_of_zero"))]
    assert refusals(team, edit(team, days=30)) == [Problem("", Refusal("nothing_changed"))]
    yesterday = TODAY - timedelta(days=1)
    assert refusals(team, edit(team, on=yesterday)) == [Problem("effective_on", Refusal("effective_in_the_past"))]


def test_a_planned_version_is_replaced_on_its_day_and_not_overtaken(clock, team):
    later = TODAY + timedelta(days=10)
    save(team, edit(team, days=20, on=later))
    assert [one.place for one in refusals(team, edit(team, days=21))] == ["effective_on"]
    save(team, edit(team, days=22, on=later))
    rows, is_whole = rule_versions.history(team.site_id)
    assert ([row.version for row in rows], is_whole) == ([3, 1], True)
    assert sites.in_force(team.site_id).promises.version == 1
    clock.advance(timedelta(days=10))
    assert sites.in_force(team.site_id).promises.version == 3


def test_a_rung_is_given_to_nobody_only_where_it_was_so_before(team):
    vacant = edit(team, late_10_days={"to": "rights_lead"}, late_20_days={"to": "coordinator:all_sites"})
    assert refusals(team, vacant) == [Problem("rungs.7.to", Refusal("nobody_on_rung"))]
    assert [seat.role for seat in rule_changes.vacant_rungs(team.site_id, sites.in_force(team.site_id))]
    states.staff((Role.COORDINATOR, None))
    assert save(team, vacant) == 2


def test_what_the_reader_of_the_rules_would_refuse_is_refused_with_its_place(team):
    change = edit(team)
    change.ladder["merge_within_minutes"] = -1
    [problem] = refusals(team, change)
    assert (problem.place, problem.refusal.code) == ("", "rules_unusable")
    assert problem.refusal.values["place"] == "merge_within_minutes"


def test_open_cases_are_counted_by_their_version_and_the_restricted_lane_is_not_told(session, team):
    states.a_case(team.site_id)
    save(team, edit(team))
    states.a_case(team.site_id)
    hidden = states.a_case(team.site_id)
    act(hidden, triage.restrict, "person_asked", actor=team.coordinator)
    assert case_of(hidden).class_ is CaseClass.RESTRICTED
    states.a_case(team.site_id)
    assert rule_versions.open_cases_by_version(team.site_id) == [(1, 1), (2, 2)]
    assert session.scalars(select(Site.id).where(Site.id == team.site_id)).one()


def test_a_planned_version_is_taken_back_before_its_day_and_the_record_keeps_it(clock, session, team):
    save(team, edit(team, days=20, on=TODAY + timedelta(days=10)))
    assert not take_back(team, 1)
    assert take_back(team, 2)
    assert not take_back(team, 2)
    row = session.scalars(select(AuditEvent).order_by(AuditEvent.number.desc())).first()
    assert row.kind == "rules_taken_back"
    assert json.loads(row.payload)["before"]["promises"]["promises"]["propose"]["3"] == {"days": 20}
    assert save(team, edit(team, days=25)) == 2
    assert not take_back(team, 2)
    with pytest.raises(NotAllowed):
        take_back(team, 2, actor=team.coordinator)


def test_of_many_versions_the_newest_are_shown(clock, team):
    for number in range(rule_versions.SHOWN):
        clock.advance(timedelta(minutes=1))
        save(team, edit(team, days=40 + number))
    rows, is_whole = rule_versions.history(team.site_id)
    assert (rows[0].version, rows[-1].version, is_whole) == (rule_versions.SHOWN + 1, 1, False)
