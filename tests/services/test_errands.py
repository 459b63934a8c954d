"""Errands: what a human carries to the person, until they were told or looked for often enough."""

import uuid
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from engage.domain.calendars import Slot
from engage.domain.case import CaseClass, Road
from engage.domain.errands import BOARD, ErrandResult
from engage.domain.policy import NotAllowed
from engage.extensions import db
from engage.models import CaseEvent, ContactAttempt, Deadline, Errand
from engage.services import calendars, contact, delivery, errands
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import a_case_with, a_notice, forget_notices
from tests.states import act, case_of, person_of


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


@pytest.fixture
def reference(team):
    """The case of a person with a phone, to whom one thing is to be said."""
    made = a_case_with(Road.DIRECT, site_id=team.site_id, phone="+381641234567")
    forget_notices()
    a_notice(made)
    delivery.drain()
    return made


def errand():
    db.session.rollback()
    return db.session.scalars(select(Errand)).one()


def finish(reached, actor, errand_id=None):
    with unit_of_work():
        result = ErrandResult.REACHED if reached else ErrandResult.NOT_REACHED
        errands.finish(errand_id or errand().id, result, actor=actor)


def attempts():
    return db.session.scalars(select(ContactAttempt)).all()


def test_a_person_who_was_told_is_told(team, reference):
    finish(True, team.coordinator)
    assert (errand().reached, errand().finished_by_id) == (True, team.coordinator.id)
    assert not case_of(reference).could_not_reach
    assert [(row.channel, row.reached) for row in attempts()] == [("direct", True)]
    assert db.session.scalars(select(CaseEvent.kind).order_by(CaseEvent.number)).all()[-1] == "PersonTold"


def test_an_errand_that_has_ended_stays_as_it_is(team, reference):
    finish(True, team.coordinator)
    finish(False, team.coordinator)
    assert len(attempts()) == 1
    assert errand().reached


def test_whoever_was_not_reached_is_looked_for_again_until_honestly_often(clock, team, reference):
    due_at = errand().due_at
    for _ in range(2):
        finish(False, team.coordinator)
        clock.advance(timedelta(hours=1))
        assert errand().finished_at is None
        assert case_of(reference).could_not_reach
    assert errand().due_at != due_at
    finish(False, team.coordinator)
    assert errand().reached is False
    assert not case_of(reference).could_not_reach


def test_while_something_else_is_to_be_said_the_case_still_shows_it(team, reference):
    with unit_of_work():
        case = case_of(reference)
        errands.owe(case, message_id=None, template="proposal_waiting", road="direct")
    first = db.session.scalars(select(Errand.id).where(Errand.template == "case_news")).one()
    finish(True, team.coordinator, first)
    assert case_of(reference).could_not_reach


def test_only_those_who_may_tell_the_person_do(team, reference):
    with pytest.raises(NotAllowed):
        finish(True, team.auditor)
    with pytest.raises(NoResultFound):
        finish(True, states.staff())
    with pytest.raises(NoResultFound):
        finish(True, team.coordinator, uuid.uuid4())


def test_an_errand_of_a_restricted_case_exists_for_focal_points_alone(team, reference):
    with unit_of_work():
        case_of(reference).class_ = CaseClass.RESTRICTED
    with pytest.raises(NoResultFound):
        finish(True, team.coordinator)
    finish(True, team.focal)
    assert errand().reached


def test_an_errand_waits_for_working_hours_where_a_site_has_them(clock, team):
    mornings = calendars.Hours({weekday: (Slot(time(8), time(16)),) for weekday in range(5)}, "", "")
    with unit_of_work():
        calendars.set_hours("BOR", mornings, seen_version=0, actor=team.admin)
    clock.move_to(datetime(2026, 3, 27, 15, tzinfo=UTC))  # Friday, 16:00 at the site; clocks change on Sunday
    made = a_case_with(Road.DIRECT, site_id=team.site_id, phone="+381641234567")
    forget_notices()
    a_notice(made)
    delivery.drain()
    assert errand().due_at == datetime(2026, 3, 31, 14, tzinfo=UTC)
    finish(False, team.coordinator)
    assert errand().due_at == datetime(2026, 3, 30, 14, tzinfo=UTC)


def test_r67_new_hours_move_no_date_that_was_given_out(clock, team, reference):
    before = errand().due_at
    with unit_of_work():
        hours = calendars.Hours({0: (Slot(time(8), time(9)),)}, "RS", "")
        calendars.set_hours("BOR", hours, seen_version=0, actor=team.admin)
    assert errand().due_at == before


def test_nobody_is_to_tell_a_person_who_took_back_every_way_to_them(team, reference):
    with unit_of_work():
        errands.owe(case_of(reference), message_id=None, template="case_acknowledged", road="direct")
        errands.owe(case_of(reference), message_id=None, template="case_news", road=BOARD)
    act(reference, contact.burn, name_too=False, actor=person_of(reference))
    db.session.rollback()
    left = db.session.scalars(select(Errand).where(Errand.finished_at.is_(None))).all()
    assert [row.road for row in left] == [BOARD]
    ended = db.session.scalars(select(Errand).where(Errand.finished_at.is_not(None))).all()
    assert {(row.look_at, row.finished_by_id, row.reached, row.result) for row in ended} == {(None,) * 4}
    assert not case_of(reference).could_not_reach
    promise = select(Deadline).where(Deadline.case_id == case_of(reference).id, Deadline.promise == "acknowledge")
    assert db.session.scalars(promise).one().met_at is not None
