"""Why an action has to wait."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from engage.domain import guards
from engage.domain.case import Answer, Kind
from engage.domain.guards import Circumstances, Refused
from engage.domain.lifecycle import Action, Stage

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
GRIEVANCE = Circumstances(Stage.PROPOSED, Kind.GRIEVANCE, level=2, round=1, proposal_sent_at=NOW)
ANSWERED = replace(GRIEVANCE, proposal_answer=Answer.COUNTER)
QUESTION = Circumstances(Stage.ACKNOWLEDGED, Kind.QUESTION)
SILENT = replace(GRIEVANCE, attempts=3, attempt_channels=2, channels_known=3)


@pytest.mark.parametrize(
    ("action", "case", "code"),
    [
        (Action.ASSESS, QUESTION, "convert_first"),
        (Action.ASSESS, GRIEVANCE, None),
        (Action.ANSWER, QUESTION, None),
        (Action.ANSWER, GRIEVANCE, "grievance_needs_a_proposal"),
        (Action.SCREEN_OUT, QUESTION, "answer_instead"),
        (Action.SCREEN_OUT, replace(GRIEVANCE, screen_out_asked=True), "waits_for_second_person"),
        (Action.SCREEN_OUT, GRIEVANCE, None),
        (Action.PROPOSE, replace(ANSWERED, proposal_draft=True), "waits_for_approval"),
        (Action.PROPOSE, Circumstances(Stage.ASSESSED, Kind.GRIEVANCE, level=3), "investigate_first"),
        (Action.PROPOSE, Circumstances(Stage.ASSESSED, Kind.GRIEVANCE, level=2), None),
        (Action.PROPOSE, Circumstances(Stage.ASSESSED, Kind.GRIEVANCE), None),
        (Action.PROPOSE, GRIEVANCE, "waits_for_person"),
        (Action.PROPOSE, ANSWERED, None),
        (Action.PROPOSE, Circumstances(Stage.INVESTIGATING, Kind.GRIEVANCE, level=5, consulted=True), None),
        (Action.PROPOSE, Circumstances(Stage.INVESTIGATING, Kind.GRIEVANCE, level=5), "consult_first"),
        (Action.PROPOSE, Circumstances(Stage.INVESTIGATING, Kind.GRIEVANCE, level=1), "consult_first"),
        (Action.PROPOSE, replace(ANSWERED, level=3), "consult_first"),
        (Action.INVESTIGATE, Circumstances(Stage.ASSESSED, Kind.GRIEVANCE, level=5), None),
        (Action.ACCEPT, GRIEVANCE, None),
        (Action.ACCEPT, ANSWERED, "nothing_to_answer"),
        (Action.REFUSE, QUESTION, "nothing_to_answer"),
        (Action.COUNTER, replace(GRIEVANCE, round=2), None),
        (Action.COUNTER, replace(GRIEVANCE, round=3), "rounds_used_up"),
        (Action.COUNTER, ANSWERED, "nothing_to_answer"),
        (Action.LAPSE, QUESTION, "nothing_to_answer"),
        (Action.LAPSE, ANSWERED, "nothing_to_answer"),
        (Action.LAPSE, replace(SILENT, attempts=2), "more_attempts"),
        (Action.LAPSE, replace(SILENT, attempt_channels=1), "another_channel"),
        (Action.LAPSE, SILENT, "too_early_to_lapse"),
        (Action.DECIDE, replace(GRIEVANCE, panel=frozenset({uuid.uuid4()})), None),
        (Action.DECIDE, GRIEVANCE, "no_panel"),
        (Action.ACKNOWLEDGE, QUESTION, None),
        (Action.WITHDRAW, GRIEVANCE, None),
    ],
)
def test_an_action_waits_for_its_reason(action, case, code):
    found = guards.why_not(action, case, NOW)
    assert (found.code if found else None) == code


def test_a_case_lapses_on_the_sixtieth_day_and_not_before():
    assert guards.why_not_lapse(SILENT, NOW + timedelta(days=60) - timedelta(seconds=1)) is not None
    assert guards.why_not_lapse(SILENT, NOW + timedelta(days=60)) is None


def test_one_way_of_reaching_somebody_is_enough_when_there_is_no_other():
    only_one = replace(SILENT, attempt_channels=1, channels_known=1)
    assert guards.why_not_lapse(only_one, NOW + timedelta(days=60)) is None


@pytest.mark.parametrize(
    ("remedies", "confirmed", "reason", "code"),
    [(0, 0, None, None), (2, 2, None, None), (2, 1, None, "remedies_open"), (2, 1, "Nobody answers.", None)],
)
def test_verifying_needs_every_remedy_confirmed_or_a_reason(remedies, confirmed, reason, code):
    case = replace(GRIEVANCE, stage=Stage.IMPLEMENTING, remedies=remedies, remedies_confirmed=confirmed)
    found = guards.why_not_verify(case, reason)
    assert (found.code if found else None) == code


@pytest.mark.parametrize("reason", [None, "I see it done."])
def test_nobody_closes_over_a_no_of_the_person_before_they_are_asked_again(reason):
    case = replace(GRIEVANCE, stage=Stage.IMPLEMENTING, remedies=2, remedies_confirmed=1, remedies_refused=1)
    assert guards.why_not_verify(case, reason).code == "person_said_no"
    assert guards.why_not(Action.VERIFY, case, NOW).code == "person_said_no"


def test_a_late_appeal_needs_a_reason_and_one_in_time_needs_none():
    last = NOW + timedelta(days=30)
    closed = replace(GRIEVANCE, stage=Stage.CLOSED, appeal_until=last)
    assert guards.why_not_appeal(closed, last) is None
    late = guards.why_not_appeal(closed, last + timedelta(seconds=1))
    assert late.values == {"days": 30}
    assert guards.why_not_appeal(closed, last + timedelta(days=400), "I was ill.") is None


def test_before_the_end_only_whoever_was_offered_a_panel_goes_there():
    """Domain 2.3 and 2.5: a second extension and twenty days late open the way without a decision."""
    assert guards.why_not_appeal(GRIEVANCE, NOW).code == "not_closed_yet"
    assert guards.why_not(Action.APPEAL, GRIEVANCE, NOW).code == "not_closed_yet"
    assert guards.why_not(Action.APPEAL, replace(GRIEVANCE, panel_offered=True), NOW) is None


@pytest.mark.parametrize(
    ("case", "kind", "agreed", "code"),
    [
        (GRIEVANCE, Kind.QUESTION, True, "too_late_to_convert"),
        (QUESTION, Kind.QUESTION, False, "is_that_already"),
        (QUESTION, Kind.GRIEVANCE, False, None),
        (replace(QUESTION, kind=Kind.GRIEVANCE), Kind.SUGGESTION, False, "person_must_agree"),
        (replace(QUESTION, kind=Kind.GRIEVANCE), Kind.SUGGESTION, True, None),
    ],
)
def test_a_grievance_is_made_less_only_with_the_person(case, kind, agreed, code):
    found = guards.why_not_convert(case, kind, person_agreed=agreed)
    assert (found.code if found else None) == code


def test_stop_if_stops_with_the_refusal():
    guards.stop_if(None)
    with pytest.raises(Refused) as caught:
        guards.stop_if(guards.Refusal("no_panel"))
    assert caught.value.refusal.code == "no_panel"
