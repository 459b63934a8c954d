"""The lane when several things happen at the same moment: one report of one form, one word that we are late."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from engage import lane_keys, vault
from engage.domain.lane import Step
from engage.extensions import db
from engage.models import LaneClock, LaneConsent, LaneReport, OutboxMessage
from engage.services import delivery
from engage.services.lane import access, clocks, record, road, words
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from tests import states
from tests.lane_states import a_report, an_offered_report, do, events_of, her, kinds, notices, take
from tests.threads import at_once

TOKEN = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def team(session, sent_tasks):
    vault.make_worker_keys(settings().VAR)
    lane_keys.make_ring()
    return states.Team()


def test_four_clicks_at_once_make_one_report_and_show_one_code(app, team):
    site_id = team.site_id
    codes = at_once(app, 4, lambda: a_report(site_id, TOKEN).code)
    assert len(set(codes)) == 1
    assert db.session.scalar(select(func.count()).select_from(LaneReport)) == 1
    assert len(notices("item_for_you")) == 2


def test_two_sweeps_at_once_tell_once(app, team):
    taken = a_report(team.site_id)
    with unit_of_work():
        for row in db.session.scalars(select(LaneClock)):
            row.due_at = row.look_at = row.due_at - timedelta(hours=1, minutes=1)
    before = len(notices("item_for_you"))
    db.session.rollback()
    assert sum(at_once(app, 2, clocks.look_due)) == 1
    assert kinds(taken).count("late") == 1
    assert len(notices("item_for_you")) == before + 2


def test_two_answers_at_once_follow_one_another_on_the_record(app, team):
    taken = an_offered_report(team)
    person = her(taken)
    at_once(app, 3, lambda: take(taken, Step.WANT_ACTION, actor=person))
    assert db.session.scalar(select(func.count()).select_from(LaneConsent)) == 1
    assert record.breaks_in(events_of(taken)) == []


def test_two_focal_points_who_open_it_at_once_are_both_in_the_chain(app, team):
    taken, focal, second = a_report(team.site_id), team.focal, team.second_focal
    turns = iter((focal, second))
    at_once(app, 2, lambda: access.record_access(taken.report_id, next(turns)))
    rows = db.session.scalars(select(access.LaneAccess).order_by(access.LaneAccess.number)).all()
    assert {row.user_id for row in rows} == {focal.id, second.id}
    assert access.breaks_in(rows) == []


def test_word_to_a_road_that_she_burned_meanwhile_goes_nowhere(team):
    taken = a_report(team.site_id, email="heron@people.example.org")
    do(taken, words.write, "Are you safe?", actor=team.focal)
    do(taken, road.change, None, actor=her(taken))
    delivery.drain()
    db.session.rollback()
    row = db.session.scalars(select(OutboxMessage).where(OutboxMessage.lane_report_id == taken.report_id)).one()
    assert (row.road, row.dead_at) == ("case", None)
