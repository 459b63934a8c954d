"""Staff of a case have a notice tried again."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from engage import clock
from engage.domain.case import Road
from engage.domain.delivery import NoticeState
from engage.domain.errands import ErrandResult
from engage.domain.policy import NotAllowed, Role
from engage.extensions import db
from engage.models import CaseEvent, Errand, OutboxMessage
from engage.notify import claims
from engage.services import delivery, errands, undelivered
from engage.services.sending_again import send_again
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.fates import came_back, in_state
from tests.notify.letters import a_case_with, a_notice, forget_notices, row_of
from tests.states import case_of
from tests.threads import at_once


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


@pytest.fixture
def reference(team):
    made = a_case_with(Road.RELAY, site_id=team.site_id)
    forget_notices()
    return made


def again(notice_id, actor) -> bool:
    with unit_of_work():
        return send_again(notice_id, actor=actor)


def state_of(notice_id) -> NoticeState:
    db.session.rollback()
    return db.session.get_one(OutboxMessage, notice_id).state(clock.utcnow())


def tried_again() -> int:
    db.session.rollback()
    return len(db.session.scalars(select(CaseEvent).where(CaseEvent.kind == "NoticeTriedAgain")).all())


def resting(reference):
    later = clock.utcnow() + timedelta(hours=3)
    return in_state(NoticeState.WAITING, reference, attempts=2, not_before=later, last_error="deferred 451")


@pytest.mark.parametrize("state", [NoticeState.DEAD, NoticeState.BOUNCED])
def test_what_did_not_arrive_waits_again_and_leaves(team, reference, state):
    notice_id = in_state(state, reference)
    assert again(notice_id, team.coordinator)
    assert state_of(notice_id) is NoticeState.WAITING
    assert tried_again() == 1
    assert delivery.drain() == 1
    assert state_of(notice_id) is NoticeState.SENT


def test_what_rests_after_a_fault_is_due_at_once(team, reference, sent_tasks):
    notice_id = resting(reference)
    sent_tasks.clear()
    assert again(notice_id, team.approver)
    assert len(sent_tasks) == 1
    assert delivery.drain() == 1
    assert state_of(notice_id) is NoticeState.SENT


def test_a_second_click_changes_nothing(team, reference):
    notice_id = in_state(NoticeState.DEAD, reference)
    assert again(notice_id, team.coordinator)
    assert not again(notice_id, team.coordinator)
    assert tried_again() == 1
    resting_id = resting(reference)
    assert again(resting_id, team.coordinator)
    assert not again(resting_id, team.coordinator)
    assert tried_again() == 2


def test_two_of_staff_at_once_have_it_tried_once(team, reference, app):
    notice_id = in_state(NoticeState.DEAD, reference)
    staff = iter((team.coordinator, team.approver))
    found = at_once(app, 2, lambda: again(notice_id, next(staff)))
    assert sorted(found) == [False, True]
    assert tried_again() == 1


def test_what_was_not_tried_yet_waits_for_its_own_time(team, reference):
    morning = clock.utcnow() + timedelta(hours=9)
    notice_id = in_state(NoticeState.WAITING, reference, not_before=morning)
    assert not again(notice_id, team.coordinator)
    assert row_of(db.session.get_one(OutboxMessage, notice_id).dedupe_key).not_before == morning


@pytest.mark.parametrize("state", [NoticeState.CLAIMED, NoticeState.SENT, NoticeState.REPLACED])
def test_what_lies_with_somebody_is_left_alone(team, reference, state):
    notice_id = in_state(state, reference)
    assert not again(notice_id, team.coordinator)
    assert state_of(notice_id) is state
    assert tried_again() == 0


def test_what_is_no_longer_kept_cannot_be_said_again(team, reference):
    key = a_notice(reference)
    with unit_of_work():
        row = row_of(key)
        row.context, row.dead_at = None, clock.utcnow()
    assert not again(row_of(key).id, team.coordinator)


def test_only_those_who_look_after_its_case_may(team, reference):
    notice_id = in_state(NoticeState.DEAD, reference)
    with pytest.raises(NotAllowed):
        again(notice_id, team.custodian)
    other_site = states.staff((Role.COORDINATOR, states.a_site("KOL")))
    for stranger in (other_site, team.focal, team.admin):
        with pytest.raises(NoResultFound):
            again(notice_id, stranger)
    assert state_of(notice_id) is NoticeState.DEAD


def test_what_was_told_once_and_fails_once_more_is_to_be_told_once_more(team, reference):
    notice_id = came_back(reference)
    errand = db.session.scalars(select(Errand)).one()
    with unit_of_work():
        errands.finish(errand.id, ErrandResult.REACHED, actor=team.coordinator)
    assert again(notice_id, team.coordinator)
    delivery.drain()
    with unit_of_work():
        assert undelivered.bounced(notice_id, "5.2.2")
    [owed] = db.session.scalars(select(Errand)).all()
    assert (owed.outbox_message_id, owed.finished_at, owed.reached, owed.rung) == (notice_id, None, None, 0)
    assert owed.look_at == owed.due_at > clock.utcnow()
    assert case_of(reference).could_not_reach


def test_a_notice_that_comes_back_once_more_asks_for_it_once_more(team, reference):
    notice_id = came_back(reference)
    assert again(notice_id, team.coordinator)
    delivery.drain()
    with unit_of_work():
        assert claims.bounced(notice_id, "5.2.2")
    assert state_of(notice_id) is NoticeState.BOUNCED
    assert again(notice_id, team.coordinator)


def test_what_was_sent_again_and_left_is_nobodys_errand_any_more(team, reference):
    notice_id = came_back(reference)
    assert case_of(reference).could_not_reach
    assert again(notice_id, team.coordinator)
    delivery.drain()
    ended = db.session.scalars(select(Errand)).one()
    assert (ended.finished_at is not None, ended.finished_by_id, ended.result, ended.look_at) == (
        True,
        None,
        None,
        None,
    )
    assert not case_of(reference).could_not_reach
    with unit_of_work():
        assert undelivered.bounced(notice_id, "5.2.2")
    assert db.session.scalars(select(Errand.finished_at)).one() is None
    assert case_of(reference).could_not_reach


def test_an_errand_that_somebody_has_in_hand_stays_though_its_notice_left(team, reference):
    notice_id = came_back(reference)
    errand_id = db.session.scalars(select(Errand.id)).one()
    with unit_of_work():
        errands.give(errand_id, team.coordinator.id, actor=team.coordinator)
    assert again(notice_id, team.coordinator)
    delivery.drain()
    assert state_of(notice_id) is NoticeState.SENT
    assert db.session.scalars(select(Errand.finished_at)).one() is None
    assert case_of(reference).could_not_reach


def test_while_something_else_is_to_be_said_the_case_still_shows_it(team, reference):
    notice_id = came_back(reference)
    came_back(reference, template="more_time")
    assert again(notice_id, team.coordinator)
    delivery.drain()
    owed = select(Errand.template).where(Errand.finished_at.is_(None))
    assert db.session.scalars(owed).all() == ["more_time"]
    assert case_of(reference).could_not_reach
