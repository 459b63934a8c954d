"""A gateway that is away, refuses, or says what makes no sense."""

from datetime import timedelta

import pytest

from engage import clock as engage_clock
from engage.domain.delivery import NoticeState
from engage.services import delivery
from tests import states
from tests.gateway_peer import Manner
from tests.notify.letters import a_notice, row_of
from tests.services.test_roads import NUMBER, a_case, owed_to


@pytest.fixture
def team(session, sent_tasks, clock):
    return states.Team()


@pytest.mark.parametrize("manner", [Manner.CLOSED, Manner.BROKEN, Manner.STALL])
def test_a_gateway_that_is_away_costs_no_notice_an_attempt(team, gateway, manner):
    gateway.manner = manner
    key = owed_to(a_case(team))
    row = row_of(key)
    assert (row.attempts, row.state(engage_clock.utcnow())) == (0, NoticeState.WAITING)
    assert row.last_error.startswith("down")
    assert NUMBER[3:] not in row.last_error


@pytest.mark.parametrize("manner", [Manner.BUSY, Manner.REDIRECT])
def test_a_gateway_that_takes_it_not_now_is_asked_again(team, gateway, manner):
    gateway.manner = manner
    key = owed_to(a_case(team))
    assert (row_of(key).attempts, gateway.asked) == (1, 1)
    assert row_of(key).last_error.startswith("deferred")


@pytest.mark.parametrize("manner", [Manner.GIBBERISH, Manner.HUGE])
def test_an_answer_that_makes_no_sense_is_an_answer_all_the_same(team, gateway, manner):
    gateway.manner = manner
    key = owed_to(a_case(team))
    assert (row_of(key).road, row_of(key).provider_id) == ("sms", None)


def test_nobody_gets_the_same_text_all_night_from_a_gateway_that_sends_it_and_never_says_so(
    team, gateway, clock, change_settings
):
    change_settings(OUTBOX_BACKOFF_SECONDS=60, OUTBOX_BACKOFF_MAX_SECONDS=6 * 3600)
    gateway.manner = Manner.DROP
    key = owed_to(a_case(team))
    for _ in range(12 * 6):
        clock.advance(timedelta(minutes=10))
        delivery.drain()
    assert len(gateway.to(NUMBER)) <= 10
    assert (row_of(key).attempts, row_of(key).last_error) == (0, "down midway RemoteProtocolError")


def test_a_gateway_that_is_set_up_wrongly_is_one_that_is_away(team, gateway, change_settings):
    reference = a_case(team)
    change_settings(SMS_GATEWAY="nowhere")
    key = owed_to(reference)
    assert row_of(key).last_error == "down BadGateway"


def test_one_connection_carries_the_texts_of_a_run(team, gateway):
    first, second = a_case(team), a_case(team)
    a_notice(first)
    a_notice(second)
    delivery.drain()
    assert len(gateway.to(NUMBER)) == 2
    assert gateway.connections == 1
