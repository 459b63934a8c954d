from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from engage.domain.calendars import (
    Period,
    Slot,
    WorkingCalendar,
    add_working,
    community_pauses,
    explain_working,
    working_between,
)
from engage.domain.deadlines import Days, StepCode, due_at
from tests.domain.minute_by_minute import TURNS, random_instant, walk_working

BELGRADE = ZoneInfo("Europe/Belgrade")
HOUR = timedelta(hours=1)
OFFICE = (Slot(time(8), time(12)), Slot(time(13), time(17)))


def local(text):
    return datetime.fromisoformat(text).replace(tzinfo=BELGRADE).astimezone(UTC)


def a_calendar(slots=None, holidays=None, closures=()):
    return WorkingCalendar(BELGRADE, slots or dict.fromkeys(range(5), OFFICE), holidays or {}, tuple(closures))


def test_working_time_skips_the_lunch_break_the_night_and_the_weekend():
    friday = local("2026-06-05T11:00")
    assert add_working(a_calendar(), friday, HOUR) == local("2026-06-05T12:00")
    assert add_working(a_calendar(), friday, 2 * HOUR) == local("2026-06-05T14:00")
    assert add_working(a_calendar(), friday, 6 * HOUR) == local("2026-06-08T09:00")


def test_holidays_and_closures_do_not_count_and_the_explanation_names_them():
    calendar = a_calendar(
        holidays={date(2026, 6, 9): "National day"},
        closures=[
            Period(date(2026, 6, 10), date(2026, 6, 11), "Flood"),
            Period(date(2026, 7, 1), date(2026, 7, 1), "x"),
        ],
    )
    steps = explain_working(calendar, local("2026-06-08T16:00"), 2 * HOUR)
    assert steps[-1].ends_at == local("2026-06-12T09:00")
    assert [(step.code, step.reason) for step in steps] == [
        (StepCode.COUNTED, None),
        (StepCode.NOT_WORKING, None),
        (StepCode.HOLIDAY, "National day"),
        (StepCode.CLOSURE, "Flood"),
        (StepCode.CLOSURE, "Flood"),
        (StepCode.NOT_WORKING, None),
        (StepCode.COUNTED, None),
    ]
    assert sum((step.counted for step in steps), timedelta(0)) == 2 * HOUR
    assert [step.ends_at for step in steps[:-1]] == [step.starts_at for step in steps[1:]]


def test_no_working_time_is_over_at_once():
    night = local("2026-06-05T23:00")
    assert add_working(a_calendar(), night, timedelta(0)) == night
    assert explain_working(a_calendar(), night, timedelta(0)) == []


def test_working_time_cannot_be_taken_away():
    with pytest.raises(ValueError, match="negative"):
        add_working(a_calendar(), local("2026-06-05T08:00"), -HOUR)


def test_working_time_between_two_instants():
    calendar = a_calendar()
    assert working_between(calendar, local("2026-06-05T11:00"), local("2026-06-08T09:30")) == 6.5 * HOUR
    assert working_between(calendar, local("2026-06-05T13:30"), local("2026-06-05T14:00")) == HOUR / 2
    assert working_between(calendar, local("2026-06-08T09:30"), local("2026-06-05T11:00")) == timedelta(0)


def test_a_shift_may_end_at_midnight_and_go_on_after_it():
    nights = a_calendar({day: (Slot(time(0), time(6)), Slot(time(22), time(0))) for day in range(7)})
    assert add_working(nights, local("2026-06-05T21:00"), 5 * HOUR) == local("2026-06-06T03:00")


def test_a_slot_in_an_hour_that_clocks_skip_is_not_worked():
    early = a_calendar({6: (Slot(time(2, 15), time(2, 45)),)})
    assert add_working(early, local("2026-03-28T12:00"), HOUR / 2) == local("2026-04-05T02:45")


def test_a_calendar_without_hours_is_refused():
    with pytest.raises(ValueError, match="at least one slot"):
        a_calendar({0: ()})


@pytest.mark.parametrize(
    "slots",
    [
        (Slot(time(9), time(8)),),
        (Slot(time(8), time(8)),),
        (Slot(time(8), time(12)), Slot(time(11), time(13))),
        (Slot(time(13), time(17)), Slot(time(8), time(12))),
        (Slot(time(13), time(0)), Slot(time(8), time(12))),
    ],
)
def test_slots_that_overlap_or_are_out_of_order_are_refused(slots):
    with pytest.raises(ValueError, match="weekday 2"):
        a_calendar({0: OFFICE, 1: (), 2: slots})


def test_slots_may_touch():
    halves = a_calendar({0: (Slot(time(8), time(12)), Slot(time(12), time(16)))})
    assert add_working(halves, local("2026-06-08T08:00"), 6 * HOUR) == local("2026-06-08T14:00")


def test_the_days_of_a_community_become_pauses_from_midnight_to_midnight():
    pauses = community_pauses([Period(date(2026, 3, 28), date(2026, 3, 29), "mourning")], BELGRADE)
    assert [(pause.starts_at, pause.ends_at, pause.reason_code) for pause in pauses] == [
        (local("2026-03-28T00:00"), local("2026-03-30T00:00"), "mourning")
    ]
    assert due_at(local("2026-03-27T10:00"), Days(3), BELGRADE, pauses) == local("2026-04-01T10:00")


def test_a_period_cannot_end_before_it_begins():
    with pytest.raises(ValueError, match="before it begins"):
        Period(date(2026, 3, 2), date(2026, 3, 1), "harvest")


SHIFTS = [
    (Slot(time(8), time(12)), Slot(time(13), time(17))),
    (Slot(time(0), time(2, 30)), Slot(time(2, 45), time(9)), Slot(time(22), time(0))),
    (Slot(time(1, 15), time(3)),),
    (Slot(time(0), time(0)),),
    (),
]


@pytest.mark.slow
def test_working_time_agrees_with_walking_every_minute(dice):
    for number in range(200):
        zone = dice.choice(list(TURNS))
        start = random_instant(dice, dice.choice(TURNS[zone]))
        slots = {0: SHIFTS[1], **{day: dice.choice(SHIFTS) for day in range(1, 7)}}
        holiday = (start + timedelta(days=dice.randrange(3))).date()
        calendar = WorkingCalendar(ZoneInfo(zone), slots, {holiday: "holiday"})
        minutes = dice.randrange(1, 2000)

        def is_open(wall, slots=slots, holiday=holiday):
            return wall.date() != holiday and any(
                slot.opens <= wall.time() and (wall.time() < slot.closes or slot.closes == time(0))
                for slot in slots[wall.weekday()]
            )

        told = f"case {number}: {zone} {start} {minutes} {calendar}"
        end = add_working(calendar, start, timedelta(minutes=minutes))
        assert end == walk_working(start, minutes, ZoneInfo(zone), is_open), told
        assert working_between(calendar, start, end) == timedelta(minutes=minutes), told
