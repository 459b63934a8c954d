"""Every state of a report, every step, every side: what leads somewhere is written out here once more, by hand."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from engage.domain import lane_clocks
from engage.domain.lane import (
    HER_ANSWERS,
    TAKEN_BY,
    Course,
    IllegalStep,
    Position,
    Process,
    Side,
    Step,
    Support,
    Telling,
    is_there,
    next_position,
    possible,
    why_not_close,
    why_not_share,
)
from engage.domain.lane_clocks import Clock, Late
from engage.domain.lane_policy import LANE_GRANTS, OWN, LaneFacts, LanePermission, may_in_lane, require_in_lane
from engage.domain.policy import SYSTEM, Actor, Membership, NotAllowed, Party, Role

# Domain 5.4, as it is written there: who, what, from where, to where.
BY_HAND = """
focal            offer_support        reported                             support_offered
focal            offer_support        support_offered                      support_offered
focal            offer_support        referral_consented                   referral_consented
focal            offer_support        referral_declined                    referral_declined
survivor,focal   consent_to_referral  support_offered,referral_declined    referral_consented
survivor,focal   decline_referral     support_offered,referral_consented   referral_declined
focal            make_referral        referral_consented                   referral_consented
survivor,focal   want_action          unsaid,not_wanted                    wanted
survivor,focal   not_want_action      unsaid,wanted,begun                  not_wanted
focal            begin_process        wanted                               begun
focal            conclude_process     begun                                concluded
focal            share_outcome        concluded                            outcome_shared
survivor,focal   not_wish_to_hear     tell                                 do_not_tell
survivor,focal   wish_to_hear         do_not_tell                          tell
focal            close                open                                 closed
survivor         stop                 open,closed                          stopped
survivor         come_back            closed,stopped                       open
"""
EXPECTED = {
    (side, step, start): end
    for sides, step, starts, end in (line.split() for line in BY_HAND.split("\n") if line)
    for side in sides.split(",")
    for start in starts.split(",")
}
POSITIONS = [Position(*tracks) for tracks in product(Support, Process, Telling, Course)]
NEEDS_OPEN = set(Step) - {Step.STOP, Step.COME_BACK}
REPORT, SITE, ELSEWHERE, USER = (uuid.UUID(int=number) for number in range(1, 5))
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def expected(position: Position, step: Step, side: Side, for_other: bool) -> set[str] | None:
    """The four states afterwards, or None where the step leads nowhere."""
    if (for_other and step in HER_ANSWERS) or (step in NEEDS_OPEN and position.course is not Course.OPEN):
        return None
    states = {position.support, position.process, position.telling, position.course}
    for state in states:
        if (side.value, step.value, state.value) in EXPECTED:
            return {one.value for one in states - {state}} | {EXPECTED[side.value, step.value, state.value]}
    return None


@pytest.mark.parametrize("side", Side)
def test_every_step_from_every_state_leads_where_it_is_written_and_nowhere_else(side):
    for position, step, for_other in product(POSITIONS, Step, (False, True)):
        try:
            after = next_position(position, step, side, for_other=for_other)
        except IllegalStep as error:
            assert error.step is step
            found = None
        else:
            found = {after.support.value, after.process.value, after.telling.value, after.course.value}
        assert found == expected(position, step, side, for_other), (position, step, for_other)


def test_the_buttons_of_a_page_are_the_steps_that_lead_somewhere():
    for position, side, for_other in product(POSITIONS, Side, (False, True)):
        wanted = {step for step in Step if expected(position, step, side, for_other) is not None}
        assert possible(position, side, for_other=for_other) == wanted


def test_whoever_told_of_somebody_else_takes_no_step_at_all():
    assert not any(possible(position, Side.REPORTER) for position in POSITIONS)
    assert not any(possible(position, Side.REPORTER, for_other=True) for position in POSITIONS)


def test_she_can_stop_from_anywhere_and_nobody_else_can():
    for position in POSITIONS:
        can = Step.STOP in possible(position, Side.SURVIVOR)
        assert can is (position.course is not Course.STOPPED)
        assert Step.STOP not in possible(position, Side.FOCAL)


def test_there_is_no_step_of_mediation_negotiation_money_or_confrontation():
    banned = ("mediat", "negotiat", "settl", "compens", "money", "meet", "confront", "propos")
    assert [step for step in Step if any(word in step for word in banned)] == []
    assert set(TAKEN_BY) == set(Step)


def test_where_a_step_leads_already_nothing_is_left_to_do():
    told = replace(Position(), process=Process.WANTED)
    assert is_there(told, Step.WANT_ACTION)
    assert not is_there(told, Step.NOT_WANT_ACTION)
    assert not is_there(replace(Position(), support=Support.OFFERED), Step.MAKE_REFERRAL)
    assert is_there(Position(), Step.COME_BACK)


@pytest.mark.parametrize(
    ("support", "process", "telling", "owes_child", "code"),
    [
        (Support.REPORTED, Process.UNSAID, Telling.TELL, False, "lane_support_first"),
        (Support.OFFERED, Process.UNSAID, Telling.TELL, False, None),
        (Support.OFFERED, Process.UNSAID, Telling.TELL, True, "lane_child_first"),
        (Support.DECLINED, Process.NOT_WANTED, Telling.TELL, False, None),
        (Support.CONSENTED, Process.WANTED, Telling.TELL, False, "lane_process_first"),
        (Support.CONSENTED, Process.BEGUN, Telling.DO_NOT_TELL, False, "lane_process_first"),
        (Support.CONSENTED, Process.CONCLUDED, Telling.TELL, False, "lane_outcome_first"),
        (Support.CONSENTED, Process.CONCLUDED, Telling.DO_NOT_TELL, False, None),
        (Support.CONSENTED, Process.SHARED, Telling.TELL, False, None),
    ],
)
def test_closing_needs_support_the_process_she_wanted_and_word_of_it_if_she_wishes(
    support, process, telling, owes_child, code
):
    refusal = why_not_close(Position(support, process, telling), owes_child=owes_child)
    assert (refusal.code if refusal else None) == code


def test_nobody_is_told_what_they_would_rather_not_hear():
    assert why_not_share(Position()) is None
    assert why_not_share(Position(telling=Telling.DO_NOT_TELL)).code == "lane_would_not_hear"


def test_every_clock_is_an_hour_or_a_day_from_the_report():
    spans = {clock: lane_clocks.due_at(clock, NOW) - NOW for clock in Clock}
    day = timedelta(days=1)
    assert spans == {Clock.ALERT: timedelta(hours=1), Clock.SUPPORT: day, Clock.LEAD: day, Clock.CHILD: day}
    assert max(spans.values()) < lane_clocks.HEALTH_WITHIN


def test_each_of_those_who_hear_that_we_are_late_is_due_once_and_in_order():
    assert lane_clocks.steps_due(NOW, 0, NOW - timedelta(seconds=1)) == ()
    assert lane_clocks.steps_due(NOW, 0, NOW) == (Late.AT_SITE,)
    assert lane_clocks.steps_due(NOW, 1, NOW) == ()
    assert lane_clocks.steps_due(NOW, 0, NOW + timedelta(days=9)) == (Late.AT_SITE, Late.ALL_SITES)
    assert lane_clocks.steps_due(NOW, 2, NOW + timedelta(days=9)) == ()
    assert lane_clocks.next_look(NOW, 0) == NOW
    assert lane_clocks.next_look(NOW, 1) == NOW + timedelta(hours=1)
    assert lane_clocks.next_look(NOW, 2) is None


def actor_with(role: Role, site_id) -> Actor:
    return Actor(id=USER, memberships=frozenset({Membership(role, site_id)}))


@pytest.mark.parametrize("what", LanePermission)
def test_at_the_site_a_focal_point_may_everything_and_nobody_else_anything(what):
    report = LaneFacts(REPORT, SITE)
    for role, site_id in product(Role, (None, SITE, ELSEWHERE)):
        wanted = role is Role.FOCAL and site_id in (None, SITE)
        assert may_in_lane(actor_with(role, site_id), what, report) is wanted
    about = LaneFacts(REPORT, SITE, frozenset({USER}))
    assert not may_in_lane(actor_with(Role.FOCAL, None), what, about)
    assert not may_in_lane(SYSTEM, what, report)
    assert LANE_GRANTS[what] == {Role.FOCAL}


@pytest.mark.parametrize("what", LanePermission)
def test_whoever_holds_a_code_may_look_write_and_decide_on_that_report_alone(what):
    report = LaneFacts(REPORT, SITE)
    assert may_in_lane(Actor(id=None, party=Party.PERSON, case_id=REPORT), what, report) is (what in OWN)
    stranger = Actor(id=None, party=Party.PERSON, case_id=ELSEWHERE)
    with pytest.raises(NotAllowed):
        require_in_lane(stranger, what, report)
