"""An explanation sums to its date, whatever was paused, told, put off or closed (R19; R67)."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from engage.domain.calendars import Period, Slot, WorkingCalendar, add_working, explain_working
from engage.domain.deadlines import ByDate, Days, Hours, StepCode, explain
from engage.domain.pauses import Pause, limited, set_since
from engage.domain.wall_clock import wall_time

ZONES = st.sampled_from(["UTC", "Europe/Belgrade", "America/Lima", "Australia/Lord_Howe", "Africa/Casablanca"])
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))
MINUTES = st.integers(0, 60 * 24 * 50)
MOST = {"waiting_for_person": timedelta(days=30)}


@st.composite
def pauses(draw, near):
    """Pauses as they come to stand in a case: of several reasons, set before or as they begin, some without an end."""
    found = []
    for _ in range(draw(st.integers(0, 4))):
        begins = near + timedelta(minutes=draw(st.integers(-20_000, 60_000)), seconds=draw(st.integers(0, 59)))
        length = draw(st.none() | MINUTES)
        ends = None if length is None else begins + timedelta(minutes=length)
        set_at = begins - timedelta(minutes=draw(st.integers(0, 9_000)))
        found.append(Pause(begins, ends, draw(st.sampled_from(["waiting_for_person", "harvest"])), set_at))
    return found


@st.composite
def clocks(draw):
    start = draw(INSTANTS)
    told = start + timedelta(minutes=draw(MINUTES))
    span = draw(st.one_of(st.integers(1, 200).map(Hours), st.integers(1, 120).map(Days), st.just(ByDate(told))))
    stops = limited(set_since(draw(pauses(start)), draw(st.none() | st.just(start))), MOST)
    return start, span, ZoneInfo(draw(ZONES)), stops


@given(clocks())
def test_the_steps_of_an_explanation_follow_one_another_and_sum_to_the_date(clock):
    start, span, zone, stops = clock
    steps = explain(start, span, zone, stops)
    assert steps[0].starts_at == start
    assert all(before.ends_at == after.starts_at for before, after in zip(steps, steps[1:], strict=False))
    due = steps[-1].ends_at
    if due is None:
        assert steps[-1].code is StepCode.PAUSED
        return
    assert sum((step.ends_at - step.starts_at for step in steps), timedelta()) == due - start
    counted = sum((step.counted for step in steps), timedelta())
    if isinstance(span, Hours):
        assert counted == timedelta(hours=span.count)
        passed = [step.ends_at - step.starts_at for step in steps if step.code is StepCode.COUNTED]
        assert sum(passed, timedelta()) == counted
    elif isinstance(span, Days):
        assert counted == timedelta(days=span.count)
    else:
        assert counted == wall_time(span.at, zone, since=start) - wall_time(start, zone, since=start)


@given(clocks())
def test_what_did_not_count_is_named_with_its_reason(clock):
    steps = explain(*clock)
    assert all(step.reason in ("waiting_for_person", "harvest") for step in steps if step.code is StepCode.PAUSED)
    assert all(step.counted == timedelta() for step in steps if step.code is not StepCode.COUNTED)


@given(start=INSTANTS, minutes=st.integers(1, 60 * 60), zone=ZONES, off=st.sets(st.integers(0, 120), max_size=20))
def test_working_time_explains_itself_to_the_minute(start, minutes, zone, off):
    first = date(start.year, start.month, start.day)
    days = {weekday: (Slot(time(8), time(12)), Slot(time(13), time(16, 30))) for weekday in range(5)}
    closed = Period(first + timedelta(days=3), first + timedelta(days=6), "Stocktaking")
    holidays = {first + timedelta(days=number): "A holiday" for number in off}
    calendar = WorkingCalendar(ZoneInfo(zone), days, holidays, (closed,))
    amount = timedelta(minutes=minutes)
    steps = explain_working(calendar, start, amount)
    assert steps[0].starts_at == start
    assert all(before.ends_at == after.starts_at for before, after in zip(steps, steps[1:], strict=False))
    assert sum((step.counted for step in steps), timedelta()) == amount
    assert steps[-1].ends_at == add_working(calendar, start, amount)
