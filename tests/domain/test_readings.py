from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.domain.deadlines import (
    ByDate,
    Clock,
    Days,
    Hours,
    Promise,
    State,
    Why,
    explain,
    reading,
    recompute_at_assessment,
)
from engage.domain.pauses import Pause

PARAMARIBO = ZoneInfo("America/Paramaribo")
RECEIVED = datetime(2026, 1, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
GRACE = timedelta(hours=24)


def a_clock(promise=Promise.ASSESS, span=None, pauses=()):
    return Clock(promise, RECEIVED, span or Days(3), PARAMARIBO, tuple(pauses))


def a_pause(first_day, last_day=None):
    return Pause(RECEIVED + first_day * DAY, None if last_day is None else RECEIVED + last_day * DAY, "harvest")


@pytest.mark.parametrize(
    ("now_day", "met_day", "state", "remaining"),
    [
        (1, None, State.DUE, 2),
        (3, None, State.DUE, 0),
        (4, None, State.BREACHED, -1),
        (9, 3, State.MET, 0),
        (9, 2, State.MET, 1),
        (9, 5, State.MET_LATE, -2),
    ],
)
def test_a_promise_is_due_met_met_late_or_breached(now_day, met_day, state, remaining):
    met_at = None if met_day is None else RECEIVED + met_day * DAY
    read = reading(a_clock(), now=RECEIVED + now_day * DAY, met_at=met_at)
    assert (read.state, read.remaining, read.due_at) == (state, remaining * DAY, RECEIVED + 3 * DAY)
    assert (read.total_pause, read.is_paused) == (timedelta(0), False)


@pytest.mark.parametrize(("met_at", "state"), [(None, State.DUE), (RECEIVED + 30 * DAY, State.MET)])
def test_what_the_person_owes_is_never_late(met_at, state):
    assert reading(a_clock(Promise.ANSWER), now=RECEIVED + 40 * DAY, met_at=met_at).state is state


def test_remaining_time_stands_still_while_a_pause_lasts():
    clock = a_clock(pauses=[a_pause(1)])
    for day in (1, 2, 50):
        read = reading(clock, now=RECEIVED + day * DAY)
        assert (read.state, read.due_at, read.remaining) == (State.DUE, None, 2 * DAY)
        assert (read.total_pause, read.is_paused) == ((day - 1) * DAY, True)


def test_a_pause_that_has_ended_is_in_the_total_and_moves_the_date():
    read = reading(a_clock(pauses=[a_pause(1, 3)]), now=RECEIVED + 4 * DAY)
    assert (read.due_at, read.total_pause, read.is_paused) == (RECEIVED + 5 * DAY, 2 * DAY, False)


def test_a_pause_known_beforehand_moves_the_date_but_is_not_in_the_total_yet():
    read = reading(a_clock(pauses=[a_pause(2, 4)]), now=RECEIVED + DAY)
    assert (read.due_at, read.total_pause, read.is_paused) == (RECEIVED + 5 * DAY, timedelta(0), False)


def test_a_coming_pause_without_an_end_leaves_the_date_open():
    read = reading(a_clock(pauses=[a_pause(2)]), now=RECEIVED + DAY)
    assert (read.due_at, read.remaining, read.is_paused) == (None, 2 * DAY, False)


def test_a_promise_met_during_a_pause_is_in_time_and_not_paused_any_more():
    read = reading(a_clock(pauses=[a_pause(1)]), now=RECEIVED + 9 * DAY, met_at=RECEIVED + 2 * DAY)
    assert (read.state, read.is_paused, read.total_pause) == (State.MET, False, DAY)


def test_the_acknowledgement_never_pauses():
    clock = a_clock(Promise.ACKNOWLEDGE, Hours(48), [a_pause(1)])
    assert clock.due_at == RECEIVED + 2 * DAY
    assert len(clock.explain()) == 1
    read = reading(clock, now=RECEIVED + 3 * DAY)
    assert (read.state, read.total_pause, read.is_paused) == (State.BREACHED, timedelta(0), False)


def test_a_clock_explains_itself_with_its_pauses():
    clock = a_clock(pauses=[a_pause(1, 3)])
    assert clock.explain() == explain(RECEIVED, clock.span, PARAMARIBO, clock.pauses)


def recomputed(span, told_day, now_day, pauses=()):
    return recompute_at_assessment(
        received_at=RECEIVED,
        span=span,
        told_due=None if told_day is None else RECEIVED + told_day * DAY,
        zone=PARAMARIBO,
        pauses=pauses,
        now=RECEIVED + now_day * DAY,
        grace=GRACE,
    )


@pytest.mark.parametrize(
    ("span", "told_day", "now_day", "why", "due_day"),
    [
        (Days(10), 30, 2, Why.LEVEL, 10),  # the level is stricter
        (Days(60), 30, 2, Why.TOLD, 30),  # the level is milder: what was told stays
        (Days(30), 30, 2, Why.TOLD, 30),
        (Days(2), 30, 5, Why.GRACE, 6),  # would be past: now and a day
        (Days(2), 5.5, 5, Why.TOLD, 5.5),  # the grace never goes past what was told
        (Days(2), 4, 5, Why.TOLD, 4),  # a breach that has happened stays
        (Days(60), 4, 5, Why.TOLD, 4),
        (Days(5), 30, 5, Why.LEVEL, 5),  # due this instant is not past
        (None, 30, 2, Why.TOLD, 30),  # not promised at this level, but told
        (Hours(48), None, 1, Why.LEVEL, 2),
        (Days(3), None, 10, Why.GRACE, 11),  # a question that became a grievance late
    ],
)
def test_assessment_recomputes_from_receipt_and_never_later_than_told(span, told_day, now_day, why, due_day):
    new = recomputed(span, told_day, now_day)
    assert (new.why, new.due_at) == (why, RECEIVED + due_day * DAY)


def test_what_is_neither_promised_nor_told_has_no_clock():
    assert recomputed(None, None, 1) is None


def test_a_recomputed_clock_runs_on_through_later_pauses():
    early, late = a_pause(1, 2), a_pause(7, 9)
    level = recomputed(Days(10), 31, 3, [early])
    assert (level.starts_at, level.span, level.due_at) == (RECEIVED, Days(10), RECEIVED + 11 * DAY)
    told = recomputed(Days(60), 31, 3, [early])
    assert (told.starts_at, told.span) == (RECEIVED + 3 * DAY, ByDate(RECEIVED + 31 * DAY))
    clock = Clock(Promise.PROPOSE, told.starts_at, told.span, PARAMARIBO, (early, late))
    assert clock.due_at == RECEIVED + 33 * DAY


def test_an_assessment_during_a_pause_leaves_the_date_open_until_it_ends():
    assert recomputed(Days(10), 30, 3, [a_pause(1)]).due_at is None
    assert recomputed(Days(60), 30, 3, [a_pause(1)]).due_at is None


@given(
    days=st.integers(1, 90),
    told_day=st.none() | st.integers(1, 90),
    now_day=st.integers(0, 100),
    pauses=st.lists(st.tuples(st.integers(0, 50), st.integers(0, 20)), max_size=3),
)
def test_an_assessment_never_gives_a_later_date_than_told_nor_makes_a_breach(days, told_day, now_day, pauses):
    past = [a_pause(first, first + length) for first, length in pauses if first + length <= now_day]
    now = RECEIVED + now_day * DAY
    new = recomputed(Days(days), told_day, now_day, past)
    if told_day is not None:
        assert new.due_at <= RECEIVED + told_day * DAY
    if told_day is None or told_day >= now_day:
        assert new.due_at >= now
    assert Clock(Promise.PROPOSE, new.starts_at, new.span, PARAMARIBO, tuple(past)).due_at == new.due_at
