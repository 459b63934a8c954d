"""The hours in which a person wants to be left alone, and what leaves all the same."""

from datetime import time, timedelta

import pytest

from engage.services import delivery
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import row_of
from tests.services.by_text import a_case, owed_to
from tests.states import case_of

QUIET = {"may_text": True, "quiet_from": time(0), "quiet_until": time(23), "time_zone": "UTC"}


@pytest.fixture
def team(session, sent_tasks, clock):
    return states.Team()


def test_a_text_waits_until_the_quiet_hours_of_the_person_are_over(clock, team, gateway):
    reference = a_case(
        team, chosen={"may_text": True, "quiet_from": time(9), "quiet_until": time(11), "time_zone": "Europe/Paris"}
    )  # it is 10:00 in Paris
    key = owed_to(reference)
    assert gateway.texts == []
    assert (row_of(key).attempts, row_of(key).not_before) == (0, clock.now + timedelta(hours=1))
    clock.advance(timedelta(hours=1))
    delivery.drain()
    assert len(gateway.texts) == 1


def test_word_of_a_grave_case_waits_for_no_morning(team, gateway):
    reference = a_case(team, chosen={"may_text": True, "quiet_from": time(0), "quiet_until": time(23)})
    with unit_of_work():
        case_of(reference).level = 4
    owed_to(reference)
    assert len(gateway.texts) == 1


def test_what_the_person_asked_for_this_minute_waits_for_no_morning(team, gateway):
    owed_to(a_case(team, chosen=QUIET), template="code_changed")
    assert len(gateway.texts) == 1


@pytest.mark.parametrize(("hours", "left"), [(1, 1), (48, 0)])
def test_word_that_keeps_a_promise_leaves_before_the_promise_would_be_broken(clock, team, gateway, hours, left):
    reference = a_case(team, chosen=QUIET)
    with unit_of_work():
        case_of(reference).next_due_at = clock.now + timedelta(hours=hours)
    owed_to(reference, template="case_acknowledged")
    assert len(gateway.texts) == left
