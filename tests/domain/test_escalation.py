from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.domain.deadlines import Promise
from engage.domain.escalation import (
    RungKind,
    Seat,
    next_rung,
    next_rung_with_people,
    rungs_due,
)
from engage.domain.severity import Level

START = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MONTH = 30 * DAY


@pytest.fixture
def ladder(catalogue):
    return catalogue.ladder


def due(ladder, after, *, length=MONTH, fired=(), level=None, promise=Promise.PROPOSE, ask=rungs_due, held=False):
    return ask(
        ladder,
        promise=promise,
        starts_at=START,
        due_at=None if held else START + length,
        level=level,
        fired=frozenset(fired),
        now=START + after,
    )


def sent(rungs):
    return [step.rung.code for step in rungs if not step.superseded]


def passed_over(rungs):
    return [step.rung.code for step in rungs if step.superseded]


REMINDERS = ["half_gone", "most_gone", "day_before", "due"]
RUNGS = ["late_2_days", "late_5_days", "late_10_days", "late_20_days", "late_30_days"]


def test_each_rung_comes_at_its_time_when_the_sweep_keeps_up(ladder):
    times, fired = [], []
    for hours in range(24 * 61):
        for step in due(ladder, hours * HOUR, fired=fired):
            assert not step.superseded
            assert step.at == START + hours * HOUR
            fired.append(step.rung.code)
            times.append(hours / 24)
    assert fired == REMINDERS + RUNGS
    assert times == [15, 24, 29, 30, 32, 35, 40, 50, 60]


def test_severe_cases_climb_faster(ladder):
    fired = due(ladder, 90 * DAY, level=Level.HIGH)
    late = [(step.at - START - MONTH) / HOUR for step in fired if step.rung.kind is RungKind.RUNG]
    assert late == [4, 24, 48, 120, 720]
    ordinary = due(ladder, 90 * DAY, level=Level.MODERATE)
    assert [(step.at - START - MONTH) / DAY for step in ordinary[-5:]] == [2, 5, 10, 20, 30]


def test_nothing_comes_before_half_of_the_time_has_gone(ladder):
    assert due(ladder, 15 * DAY - HOUR) == []


def test_a_rung_fires_once_however_often_the_sweep_runs(ladder):
    first = due(ladder, 33 * DAY)
    fired = [step.rung.code for step in first]
    assert due(ladder, 33 * DAY, fired=fired) == []
    assert due(ladder, 20 * DAY, fired=fired) == []
    assert sent(due(ladder, 36 * DAY, fired=fired)) == ["late_5_days"]


def test_a_reminder_whose_successor_is_due_is_passed_over(ladder):
    late = due(ladder, 25 * DAY)
    assert (passed_over(late), sent(late)) == (["half_gone"], ["most_gone"])
    later = due(ladder, 30 * DAY)
    assert (passed_over(later), sent(later)) == (["half_gone", "most_gone", "day_before"], ["due"])


def test_rungs_above_are_never_passed_over_and_the_last_reminder_is_still_sent(ladder):
    late = due(ladder, 36 * DAY)
    assert sent(late) == ["due", "late_2_days", "late_5_days"]
    assert passed_over(late) == ["half_gone", "most_gone", "day_before"]


def test_a_reminder_whose_successor_has_fired_before_the_clock_jumped_back_is_passed_over(ladder):
    jumped = due(ladder, 16 * DAY, fired=["most_gone"])
    assert (passed_over(jumped), sent(jumped)) == (["half_gone"], [])


@pytest.mark.parametrize(("length", "has_it"), [(48 * HOUR, False), (48 * HOUR + timedelta(seconds=1), True)])
def test_the_day_before_exists_only_for_promises_longer_than_two_days(ladder, length, has_it):
    codes = [step.rung.code for step in due(ladder, 9 * DAY, length=length)]
    assert ("day_before" in codes) is has_it


def test_reminders_follow_the_time_and_not_the_list(ladder):
    three_days = due(ladder, 60 * HOUR, length=72 * HOUR)
    assert passed_over(three_days) == ["half_gone", "day_before"]
    assert sent(three_days) == ["most_gone"]


def test_what_the_person_owes_reminds_the_person_alone_and_never_climbs(ladder):
    steps = due(ladder, 90 * DAY, length=15 * DAY, promise=Promise.ANSWER)
    assert [step.rung.code for step in steps] == REMINDERS
    assert {step.rung.seat for step in steps} == {Seat("person")}
    assert due(ladder, 90 * DAY, fired=REMINDERS, promise=Promise.ANSWER, ask=next_rung) is None


