"""Why this date: the explanation of a deadline ends where the deadline is."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from engage.domain.deadlines import ByDate, Promise, State, StepCode, reading
from engage.domain.policy import Role
from engage.domain.severity import Level
from engage.extensions import db
from engage.models import Pause
from engage.models.promise import HELD
from engage.queries import promises
from engage.services import delays, sites, triage
from tests import states
from tests.promised import pause, rows_of, the_open
from tests.states import act, case_of

P = Promise
BELGRADE = ZoneInfo("Europe/Belgrade")


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def counted(reference, row, zone=BELGRADE):
    case = case_of(reference)
    stops = db.session.scalars(select(Pause).where(Pause.case_id == case.id)).all()
    return promises.clock_of(row, stops, zone=zone, limits=sites.rules_for(case).pause_limits)


def test_every_date_of_a_case_is_the_end_of_its_explanation(team):
    reference = states.a_proposed_case(team, "Water the road.", level=Level.HIGH)
    for row in rows_of(reference):
        assert counted(reference, row).explain()[-1].ends_at == row.due_at


def test_a_pause_is_in_the_explanation_with_its_reason(clock, team):
    reference = states.an_acknowledged_case(team)
    pause(reference, clock.now + timedelta(days=2))
    act(reference, triage.assess, states.assessment(Level.HIGH), actor=team.coordinator)
    row = the_open(reference, P.CONSULT)
    [stop, count] = counted(reference, row).explain()
    assert (stop.code, stop.reason, count.counted) == (StepCode.PAUSED, "community_decision", timedelta(days=1))
    assert count.ends_at == row.due_at


def test_a_date_that_is_held_is_explained_by_the_pause_that_holds_it(clock, team):
    reference = states.an_acknowledged_case(team)
    pause(reference)
    act(reference, triage.assess, states.assessment(Level.HIGH), actor=team.coordinator)
    row = the_open(reference, P.CONSULT)
    now = clock.advance(timedelta(days=2))
    assert row.due_at == HELD
    assert counted(reference, row).due_at is None
    assert reading(counted(reference, row), now=now).state is State.DUE


def test_a_date_that_came_from_a_site_with_another_clock_is_one_that_was_told(clock, team):
    clock.move_to(datetime(2026, 10, 23, 9, tzinfo=UTC))  # clocks in Belgrade go back two days later
    reference = states.a_case()
    act(reference, triage.route, team.site_id, actor=states.staff((Role.COORDINATOR, None)))
    row = the_open(reference, P.CONSULT)
    assert (row.version, row.due_at) == (1, clock.now + timedelta(days=4))  # an hour earlier than Belgrade would say
    assert counted(reference, row).span == ByDate(row.due_at)
    assert counted(reference, row).explain()[-1].ends_at == row.due_at


def test_a_date_told_during_a_pause_is_the_date(clock, team):
    reference = states.an_assessed_case(team)
    pause(reference)
    row = the_open(reference, P.PROPOSE)
    new_date = row.due_at + timedelta(days=3)
    act(reference, delays.extend, row.id, "We wait for the laboratory.", new_date, actor=team.officer)
    new = the_open(reference, P.PROPOSE)
    assert counted(reference, new).span == ByDate(new_date)
    assert counted(reference, new).due_at == new_date
