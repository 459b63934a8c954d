from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.domain.deadlines import (
    ByDate,
    Days,
    Hours,
    StepCode,
    due_at,
    explain,
    span_from,
    span_text,
)
from engage.domain.pauses import Pause, as_if_ended, in_turn, limited
from engage.domain.wall_clock import first_showing, instant_of, last_of_day, utc, wall_time
from tests.domain.minute_by_minute import TURNS, random_instant, walk_days, walk_hours

BELGRADE = ZoneInfo("Europe/Belgrade")
CASES = 2000


def shown(text):
    """A time on the wall, without a zone."""
    return datetime.fromisoformat(text)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def local(text, zone=BELGRADE, fold=0):
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


def a_pause(start, end=None, reason="waiting_for_person"):
    return Pause(at(start), at(end) if end else None, reason)


def a_random_case(dice):
    zone = dice.choice(list(TURNS))
    start = random_instant(dice, dice.choice(TURNS[zone]))
    span = Hours(dice.randrange(1, 80)) if dice.random() < 0.3 else Days(dice.choice([1, 1, 1, 2, 2, 3, 5]))
    pauses = []
    for _ in range(dice.choice([0, 1, 1, 2, 3])):
        near = dice.choice([start, dice.choice(TURNS[zone])])
        first = near + timedelta(minutes=dice.randrange(-600, 2000) if dice.random() < 0.5 else dice.randrange(-90, 90))
        length = dice.choice([0, 1, 30, 60, 90, 600, 1440, dice.randrange(3000)])
        pauses.append((first, first + timedelta(minutes=length) if dice.random() < 0.95 else None))
    return start, span, ZoneInfo(zone), pauses


@pytest.mark.slow
def test_due_dates_agree_with_walking_every_minute(dice):
    for number in range(CASES):
        start, span, zone, pauses = a_random_case(dice)
        steps = explain(start, span, zone, [Pause(*pause, "harvest") for pause in pauses])
        told = f"case {number}: {start} {span} {zone} {pauses}"
        if isinstance(span, Hours):
            assert steps[-1].ends_at == walk_hours(start, span.count, pauses), told
        else:
            assert steps[-1].ends_at == walk_days(start, span.count, zone, pauses), told
        length = timedelta(hours=span.count) if isinstance(span, Hours) else timedelta(days=span.count)
        counted = sum((step.counted for step in steps), timedelta(0))
        assert counted == length or (steps[-1].ends_at is None and counted < length), told
        assert [step.starts_at for step in steps] == [start, *(step.ends_at for step in steps[:-1])], told


@given(
    start=st.datetimes(shown("1990-01-01T00:00"), shown("2037-12-31T00:00"), timezones=st.just(UTC)),
    days=st.integers(1, 400),
    zone=st.sampled_from(sorted(TURNS)).map(ZoneInfo),
)
def test_without_pauses_a_due_date_shows_the_same_time_of_day_or_says_why_not(start, days, zone):
    steps = explain(start, Days(days), zone)
    due = steps[-1].ends_at.astimezone(zone)
    wanted = start.astimezone(zone).replace(tzinfo=None) + timedelta(days=days)
    if steps[-1].code is StepCode.MOVED_FORWARD:
        assert due.replace(tzinfo=None) > wanted
    else:
        assert due.replace(tzinfo=None) == wanted
        assert due.fold == 0


def test_days_keep_the_time_of_day_across_a_change_of_clocks():
    assert due_at(local("2026-03-28T10:00"), Days(1), BELGRADE) == local("2026-03-29T10:00")
    assert due_at(local("2026-03-28T10:00"), Hours(24), BELGRADE) == local("2026-03-29T11:00")


def test_a_time_that_does_not_exist_moves_forward_and_the_explanation_says_so():
    steps = explain(local("2026-03-28T02:30"), Days(1), BELGRADE)
    assert steps[-1].ends_at == local("2026-03-29T03:30")
    assert [step.code for step in steps] == [StepCode.COUNTED, StepCode.MOVED_FORWARD]


def test_a_time_that_happens_twice_is_the_first():
    assert due_at(local("2026-10-24T02:30"), Days(1), BELGRADE) == local("2026-10-25T02:30", fold=0)


def test_a_day_that_is_full_as_clocks_are_put_back_ends_when_the_wall_shows_it():
    tehran = ZoneInfo("Asia/Tehran")  # at midnight it was 23:00 again
    start, end = local("2021-09-21T00:00", tehran), local("2021-09-22T00:00", tehran)
    assert end - start == timedelta(hours=25)
    assert due_at(start, Days(1), tehran) == end == walk_days(start, 1, tehran, [])


def test_a_receipt_in_the_repeated_hour_is_due_at_that_time_of_day():
    assert due_at(local("2026-10-25T02:30", fold=1), Days(1), BELGRADE) == local("2026-10-26T02:30")


def test_a_year_from_a_leap_day_is_counted_in_days():
    assert due_at(at("2028-02-29T12:00"), Days(365), ZoneInfo("America/Paramaribo")) == at("2029-02-28T12:00")


def test_paused_calendar_days_move_the_date_by_calendar_days():
    pause = Pause(local("2026-03-20T09:00"), local("2026-03-30T09:00"), "mourning")
    assert due_at(local("2026-03-15T09:00"), Days(10), BELGRADE, [pause]) == local("2026-04-04T09:00")