def test_what_we_owe_reminds_the_assignee_and_climbs_to_the_seats_of_the_ladder(ladder):
    seats = [step.rung.seat for step in due(ladder, 90 * DAY)]
    assert seats == [
        *[Seat("assignee")] * 4,
        Seat("coordinator"),
        Seat("approver"),
        Seat("approver", all_sites=True),
        Seat("oversight"),
        Seat("oversight"),
    ]


def test_nothing_is_due_while_a_pause_holds_the_date(ladder):
    assert due(ladder, 90 * DAY, held=True) == []
    assert due(ladder, 90 * DAY, held=True, ask=next_rung) is None


def test_a_date_before_its_own_start_is_simply_late(ladder):
    assert sent(due(ladder, -DAY, length=-DAY)) == ["due"]


def test_the_next_rung_is_told_with_its_time(ladder):
    step = due(ladder, DAY, ask=next_rung)
    assert (step.rung.code, step.at) == ("half_gone", START + 15 * DAY)
    step = due(ladder, 31 * DAY, fired=REMINDERS, ask=next_rung)
    assert (step.rung.code, step.at) == ("late_2_days", START + 32 * DAY)


def test_the_next_rung_is_the_one_that_waits_for_the_sweep(ladder):
    assert due(ladder, 31 * DAY, fired=["half_gone"], ask=next_rung).rung.code == "due"


def test_after_the_last_rung_nothing_comes(ladder):
    assert due(ladder, 99 * DAY, fired=REMINDERS + RUNGS, ask=next_rung) is None


@given(
    minutes=st.integers(1, 60 * 24 * 60),
    jumps=st.lists(st.integers(-60 * 24 * 10, 60 * 24 * 120), min_size=1, max_size=12),
    level=st.sampled_from([None, *Level]),
)
def test_whatever_way_time_jumps_each_rung_happens_once_and_none_is_missing(catalogue, minutes, jumps, level):
    length, fired = timedelta(minutes=minutes), []
    for jump in [*jumps, 60 * 24 * 200]:
        before = due(catalogue.ladder, timedelta(minutes=jump), length=length, fired=fired, level=level)
        fired += [step.rung.code for step in before]
    has_day_before = length > 48 * HOUR
    assert sorted(fired) == sorted([code for code in REMINDERS + RUNGS if code != "day_before" or has_day_before])


def rung(ladder, code):
    return next(rung for rung in ladder.rungs if rung.code == code)


@pytest.mark.parametrize(
    ("code", "present", "told"),
    [
        ("late_5_days", ["approver"], "late_5_days"),
        ("late_2_days", ["oversight"], "late_20_days"),
        ("half_gone", ["coordinator"], "late_2_days"),
        ("late_20_days", ["coordinator"], None),
        ("half_gone", [], None),
    ],
)
def test_a_vacant_rung_passes_upward(ladder, code, present, told):
    step = next_rung_with_people(ladder, rung(ladder, code), lambda seat: seat.role in present)
    assert (step and step.code) == told


def test_an_approver_of_all_sites_does_not_fill_the_seat_of_the_site(ladder):
    step = next_rung_with_people(ladder, rung(ladder, "late_5_days"), lambda seat: seat.all_sites)
    assert step.code == "late_10_days"


def test_the_seats_to_be_filled_are_listed_once_without_the_assignee(ladder):
    assert Seat("assignee") not in ladder.seats
    assert len(set(ladder.seats)) == len(ladder.seats)
    assert {Seat("oversight"), Seat("approver", all_sites=True), Seat("focal")} <= set(ladder.seats)


def test_urgent_facts_are_told_at_once_and_each_seat_once(ladder):
    assert ladder.tell_at_once(["retaliation"]) == (Seat("rights_lead"),)
    told = ladder.tell_at_once(["fatality", "hazardous_release", "nothing"])
    assert len(told) == len(set(told)) == 4
    assert ladder.tell_at_once([]) == ()


@pytest.mark.parametrize("fact", ["sexual_violence", "child_harmed"])
def test_facts_of_the_restricted_lane_are_told_to_the_focal_point_alone(ladder, fact):
    assert ladder.tell_at_once([fact]) == (Seat("focal"),)
