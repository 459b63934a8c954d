"""From the second rung on, why a promise is late is demanded in writing, and chased (R25; domain 2.5)."""

import logging
from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.case import Kind, Writer
from engage.domain.deadlines import Promise
from engage.domain.guards import Refused
from engage.domain.lifecycle import Stage
from engage.domain.policy import NotAllowed
from engage.domain.severity import Level
from engage.extensions import db
from engage.models import Explanation, Message, OutboxMessage
from engage.services import answers, appeals, escalation, explanations, triage
from tests import states
from tests.notify.letters import forget_notices
from tests.promised import breaks_of, change_rules, kinds_of, the_open
from tests.states import act, case_of, person_of, staff

P = Promise
WHY = "The laboratory was closed. Another one measures from Monday."


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


@pytest.fixture
def reference(team):
    return states.an_assessed_case(team)


def told():
    return {(row.template, row.user_id) for row in db.session.scalars(select(OutboxMessage))}


def late_by(clock, reference, days, promise=P.PROPOSE, **more):
    clock.move_to(the_open(reference, promise).due_at + timedelta(days=days, **more))
    escalation.climb()


def owed(reference):
    wanted = select(Explanation).where(Explanation.case_id == case_of(reference).id).order_by(Explanation.asked_at)
    return list(db.session.scalars(wanted.execution_options(populate_existing=True)))


def of(reference, promise):
    [found] = [one for one in owed(reference) if one.deadline_id == the_open(reference, promise).id]
    return found


def test_five_days_late_it_has_to_be_explained_in_writing_to_the_site_manager(clock, team, reference):
    late_by(clock, reference, 4, P.CONSULT)
    assert owed(reference) == []
    forget_notices()
    late_by(clock, reference, 5, P.CONSULT)
    found = of(reference, P.CONSULT)
    assert (found.rung, found.due_at) == ("late_5_days", clock.now + timedelta(hours=48))
    assert case_of(reference).owes_explanation
    assert {("case_late", team.approver.id), ("explanation_wanted", team.officer.id)} <= told()


def test_at_level_four_there_is_a_day_for_it(clock, team):
    reference = states.an_assessed_case(team, level=Level.HIGH)
    late_by(clock, reference, 1, P.PROPOSE, hours=1)
    assert of(reference, P.PROPOSE).due_at == clock.now + timedelta(hours=24)


def test_the_explanation_is_a_note_for_those_above_and_the_mark_goes(clock, session, team, reference):
    late_by(clock, reference, 5, P.CONSULT)
    forget_notices()
    act(reference, explanations.write, of(reference, P.CONSULT).id, WHY, actor=team.officer)
    [found] = owed(reference)
    assert found.written_at == clock.now
    assert session.get_one(Message, found.message_id).writer is Writer.NOTE
    assert not case_of(reference).owes_explanation
    assert told() == {("explanation_written", team.approver.id)}
    assert breaks_of(reference) == []
    with pytest.raises(Refused, match="nothing_to_explain"):
        act(reference, explanations.write, found.id, WHY, actor=team.officer)


def test_it_is_demanded_once_per_date_and_stays_owed_while_another_is(clock, team, reference):
    late_by(clock, reference, 11, P.CONSULT)
    late_by(clock, reference, 6, P.START_INVESTIGATION)
    assert len(owed(reference)) == 2
    act(reference, explanations.write, of(reference, P.CONSULT).id, WHY, actor=team.officer)
    assert case_of(reference).owes_explanation
    assert kinds_of(reference).count("ExplanationAsked") == 2


def test_a_ladder_that_demands_it_on_every_rung_demands_it_once(clock, team):
    def change(_promises, ladder):
        for rung in ladder["rungs"]:
            if rung["kind"] == "rung":
                rung["also"] = ["explanation"]

    change_rules(team.site_id, change)
    reference = states.an_assessed_case(team)
    late_by(clock, reference, 11, P.CONSULT)
    assert of(reference, P.CONSULT).rung == "late_2_days"
    assert len(owed(reference)) == 2  # the investigation is late, too


