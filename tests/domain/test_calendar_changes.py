"""Hours, closures and days of communities as people type them, and days from files."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.domain.calendar_changes import (
    read_slots,
    require_days,
    slots_document,
    slots_from,
    slots_text,
    why_not_days,
    why_not_hours,
)
from engage.domain.calendar_files import Entry, Left, sort_entries
from engage.domain.calendars import Period, Slot, WorkingCalendar
from engage.domain.guards import Refusal, Refused
from engage.domain.wall_clock import UTC

TODAY = date(2028, 2, 29)
MORNING, NIGHT = Slot(time(8), time(12)), Slot(time(18), time(0))


@pytest.mark.parametrize(
    ("typed", "slots"),
    [
        ("", ()),
        ("08:00-12:00", (MORNING,)),
        (" 8.00 – 12h00 ; 18:00 to 24:00 ", (MORNING, NIGHT)),
        ("00:00-24:00", (Slot(time(0), time(0)),)),
        ("08:00-12:00,12:00-13:30", (MORNING, Slot(time(12), time(13, 30)))),
    ],
)
def test_several_slots_a_day_are_read(typed, slots):
    assert read_slots(typed) == slots


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("8 to 12", "hours_unreadable"),
        ("25:00-26:00", "hours_unreadable"),
        ("08:00-12:60", "hours_unreadable"),
        ("12:00-08:00", "hours_overlap"),
        ("08:00-08:00", "hours_overlap"),
        ("08:00-12:00, 11:00-13:00", "hours_overlap"),
        ("13:00-17:00, 08:00-12:00", "hours_overlap"),
        ("18:00-24:00, 00:00-01:00", "hours_overlap"),
    ],
)
def test_hours_that_cannot_be_are_refused(typed, code):
    with pytest.raises(Refused) as refused:
        read_slots(typed)
    assert refused.value.refusal.code == code


@given(st.lists(st.integers(0, 1440), min_size=2, max_size=8, unique=True))
def test_whatever_is_read_makes_a_calendar_and_is_written_the_same(minutes):
    edges = [f"{minute // 60:02}:{minute % 60:02}" for minute in sorted(minutes)]
    slots = read_slots(", ".join(f"{opens}-{closes}" for opens, closes in zip(edges[::2], edges[1::2], strict=False)))
    assert len(slots) == len(minutes) // 2
    assert read_slots(slots_text(slots)) == slots
    WorkingCalendar(UTC, {0: slots}, {})
    assert slots_from(slots_document({0: slots})) == {0: slots}


@given(st.text(alphabet="0123456789:.h-–, to", max_size=40))
def test_whatever_is_typed_is_read_or_refused(typed):
    try:
        read_slots(typed)
    except Refused as refused:
        assert refused.refusal.code in ("hours_unreadable", "hours_overlap")


def test_a_calendar_without_working_time_is_refused():
    assert why_not_hours({0: (), 1: ()}) == Refusal("no_working_time")
    assert why_not_hours({0: (), 1: (MORNING,)}) is None
    assert slots_document({0: (), 1: (MORNING,)}) == {"1": [["08:00", "12:00"]]}


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        (TODAY, date(2028, 2, 28), "days_out_of_order"),
        (date(2028, 2, 27), date(2028, 2, 28), "is_over"),
        (TODAY, date(2029, 3, 1), "period_too_long"),
    ],
)
def test_days_that_cannot_be_kept_are_refused(first, last, code):
    with pytest.raises(Refused) as refused:
        require_days(first, last, today=TODAY)
    assert refused.value.refusal.code == code


def test_days_that_still_last_can_be_kept():
    assert why_not_days(date(2028, 2, 1), TODAY, today=TODAY) is None
    assert why_not_days(TODAY, date(2029, 2, 28), today=TODAY) is None


def test_of_a_file_what_is_new_and_ahead_is_taken_and_the_rest_is_named():
    ahead, over = Period(TODAY, TODAY, "Feast"), Period(date(2020, 1, 1), date(2020, 1, 1), "Old")
    long = Period(TODAY, date(2030, 1, 1), "Two years")
    known = Period(date(2028, 5, 1), date(2028, 5, 1), "Labour Day")
    entries = [
        Entry("Feast", ahead),
        Entry("Feast", ahead),
        Entry("Old", over),
        Entry("Two years", long),
        Entry("Labour Day", known),
        Entry("At noon", refusal=Refusal("not_whole_days")),
        Entry("Odd"),
    ]
    found = sort_entries(entries, [known], today=TODAY)
    assert found.taken == (ahead,)
    assert found.left == (
        Left("Feast", Refusal("already_there")),
        Left("Two years", Refusal("period_too_long", {"days": 366})),
        Left("Labour Day", Refusal("already_there")),
        Left("At noon", Refusal("not_whole_days")),
        Left("Odd", Refusal("days_unreadable")),
    )
