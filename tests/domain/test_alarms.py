"""What counts as a fault that keeps notices from people, and when it is told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from engage.domain.alarms import SCHEDULE_PATIENCE, Fault, Figures, Limits, Moment, first_told_at, found, moment

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LIMITS = Limits(owed=timedelta(hours=1), down=timedelta(minutes=15), given_up=10, again=timedelta(hours=4))
WELL = Figures(
    owed=7, oldest_owed=timedelta(hours=1), held_up=0, given_up_today=10, silent=0, is_worker_away=False, unread=3
)
MINUTE = timedelta(minutes=1)


def test_where_all_is_within_limits_nothing_is_a_fault():
    assert found(WELL, LIMITS) == {}


@pytest.mark.parametrize(
    ("worse", "faults"),
    [
        ({"oldest_owed": timedelta(hours=1, seconds=1)}, {Fault.OWED_TOO_LONG: 7}),
        ({"held_up": 2}, {Fault.ROAD_DOWN: 2}),
        ({"given_up_today": 11}, {Fault.MANY_GIVEN_UP: 11}),
        ({"silent": 1}, {Fault.SCHEDULE_SILENT: 1}),
        ({"is_worker_away": True}, {Fault.WORKER_AWAY: 1}),
        ({"oldest_unread": timedelta(hours=1, seconds=1)}, {Fault.INBOUND_STUCK: 3}),
        ({"held_up": 2, "silent": 1}, {Fault.ROAD_DOWN: 2, Fault.SCHEDULE_SILENT: 1}),
    ],
)
def test_each_fault_is_found_with_how_many_it_is_about(worse, faults):
    assert found(replace(WELL, **worse), LIMITS) == faults


@pytest.mark.parametrize("fault", Fault)
def test_what_often_passes_by_itself_is_told_later(fault):
    waits = {Fault.ROAD_DOWN: LIMITS.down, Fault.SCHEDULE_SILENT: SCHEDULE_PATIENCE}
    assert first_told_at(fault, NOW, LIMITS) == NOW + waits.get(fault, timedelta())


@pytest.mark.parametrize(
    ("told_at", "ended_at", "said"),
    [(None, None, Moment.BEGAN), (NOW, None, Moment.LASTS), (NOW, NOW + MINUTE, Moment.OVER)],
)
def test_what_is_told_follows_from_what_was_told(told_at, ended_at, said):
    assert moment(told_at=told_at, ended_at=ended_at) is said