def test_a_pause_that_still_lasts_holds_the_date():
    assert due_at(at("2026-01-01T00:00"), Days(5), UTC, [a_pause("2026-01-03T00:00")]) is None
    assert due_at(at("2026-01-01T00:00"), Days(5), UTC, [a_pause("2026-01-07T00:00")]) == at("2026-01-06T00:00")


def test_pauses_that_overlap_count_once_and_those_before_the_start_not_at_all():
    pauses = [
        a_pause("2025-12-01T00:00", "2025-12-02T00:00"),
        a_pause("2026-01-02T00:00", "2026-01-04T00:00", "harvest"),
        a_pause("2026-01-03T00:00", "2026-01-05T00:00", "election"),
        a_pause("2026-01-03T00:00", "2026-01-04T00:00", "ceremony"),
    ]
    steps = explain(at("2026-01-01T00:00"), Days(2), UTC, pauses)
    assert steps[-1].ends_at == at("2026-01-06T00:00")
    assert [step.reason for step in steps] == [None, "harvest", "election", None]


def test_a_pause_from_the_start_leaves_no_empty_step():
    steps = explain(at("2026-01-01T00:00"), Days(1), UTC, [a_pause("2025-12-31T00:00", "2026-01-02T00:00")])
    assert [(step.code, step.starts_at) for step in steps] == [
        (StepCode.PAUSED, at("2026-01-01T00:00")),
        (StepCode.COUNTED, at("2026-01-02T00:00")),
    ]


def test_a_date_that_was_told_stays_to_the_minute_and_only_pauses_move_it():
    told = ByDate(local("2026-10-25T02:30", fold=1))
    assert due_at(local("2026-10-20T08:00"), told, BELGRADE) == told.at
    week = Pause(local("2026-10-21T00:00"), local("2026-10-28T00:00"), "mourning")
    moved = due_at(local("2026-10-20T08:00"), ByDate(local("2026-10-24T12:00")), BELGRADE, [week])
    assert moved == local("2026-10-31T12:00")


def test_a_told_date_before_the_start_is_itself():
    assert due_at(at("2026-01-05T00:00"), ByDate(at("2026-01-01T00:00")), UTC) == at("2026-01-01T00:00")


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="carries no zone"):
        due_at(shown("2026-01-01T00:00"), Days(1), UTC)


def test_a_pause_cannot_end_before_it_starts():
    with pytest.raises(ValueError, match="ends before it starts"):
        a_pause("2026-01-02T00:00", "2026-01-01T00:00")


@pytest.mark.parametrize("span", [Hours(48), Days(30), ByDate(at("2026-03-01T10:00"))])
def test_a_span_comes_back_from_storage_as_it_was(span):
    assert span_from(span_text(span)) == span


@pytest.mark.parametrize("text", ["", "weeks:2", "hours:many", "date:soon"])
def test_a_text_that_is_no_span_is_refused(text):
    with pytest.raises(ValueError):
        span_from(text)


def test_ending_pauses_now_closes_the_open_and_drops_the_coming_ones():
    done, lasting, coming = (
        a_pause("2026-01-01T00:00", "2026-01-02T00:00"),
        a_pause("2026-01-03T00:00"),
        a_pause("2026-01-09T00:00"),
    )
    assert as_if_ended([done, lasting, coming], at("2026-01-05T00:00")) == (
        done,
        a_pause("2026-01-03T00:00", "2026-01-05T00:00"),
    )


def test_pauses_of_one_reason_are_cut_at_the_most_it_allows():
    pauses = (
        a_pause("2026-01-01T00:00", "2026-01-21T00:00"),
        a_pause("2026-02-01T00:00"),
        a_pause("2026-01-10T00:00", None, "community_decision"),
    )
    cut = limited(iter(pauses), {"waiting_for_person": timedelta(days=30)})
    assert cut == (pauses[0], pauses[2], a_pause("2026-02-01T00:00", "2026-02-11T00:00"))


def test_a_pause_within_its_limit_is_kept_whole():
    pause = a_pause("2026-01-01T00:00", "2026-01-02T00:00")
    assert limited([pause], {"waiting_for_person": timedelta(days=30)}) == (pause,)


def test_an_empty_pause_takes_no_turn():
    assert in_turn([a_pause("2026-01-01T00:00", "2026-01-01T00:00")]) == []


def test_the_wall_stands_still_while_an_hour_repeats_itself():
    before, within = local("2026-10-25T00:00"), local("2026-10-25T02:15", fold=1)
    assert wall_time(within, BELGRADE, since=before) == shown("2026-10-25T03:00")
    assert wall_time(within, BELGRADE, since=within) == shown("2026-10-25T02:15")


def test_the_last_of_a_day_is_the_instant_before_midnight_where_the_zone_lies():
    last = last_of_day(at("2026-03-01T23:30"), 30, BELGRADE)  # there it is the second of March
    assert last == utc(local("2026-04-02T00:00")) - timedelta.resolution
    assert last_of_day(at("2026-03-01T10:00"), 30, BELGRADE) == utc(local("2026-04-01T00:00")) - timedelta.resolution


def test_the_first_showing_of_a_skipped_time_is_when_clocks_are_put_forward():
    skipped = shown("2026-03-29T02:30")
    assert first_showing(skipped, BELGRADE) == at("2026-03-29T01:00")
    assert instant_of(skipped, BELGRADE) == at("2026-03-29T01:30")
    assert first_showing(skipped + timedelta(hours=3), BELGRADE) == utc(local("2026-03-29T05:30"))
