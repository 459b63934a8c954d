"""Errands that nobody carries: those who should hear of it, then those above them, each once."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.case import CaseClass, Road
from engage.domain.errands import ErrandResult
from engage.domain.guards import Refused
from engage.extensions import db
from engage.models import CaseEvent, Errand, OutboxMessage, StaffUser
from engage.services import delivery, errand_rungs, errands
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import a_case_with, a_notice, forget_notices
from tests.states import case_of


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


@pytest.fixture
def reference(team):
    made = a_case_with(Road.DIRECT, site_id=team.site_id, phone="+381641234567")
    forget_notices()
    a_notice(made)
    delivery.drain()
    forget_told()
    return made


def forget_told():
    with unit_of_work():
        for row in db.session.scalars(select(OutboxMessage).where(OutboxMessage.user_id.is_not(None))):
            db.session.delete(row)


def errand():
    db.session.rollback()
    return db.session.scalars(select(Errand)).one()


def told():
    """Who was told since this was asked last."""
    db.session.rollback()
    to_staff = OutboxMessage.user_id.is_not(None)
    rows = db.session.execute(select(OutboxMessage.template, OutboxMessage.user_id).where(to_staff))
    found = sorted((template, user_id) for template, user_id in rows)
    forget_told()
    return found


def test_before_it_is_due_nobody_hears_of_it(clock, team, reference):
    clock.move_to(errand().due_at - timedelta(seconds=1))
    assert (errand_rungs.climb(), told()) == (0, [])


def test_when_it_is_due_whoever_works_the_case_hears_then_coordinators_then_approvers(clock, team, reference):
    with unit_of_work():
        case_of(reference).assignee_id = team.officer.id
    clock.move_to(errand().due_at)
    assert (errand_rungs.climb(), errand_rungs.climb()) == (1, 0)
    assert told() == [("errand_due", team.officer.id)]
    clock.advance(timedelta(days=2))
    assert errand_rungs.climb() == 1
    both = [team.coordinator.id, team.second_coordinator.id]
    assert told() == sorted(("errand_due", user_id) for user_id in both)
    clock.advance(timedelta(days=3))
    assert errand_rungs.climb() == 1
    assert told() == [("errand_due", team.approver.id)]
    clock.advance(timedelta(days=300))
    assert (errand_rungs.climb(), told(), errand().look_at) == (0, [], None)


def test_whoever_was_asked_to_carry_it_hears_first(clock, team, reference):
    with unit_of_work():
        errands.give(errand().id, team.approver.id, actor=team.coordinator)
    forget_told()
    clock.move_to(errand().due_at)
    errand_rungs.climb()
    assert told() == [("errand_due", team.approver.id)]


def test_a_sweep_that_stayed_away_tells_the_highest_that_is_due_alone(clock, team, reference):
    clock.move_to(errand().due_at + timedelta(days=30))
    assert errand_rungs.climb() == 1
    assert told() == [("errand_due", team.approver.id)]


def test_what_was_done_climbs_no_further_and_another_try_begins_anew(clock, team, reference):
    clock.move_to(errand().due_at)
    errand_rungs.climb()
    with unit_of_work():
        errands.finish(errand().id, ErrandResult.NOT_REACHED, actor=team.coordinator)
    assert (errand().rung, errand().look_at) == (0, errand().due_at)
    with unit_of_work():
        errands.finish(errand().id, ErrandResult.REACHED, actor=team.coordinator)
    clock.advance(timedelta(days=30))
    forget_told()
    assert (errand_rungs.climb(), told()) == (0, [])


def test_of_a_restricted_case_focal_points_alone_hear_one_neutral_sentence(clock, team, reference):
    with unit_of_work():
        case_of(reference).class_ = CaseClass.RESTRICTED
    clock.move_to(errand().due_at + timedelta(days=2))
    errand_rungs.climb()
    assert {template for template, _ in told()} == {"item_for_you"}


def test_one_bad_errand_stops_no_other(clock, team, reference, monkeypatch, caplog):
    clock.move_to(errand().due_at)
    monkeypatch.setattr(errand_rungs, "record", lambda *_args, **_named: 1 / 0)
    assert errand_rungs.climb() == 0
    assert "ZeroDivisionError" in caplog.text
    monkeypatch.undo()
    assert errand_rungs.climb() == 1


def test_an_errand_that_was_done_while_the_sweep_came_is_left_alone(clock, team, reference):
    clock.move_to(errand().due_at)
    case_id = case_of(reference).id
    with unit_of_work():
        errands.finish(errand().id, ErrandResult.REACHED, actor=team.coordinator)
    with unit_of_work():
        assert not errand_rungs._climb(errand().id, case_id, clock.now)
    with unit_of_work():
        assert not errand_rungs._climb(errand().id, uuid.uuid4(), clock.now)


def test_giving_it_to_who_has_it_or_once_it_is_done_is_no_news(clock, team, reference):
    for _ in range(2):
        with unit_of_work():
            errands.give(errand().id, team.approver.id, actor=team.coordinator)
    with unit_of_work():
        errands.finish(errand().id, ErrandResult.REACHED, actor=team.approver)
    with unit_of_work():
        errands.give(errand().id, team.coordinator.id, actor=team.coordinator)
    kinds = db.session.scalars(select(CaseEvent.kind).where(CaseEvent.kind == "ErrandGiven")).all()
    assert len(kinds) == 1


def test_what_cannot_come_of_a_road_is_refused(clock, team, reference):
    with pytest.raises(Refused), unit_of_work():
        errands.finish(errand().id, ErrandResult.POSTED, actor=team.coordinator)
    with pytest.raises(Refused), unit_of_work():
        errands.give(errand().id, team.auditor.id, actor=team.coordinator)
    assert errand().result is None


def test_an_errand_that_was_put_off_meanwhile_is_looked_at_again_when_it_is_due(clock, team, reference):
    clock.move_to(errand().due_at)
    with unit_of_work():
        errand().due_at = clock.now + timedelta(days=1)
    assert (errand_rungs.climb(), told()) == (0, [])
    assert errand().look_at == errand().due_at


def test_when_whoever_carries_it_may_see_the_case_no_more_whoever_works_it_hears(clock, team, reference):
    with unit_of_work():
        errands.give(errand().id, team.approver.id, actor=team.coordinator)
    elsewhere = states.a_site("KOL")
    with unit_of_work():
        [held] = db.session.get_one(StaffUser, team.approver.id).memberships
        held.site_id = elsewhere
        case_of(reference).assignee_id = team.officer.id
    forget_told()
    clock.move_to(errand().due_at)
    errand_rungs.climb()
    assert told() == [("errand_due", team.officer.id)]


def test_when_whoever_carries_it_has_left_whoever_works_the_case_hears(clock, team, reference):
    with unit_of_work():
        errands.give(errand().id, team.approver.id, actor=team.coordinator)
    with unit_of_work():
        case_of(reference).assignee_id = team.officer.id
        db.session.get_one(StaffUser, team.approver.id).is_active = False
    forget_told()
    clock.move_to(errand().due_at)
    errand_rungs.climb()
    assert told() == [("errand_due", team.officer.id)]