def test_without_words_or_leave_nothing_is_explained(clock, team, reference):
    late_by(clock, reference, 5, P.CONSULT)
    found = of(reference, P.CONSULT)
    with pytest.raises(Refused, match="reason_needed"):
        act(reference, explanations.write, found.id, " ", actor=team.officer)
    with pytest.raises(NotAllowed):
        act(reference, explanations.write, found.id, WHY, actor=staff(states.Role.CUSTODIAN, site_id=team.site_id))


def test_what_nobody_explains_in_time_climbs_once_and_stays_owed(clock, team, reference):
    above = staff((states.Role.APPROVER, None))
    late_by(clock, reference, 5, P.CONSULT)
    found = of(reference, P.CONSULT).id
    assert explanations.miss_due() == 0
    clock.advance(timedelta(hours=48))
    forget_notices()
    assert [explanations.miss_due(), explanations.miss_due()] == [1, 0]
    assert told() == {("explanation_missing", above.id)}
    act(reference, explanations.write, found, WHY, actor=team.officer)
    assert not case_of(reference).owes_explanation


def test_where_nobody_sits_further_up_those_who_asked_hear_of_it(clock, team, reference):
    late_by(clock, reference, 5, P.CONSULT)
    clock.advance(timedelta(hours=48))
    forget_notices()
    explanations.miss_due()
    assert told() == {("explanation_missing", team.approver.id)}


def test_in_the_restricted_lane_focal_points_ask_and_hear_of_it(clock, team, reference):
    act(reference, triage.restrict, "asked", actor=team.coordinator)
    late_by(clock, reference, 31, P.PROPOSE)
    clock.advance(timedelta(hours=48))
    forget_notices()
    explanations.miss_due()
    assert told() == {("item_for_you", team.focal.id), ("item_for_you", team.second_focal.id)}
    act(reference, explanations.write, of(reference, P.PROPOSE).id, WHY, actor=team.focal)
    assert not case_of(reference).panel_offered
    assert "OutsideOffered" not in kinds_of(reference)


def test_a_case_in_hand_is_left_and_one_that_fails_stops_no_other(clock, team, reference, monkeypatch, caplog):
    other = states.an_assessed_case(team)
    late_by(clock, reference, 5, P.CONSULT)
    escalation.climb()
    clock.advance(timedelta(hours=49))
    broken, real = case_of(reference).id, explanations.cases.lock_if_free
    monkeypatch.setattr(explanations.cases, "lock_if_free", lambda case_id: None)
    assert explanations.miss_due() == 0

    def lock(case_id):
        if case_id == broken:
            raise RuntimeError("the row cannot be read")
        return real(case_id)

    monkeypatch.setattr(explanations.cases, "lock_if_free", lock)
    caplog.set_level(logging.CRITICAL)
    assert explanations.miss_due() == 1
    assert case_of(other).owes_explanation


def test_twenty_days_late_the_person_can_go_to_a_panel_without_a_decision(clock, team, reference):
    """Domain 2.5; R32."""
    late_by(clock, reference, 20, P.CONSULT)
    assert case_of(reference).panel_offered
    assert ("panel_offered", None) in told()
    late_by(clock, reference, 21, P.START_INVESTIGATION)
    assert kinds_of(reference).count("PanelOffered") == 1
    act(reference, appeals.appeal, "I wait since spring.", actor=person_of(reference))
    assert case_of(reference).stage is Stage.APPEALED


def test_thirty_days_late_the_person_is_told_of_places_outside(clock, team, reference):
    late_by(clock, reference, 30, P.CONSULT)
    assert ("outside_offered", None) in told()


def test_before_a_panel_no_other_panel_is_offered(clock, team):
    reference = states.an_appealed_case(team)
    late_by(clock, reference, 31, P.DECIDE_APPEAL)
    assert not case_of(reference).panel_offered
    assert "OutsideOffered" in kinds_of(reference)


def test_for_a_question_there_is_neither(clock, team):
    reference = states.an_acknowledged_case(team, kind=Kind.QUESTION)
    late_by(clock, reference, 31, P.PROPOSE)
    assert not {"PanelOffered", "OutsideOffered"} & set(kinds_of(reference))


def test_the_mark_of_a_broken_promise_stays_after_the_end(clock, team, reference):
    """R25: the breach flag stays after later closure."""
    late_by(clock, reference, 1, P.CONSULT)
    assert case_of(reference).was_late
    act(reference, answers.withdraw, actor=person_of(reference))
    assert case_of(reference).was_late
