"""The table of what may follow what."""

import itertools

import pytest

from engage.domain.lifecycle import (
    OPEN_STAGES,
    SHORT_TRACK,
    TRACK,
    TRANSITIONS,
    Action,
    IllegalTransition,
    Stage,
    allowed_actions,
    next_stage,
)


@pytest.mark.parametrize(("stage", "action"), list(itertools.product(Stage, Action)))
def test_every_pair_is_either_in_the_table_or_refused(stage, action):
    if (stage, action) in TRANSITIONS:
        assert next_stage(stage, action) is TRANSITIONS[stage, action][0]
        assert action in allowed_actions(stage)
    else:
        assert action not in allowed_actions(stage)
        with pytest.raises(IllegalTransition) as caught:
            next_stage(stage, action)
        assert (caught.value.stage, caught.value.action) == (stage, action)


@pytest.mark.parametrize(("stage", "action"), list(TRANSITIONS))
@pytest.mark.parametrize("wanted", list(Stage))
def test_an_action_leads_only_where_the_table_says(stage, action, wanted):
    if wanted in TRANSITIONS[stage, action]:
        assert next_stage(stage, action, wanted) is wanted
    else:
        with pytest.raises(IllegalTransition):
            next_stage(stage, action, wanted)


def test_every_stage_but_the_first_can_be_reached_and_every_stage_can_be_left():
    reached = {target for targets in TRANSITIONS.values() for target in targets}
    assert reached == set(Stage) - {Stage.RECEIVED}
    assert {stage for stage, _ in TRANSITIONS} == set(Stage)


def test_every_action_is_in_the_table():
    assert {action for _, action in TRANSITIONS} == set(Action)


def test_the_person_can_withdraw_from_every_open_stage_and_only_from_those():
    assert {stage for stage, action in TRANSITIONS if action is Action.WITHDRAW} == set(OPEN_STAGES)


def test_staff_can_end_a_case_without_an_answer_only_by_screening_out_and_lapse():
    ending = {action for (_, action), targets in TRANSITIONS.items() if Stage.CLOSED in targets}
    persons = {Action.ACCEPT, Action.REFUSE, Action.WITHDRAW}
    after_an_answer = {Action.VERIFY, Action.DECIDE, Action.REPORT, Action.ANSWER}
    assert ending - persons - after_an_answer == {Action.SCREEN_OUT, Action.LAPSE}


def test_the_table_cannot_be_changed():
    with pytest.raises(TypeError):
        TRANSITIONS[Stage.CLOSED, Action.ACCEPT] = (Stage.RECEIVED,)


def test_the_tracks_run_from_receipt_to_closure():
    for track in (TRACK, SHORT_TRACK):
        assert (track[0], track[-1]) == (Stage.RECEIVED, Stage.CLOSED)
