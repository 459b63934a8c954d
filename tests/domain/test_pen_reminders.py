"""When somebody hears again of what waits in the holding pen, and who: every limit from both sides."""

from datetime import UTC, datetime, timedelta

import pytest

from engage.domain.pen_reminders import LONGEST_BETWEEN, Turn, fell_due, is_overdue

CAME = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY, MOMENT = timedelta(days=1), timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("turn", "days"), [(Turn.SORTING, (2, 12, 19, 26, 33)), (Turn.ABOVE, (5, 12, 19, 26, 33))], ids=lambda one: str(one)
)
def test_each_hears_on_the_day_and_not_before(turn, days):
    assert fell_due(turn, CAME, CAME) is None
    assert fell_due(turn, CAME, CAME + days[0] * DAY - MOMENT) is None
    for place, day in enumerate(days):
        at = CAME + day * DAY
        assert fell_due(turn, CAME, at) == at
        if place:
            assert fell_due(turn, CAME, at - MOMENT) == CAME + days[place - 1] * DAY


def test_a_year_later_it_is_still_told_every_week():
    told = {fell_due(Turn.ABOVE, CAME, CAME + day * DAY) for day in range(360, 374)}
    assert len(told) in (2, 3)


def test_a_clock_that_was_set_back_tells_nobody():
    assert fell_due(Turn.SORTING, CAME, CAME - DAY) is None


def test_nobody_waits_longer_for_the_next_word_than_is_looked_back():
    for turn in Turn:
        told = sorted({at for day in range(100) if (at := fell_due(turn, CAME, CAME + day * DAY)) is not None})
        assert max(later - one for one, later in zip(told, told[1:], strict=False)) <= LONGEST_BETWEEN


def test_it_is_overdue_when_those_who_sort_hear_again():
    assert not is_overdue(CAME, CAME + 2 * DAY - MOMENT)
    assert is_overdue(CAME, CAME + 2 * DAY)
