"""Which entries of the schedule fell silent, and whether a worker is there."""

from datetime import timedelta

import pytest

from engage.domain.schedule import OFTEN, PACES, WORKER, intervals, is_worker_away, of_schedule, silent

EXPECTED = intervals(sweep_seconds=60, escalate_seconds=300, fetch_seconds=120)
FRESH = dict.fromkeys(PACES, timedelta())


def test_nothing_is_silent_where_everything_was_heard_of_lately():
    assert silent(FRESH, EXPECTED) == []


@pytest.mark.parametrize(("entry", "every"), EXPECTED.items())
def test_an_entry_is_silent_once_it_stayed_away_three_times(entry, every):
    assert silent(FRESH | {entry: 3 * every}, EXPECTED) == []
    assert silent(FRESH | {entry: 3 * every + timedelta(seconds=1)}, EXPECTED) == [entry]


def test_however_short_the_interval_a_minute_of_silence_is_none():
    quick = intervals(sweep_seconds=1, escalate_seconds=1, fetch_seconds=1)
    assert silent(FRESH | {"sweep-outbox": timedelta(seconds=60)}, quick) == []
    assert silent(FRESH | {"sweep-outbox": timedelta(seconds=61)}, quick) == ["sweep-outbox"]


def test_a_fresh_service_waits_for_what_comes_seldom_and_not_for_what_comes_often():
    often = sorted(entry for entry, pace in PACES.items() if pace in OFTEN)
    assert silent({}, EXPECTED) == often


def test_a_worker_that_was_never_seen_or_not_for_long_is_away():
    assert is_worker_away({}, sweep_seconds=60)
    assert not is_worker_away({WORKER: timedelta(minutes=11)}, sweep_seconds=60)
    assert is_worker_away({WORKER: timedelta(minutes=11, seconds=1)}, sweep_seconds=60)
    assert not is_worker_away({WORKER: timedelta(minutes=30)}, sweep_seconds=600)


def test_the_worker_is_no_entry_of_the_schedule():
    ages = {WORKER: timedelta(), "sweep-outbox": timedelta(seconds=1)}
    assert of_schedule(ages, EXPECTED) == {"sweep-outbox": timedelta(seconds=1)}
