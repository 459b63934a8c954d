"""When a road or a domain that fails is left alone, and how much may leave in an hour."""

from datetime import UTC, datetime, timedelta

import pytest

from engage.domain import ceilings
from engage.domain.circuits import LONGEST, Breaker, Kind, after_fault, is_hopeless
from engage.domain.delivery import Urgency

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
FIRST = timedelta(minutes=1)


def faults(kind, count, now=NOW, before=None, **values):
    for _ in range(count):
        before = after_fault(kind, before, now, first=FIRST, **values)
    return before


def test_one_mail_that_breaks_the_connection_closes_no_road_and_a_second_does():
    assert not faults(Kind.ROAD, 1).is_open(NOW)
    assert not faults(Kind.ROAD, 1).wants_trial(NOW)
    closed = faults(Kind.ROAD, 2)
    assert closed.is_open(NOW)
    assert closed.opened_until == NOW + FIRST


def test_a_domain_may_say_later_more_often():
    assert not faults(Kind.DOMAIN, 4).is_open(NOW)
    assert faults(Kind.DOMAIN, 5).is_open(NOW)


def test_what_was_on_its_way_when_it_opened_tells_nothing_new():
    assert faults(Kind.ROAD, 9) == faults(Kind.ROAD, 2)


def test_the_one_that_tries_opens_it_again_for_twice_as_long_but_never_too_long():
    state, waits = faults(Kind.ROAD, 2), []
    for _ in range(40):
        now = state.opened_until
        assert state.wants_trial(now)
        state = after_fault(Kind.ROAD, state, now, first=FIRST, on_trial=True)
        waits.append(state.opened_until - now)
    assert waits[:3] == [2 * FIRST, 4 * FIRST, 8 * FIRST]
    assert waits[-1] == LONGEST[Kind.ROAD]
    assert state.since == NOW


def test_a_notice_is_given_up_where_its_domain_has_failed_as_long_as_it_has_waited():
    state = Breaker(faults=9, openings=5, opened_until=NOW, since=NOW - timedelta(hours=72))
    dead_after = timedelta(hours=72)
    assert is_hopeless(state, NOW - timedelta(hours=73), NOW, dead_after)
    assert not is_hopeless(state, NOW - timedelta(hours=1), NOW, dead_after)
    assert not is_hopeless(state, NOW - timedelta(hours=73), NOW - timedelta(hours=1), dead_after)


@pytest.mark.parametrize(
    ("count", "most", "urgency", "may"),
    [
        (10_000, 0, Urgency.BULK, True),
        (89, 100, Urgency.ORDINARY, True),
        (90, 100, Urgency.ORDINARY, False),
        (90, 100, Urgency.URGENT, True),
        (100, 100, Urgency.URGENT, False),
        (0, 1, Urgency.BULK, True),
        (1, 1, Urgency.BULK, False),
    ],
)
def test_the_last_tenth_of_a_road_is_kept_for_what_is_urgent(count, most, urgency, may):
    assert ceilings.may_leave(count, most, urgency) is may


@pytest.mark.parametrize(
    ("count", "most", "urgency", "template", "may"),
    [
        (10_000, 0, Urgency.BULK, "case_news", True),
        (9, 10, Urgency.ORDINARY, "case_news", True),
        (10, 10, Urgency.ORDINARY, "case_news", False),
        (19, 10, Urgency.URGENT, "urgent_fact", True),
        (20, 10, Urgency.URGENT, "urgent_fact", False),
        (20, 10, Urgency.URGENT, "password_link", True),
    ],
)
def test_nobody_is_told_without_end_but_a_way_back_in_is_always_told(count, most, urgency, template, may):
    assert ceilings.may_be_told(count, most, urgency, template) is may
