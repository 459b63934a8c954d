"""An investigation begins with a plan, and the plan can be changed without losing the one before."""

import pytest
from sqlalchemy import select

from engage import clock as engage_clock
from engage.domain.guards import Refused
from engage.domain.lifecycle import IllegalTransition, Stage
from engage.domain.policy import NotAllowed
from engage.extensions import db
from engage.models import CaseEvent, InvestigationPlan
from engage.queries import findings_parts
from engage.services import answers, appeals, conflicts, investigation, timeline
from engage.unit_of_work import unit_of_work
from tests import states
from tests.states import act, case_of, person_of


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def refused(code, reference, *args, **values):
    with pytest.raises(Refused) as caught:
        act(reference, *args, **values)
    assert caught.value.refusal.code == code


def begun(team) -> str:
    reference = states.an_assessed_case(team)
    act(reference, investigation.investigate, states.plan(), actor=team.officer)
    return reference


@pytest.mark.parametrize("part", ["to_establish", "how", "heard", "evidence"])
def test_no_investigation_begins_without_a_whole_plan(team, part):
    reference = states.an_assessed_case(team)
    refused("plan_incomplete", reference, investigation.investigate, states.plan(**{part: " "}), actor=team.officer)
    assert case_of(reference).stage is Stage.ASSESSED


def test_a_plan_ends_on_a_day_that_lies_ahead(team):
    reference = states.an_assessed_case(team)
    late = states.plan(due_at=engage_clock.utcnow())
    refused("date_is_past", reference, investigation.investigate, late, actor=team.officer)


def test_the_record_holds_the_digest_of_the_plan_and_none_of_its_words(team):
    reference = begun(team)
    [row] = findings_parts.plans(case_of(reference).id)
    event = db.session.scalars(select(CaseEvent).where(CaseEvent.kind == "InvestigationPlanned")).one()
    parts = (row.to_establish, row.how, row.heard, row.evidence, row.why_changed)
    assert event.content_digest == timeline.digest_of(row.salt, *parts)
    assert "dust" not in event.payload


def test_a_changed_plan_says_why_and_the_one_before_stays(team):
    reference = begun(team)
    other = states.plan(how="Measure for two weeks.")
    refused("reason_needed", reference, investigation.plan_anew, other, why=None, actor=team.officer)
    refused("reason_needed", reference, investigation.plan_anew, other, why="  ", actor=team.officer)
    act(reference, investigation.plan_anew, other, why="It rained.", actor=team.officer)
    newest, first = findings_parts.plans(case_of(reference).id)
    assert (newest.number, newest.how, newest.why_changed) == (2, "Measure for two weeks.", "It rained.")
    assert (first.number, first.how.split(",")[0]) == (1, "Measure for a week")


def test_an_investigation_from_before_there_were_plans_is_given_its_first_without_a_reason(team):
    reference = begun(team)
    with unit_of_work():
        db.session.delete(db.session.scalars(select(InvestigationPlan)).one())
    act(reference, investigation.plan_anew, states.plan(), why=None, actor=team.officer)
    assert [row.number for row in findings_parts.plans(case_of(reference).id)] == [1]


def test_a_case_that_is_opened_again_is_investigated_again_by_a_plan_of_its_own(team):
    """The second beginning asked why the plan of the first was changed."""
    reference = begun(team)
    act(reference, answers.withdraw, actor=person_of(reference))
    act(reference, appeals.reopen, "The dust is back.", actor=person_of(reference))
    act(reference, investigation.investigate, states.plan(), actor=team.officer)
    assert [row.number for row in findings_parts.plans(case_of(reference).id)] == [2, 1]
    refused("reason_needed", reference, investigation.plan_anew, states.plan(), why=None, actor=team.officer)


def test_only_what_is_being_investigated_is_planned_anew(team):
    reference = states.an_assessed_case(team)
    refused("no_investigation", reference, investigation.plan_anew, states.plan(), why=None, actor=team.officer)
    reference = begun(team)
    with pytest.raises(IllegalTransition):
        act(reference, investigation.investigate, states.plan(), actor=team.officer)


def test_only_who_works_the_case_plans(team):
    reference = begun(team)
    for nobody in (team.auditor, team.custodian):
        with pytest.raises(NotAllowed):
            act(reference, investigation.plan_anew, states.plan(), why="So.", actor=nobody)


def test_who_planned_approves_nothing_of_it(team):
    """R03: the plan is part of the investigation."""
    reference = begun(team)
    act(reference, investigation.plan_anew, states.plan(), why="It rained.", actor=team.approver)
    assert team.approver.id in conflicts.worked_on(case_of(reference))


def test_the_plan_can_be_erased_and_the_chain_holds(team):
    reference = begun(team)
    with unit_of_work():
        row = db.session.scalars(select(InvestigationPlan)).one()
        row.to_establish = row.how = row.heard = row.evidence = row.salt = ""
    events = db.session.scalars(select(CaseEvent).where(CaseEvent.case_id == case_of(reference).id)).all()
    assert timeline.breaks_in(sorted(events, key=lambda event: event.number)) == []
