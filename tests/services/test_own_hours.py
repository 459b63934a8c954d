"""The hours in which a person wants to be left alone, and what leaves all the same."""

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select

from engage.domain import events
from engage.domain.delivery import NoticeState
from engage.extensions import db
from engage.models import OutboxMessage
from engage.services import delivery
from engage.services.reaching import PreferenceRefused, Problem
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.at_site import HERE, at, happen
from tests.notify.letters import row_of
from tests.services.by_text import a_case, choose, owed_to
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


NIGHT = "21:00-07:00"
BY_DAY = {"may_text": True, "quiet_from": time(8), "quiet_until": time(16)}  # of somebody who works at night


def leaves(reference) -> datetime:
    """When news may leave that is owed to the person now."""
    happen(reference, events.InvestigationStarted())
    wanted = select(OutboxMessage.not_before).where(OutboxMessage.user_id.is_(None))
    return db.session.scalars(wanted.order_by(OutboxMessage.created_at.desc())).first()


def test_whoever_sleeps_by_day_gets_word_at_night(clock, team, gateway, change_settings):
    change_settings(QUIET_HOURS=NIGHT)
    reference = a_case(team, chosen=BY_DAY)
    at(clock, 2026, 3, 3, 22, 30)
    assert leaves(reference) == clock.now
    delivery.drain()
    assert len(gateway.texts) == 1


def test_what_is_owed_in_the_hours_of_the_person_waits_for_their_end(clock, team, gateway, change_settings):
    change_settings(QUIET_HOURS=NIGHT)
    reference = a_case(team, chosen=BY_DAY)
    at(clock, 2026, 3, 3, 10, 0)
    assert leaves(reference) == datetime(2026, 3, 3, 16, tzinfo=HERE)


def test_own_hours_are_those_on_a_wall_of_their_own(clock, team, gateway, change_settings):
    change_settings(QUIET_HOURS=NIGHT)
    reference = a_case(team, chosen=BY_DAY | {"time_zone": "Asia/Kathmandu"})
    at(clock, 2026, 3, 3, 5, 0)  # 09:45 there
    assert leaves(reference) == datetime(2026, 3, 3, 10, 15, tzinfo=UTC)


def test_who_wants_no_hour_left_out_gets_word_at_any(clock, team, gateway, change_settings):
    change_settings(QUIET_HOURS=NIGHT)
    reference = a_case(team, chosen={"may_text": True, "quiet_from": time(0), "quiet_until": time(0)})
    at(clock, 2026, 3, 3, 23, 0)
    assert leaves(reference) == clock.now


def test_who_chose_no_hours_is_not_woken_by_what_could_not_leave_by_day(clock, team, gateway, change_settings):
    change_settings(QUIET_HOURS=NIGHT)
    reference = a_case(team)
    at(clock, 2026, 3, 3, 20, 59)
    leaves(reference)
    clock.advance(timedelta(hours=1))  # no worker ran
    delivery.drain()
    assert gateway.texts == []
    at(clock, 2026, 3, 4, 7, 0)
    delivery.drain()
    [row] = db.session.scalars(select(OutboxMessage).where(OutboxMessage.user_id.is_(None)))
    assert (row.attempts, row.state(clock.now), len(gateway.texts)) == (1, NoticeState.SENT, 1)


def test_hours_on_a_wall_that_is_nowhere_are_refused(team):
    reference = a_case(team)
    with pytest.raises(PreferenceRefused) as refused:
        choose(reference, time_zone="Mars/Olympus")
    assert refused.value.problems == {"time_zone": Problem.UNKNOWN_ZONE}
