"""How serious a case is: preliminary and final, raised at once, lowered by two people, each time on the record."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from engage import clock
from engage.domain.case import CaseClass
from engage.domain.guards import Refused
from engage.domain.lifecycle import Stage
from engage.domain.policy import NotAllowed
from engage.domain.severity import Level
from engage.domain.triage import Complexity, Danger
from engage.extensions import db
from engage.models import CaseEvent, Deadline, Message, OutboxMessage, Rating
from engage.services import answers, conflicts, ratings, triage
from engage.services.assessing import Rerating
from tests import states
from tests.notify.letters import forget_notices
from tests.states import act, case_of, person_of

L = Level
LOWER = Rerating("preliminary", L.LOW, L.LOW, why="The wells were measured: they are clean.")
HIGHER = Rerating("preliminary", L.HIGH, L.HIGH, why="A child was taken to hospital.", immediate_action="Road closed.")


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


def rate(reference, found, actor):
    act(reference, ratings.rate_again, found, actor=actor)


def rows(reference) -> list[Rating]:
    return list(db.session.scalars(select(Rating).where(Rating.case_id == case_of(reference).id)))


def last(reference) -> CaseEvent:
    wanted = select(CaseEvent).where(CaseEvent.case_id == case_of(reference).id).order_by(CaseEvent.number.desc())
    return db.session.scalars(wanted.limit(1)).one()


def told(template: str):
    return set(db.session.scalars(select(OutboxMessage.user_id).where(OutboxMessage.template == template)))


def refused(reference, found, actor) -> str:
    with pytest.raises(Refused) as error:
        rate(reference, found, actor)
    return error.value.refusal.code


def test_the_assessment_leaves_a_preliminary_rating(team):
    """R24."""
    reference = states.an_assessed_case(team, L.LOW, actual=L.MINOR, facts=frozenset({"vulnerable_people"}))
    row = rows(reference)[0]
    assert (row.phase, row.actual, row.potential, row.level) == ("preliminary", 1, 2, 3)
    assert row.raised_by == ["vulnerable_people"]
    assert row.rated_by_id == team.coordinator.id


def test_a_lower_level_counts_only_once_a_second_person_agrees(team):
    """R24: downgrade alone -> refused."""
    reference = states.an_assessed_case(team, L.MODERATE)
    forget_notices()
    rate(reference, LOWER, team.coordinator)
    assert case_of(reference).level == 3
    assert last(reference).kind == "DowngradeAsked"
    assert told("rating_to_decide") == {team.second_coordinator.id, team.approver.id}
    with pytest.raises(NotAllowed):
        act(reference, ratings.decide_downgrade, approve=True, actor=team.coordinator)
    act(reference, ratings.decide_downgrade, approve=True, actor=team.second_coordinator)
    case = case_of(reference)
    assert (case.level, case.level_actual, case.level_potential) == (2, 2, 2)
    assert [row.decided_by_id for row in rows(reference) if row.needs_second] == [team.second_coordinator.id]
    assert "SeverityRated" in {row.kind for row in db.session.scalars(select(CaseEvent))}


def test_a_lower_level_that_is_declined_leaves_everything_as_it_was(team):
    reference = states.an_assessed_case(team, L.MODERATE)
    rate(reference, LOWER, team.officer)
    forget_notices()
    act(reference, ratings.decide_downgrade, approve=False, actor=team.approver)
    assert case_of(reference).level == 3
    assert last(reference).kind == "DowngradeDeclined"
    assert told("sent_back") == {team.officer.id}
    with pytest.raises(Refused):
        act(reference, ratings.decide_downgrade, approve=True, actor=team.approver)


def test_what_a_subject_asked_for_is_decided_no_longer(team):
    reference = states.an_assessed_case(team, L.MODERATE)
    rate(reference, LOWER, team.officer)
    act(reference, conflicts.name_person, team.officer.id, actor=team.coordinator)
    with pytest.raises(Refused):
        act(reference, ratings.decide_downgrade, approve=True, actor=team.approver)
    assert case_of(reference).level == 3


def test_a_higher_level_counts_at_once_and_brings_its_dates_forward(team):
    """R24, R26."""
    reference = states.an_assessed_case(team, L.LOW)
    case_id = case_of(reference).id
    forget_notices()
    rate(reference, HIGHER, team.officer)
    assert case_of(reference).level == 4
    now = {
        row.level for row in db.session.scalars(select(Deadline).where(Deadline.case_id == case_id)) if not row.ended_at
    }
    assert 4 in now
    assert told("case_news") == {None}


def test_a_lower_number_with_the_same_level_needs_no_second_person(team):
    reference = states.an_assessed_case(team, L.MODERATE)
    rate(reference, Rerating("final", L.LOW, L.MODERATE, why="Only the wall was hit."), team.officer)
    assert (case_of(reference).level_actual, case_of(reference).level) == (2, 3)
    assert {row.phase for row in rows(reference)} == {"preliminary", "final"}  # both of one instant here


def test_the_final_level_may_confirm_the_preliminary_one_once(team):
    """R24."""
    reference = states.an_assessed_case(team, L.LOW)
    same = Rerating("preliminary", L.LOW, L.LOW)
    assert refused(reference, same, team.officer) == "no_change"
    rate(reference, replace(same, phase="final"), team.officer)
    assert refused(reference, replace(same, phase="final"), team.officer) == "no_change"


def test_a_change_needs_its_reason_and_known_facts(team):
    """R24."""
    reference = states.an_assessed_case(team, L.MODERATE)
    assert refused(reference, replace(LOWER, why="  "), team.officer) == "reason_needed"
    assert refused(reference, replace(LOWER, facts=frozenset({"nonsense"})), team.officer) == "not_in_the_list"
    fresh = states.an_acknowledged_case(team)
    with pytest.raises(Refused):
        act(fresh, triage.assess, states.assessment(facts=frozenset({"nonsense"})), actor=team.coordinator)


def test_levels_4_and_5_cannot_be_saved_without_a_word_on_what_is_done_at_once(team):
    """R23."""
    reference = states.an_assessed_case(team, L.LOW)
    assert refused(reference, replace(HIGHER, immediate_action=None), team.officer) == "immediate_action_needed"
    rate(reference, replace(HIGHER, immediate_possible=False), team.officer)
    rate(reference, replace(HIGHER, potential=L.EXTREME, immediate_action=None, why="Worse."), team.officer)
    assert case_of(reference).level == 5
    with pytest.raises(Refused) as refusal:
        fresh = states.an_acknowledged_case(team)
        act(fresh, triage.assess, states.assessment(L.HIGH, immediate_action=None), actor=team.coordinator)
    assert refusal.value.refusal.code == "immediate_action_needed"
    words = set(db.session.scalars(select(Message.words)))
    assert "Road closed." in words


def test_r23_somebody_in_danger_now_asks_for_immediate_action_at_any_level(team):
    """R23: severity, safety, complexity, impact, immediate action."""
    fresh, found = states.an_acknowledged_case(team), states.assessment(L.MINOR, danger=Danger.NOW)
    with pytest.raises(Refused) as refusal:
        act(fresh, triage.assess, found, actor=team.coordinator)
    assert refusal.value.refusal.code == "danger_needs_action"
    found = replace(found, immediate_action="The pit is fenced.", complexity=Complexity.EXPERTS)
    act(fresh, triage.assess, found, actor=team.coordinator)
    case = case_of(fresh)
    assert (case.level, case.danger, case.complexity) == (1, "now", "experts")
    assessed = db.session.scalars(select(CaseEvent.payload).where(CaseEvent.kind == "CaseAssessed")).one()
    assert '"danger":"now"' in assessed


def test_one_lower_level_waits_at_a_time_and_only_while_the_case_is_open_and_assessed(team):
    reference = states.an_assessed_case(team, L.MODERATE)
    rate(reference, LOWER, team.officer)
    assert refused(reference, LOWER, team.coordinator) == "downgrade_waits"
    assert refused(states.an_acknowledged_case(team), LOWER, team.coordinator) == "not_assessed"
    closed = states.a_closed_case(team)
    assert case_of(closed).stage is Stage.CLOSED
    assert refused(closed, HIGHER, team.coordinator) == "not_at_this_stage"


def test_a_fact_learnt_later_restricts_the_case_and_is_told_at_once(team):
    """Domain 2.5 and 3.5: floors and urgent facts hold whenever they are learnt."""
    reference = states.an_assessed_case(team, L.LOW)
    found = replace(HIGHER, facts=frozenset({"fatality"}), why="Someone died.")
    rate(reference, found, team.officer)
    assert case_of(reference).level == 5
    assert "UrgentFactFound" in {row.kind for row in db.session.scalars(select(CaseEvent))}
    rate(reference, replace(found, facts=frozenset({"sexual_violence", "fatality"})), team.officer)
    assert case_of(reference).class_ is CaseClass.RESTRICTED
    assert case_of(reference).assignee_id is None


def test_three_alike_at_one_place_in_ninety_days_raise_the_level(team):
    """Domain 3.5, uplift: three similar cases in 90 days."""
    levels = []
    for place in ("Krivelj", "krivelj ", "KRIVELJ", "Ostrelj", None):
        reference = states.an_assessed_case(team, L.LOW, community=place.strip() if place else None)
        levels.append(case_of(reference).level)
    assert levels == [2, 2, 3, 2, 2]
    with clock.at(clock.utcnow() + timedelta(days=91)):
        later = states.an_assessed_case(team, L.LOW, community="Krivelj")
        assert case_of(later).level == 2
    assert rows(reference)[0].raised_by == []


def test_what_is_no_longer_owed_does_not_begin_again_with_another_level(team):
    reference = states.a_proposed_case(team, "Water the road.")
    owed = {row.promise for row in db.session.scalars(select(Deadline)) if row.ended_at is None}
    rate(reference, HIGHER, team.officer)
    now = {row.promise for row in db.session.scalars(select(Deadline)) if row.ended_at is None}
    assert {promise.value for promise in now - owed} <= {"interim_measure"}
    act(reference, answers.accept, actor=person_of(reference))
