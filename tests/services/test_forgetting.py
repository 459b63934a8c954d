"""Those of us who left: after ten years the record names them no longer, and it holds."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.models import AuditEvent, RecoveryCode, SecondFactor, StaffUser
from engage.services import audit, forgetting, second_factor, verifying
from engage.services.audit import Change
from engage.unit_of_work import unit_of_work
from tests import states

YEAR = timedelta(days=366)


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def test_who_left_ten_years_ago_is_named_no_longer(team, session, clock):
    user = session.get_one(StaffUser, team.custodian.id)
    user_id = user.id
    with unit_of_work():
        second_factor.keep(session.get_one(StaffUser, user_id), second_factor.new_secret())
        user = session.get_one(StaffUser, user_id)
        user.is_active, user.department, user.created_at = False, "Dust", clock.now
    clock.advance(10 * YEAR - timedelta(days=9))
    assert forgetting.forget_leavers(clock.now) == 0
    session.rollback()
    clock.advance(timedelta(days=12))
    assert forgetting.forget_leavers(clock.now) == 1
    user = session.get_one(StaffUser, user_id, populate_existing=True)
    assert (user.name, user.department, user.password_hash) == ("", None, None)
    assert user.email == f"{user_id.hex}@erased.invalid"
    for kind in (SecondFactor, RecoveryCode):
        assert session.scalars(select(kind).where(kind.user_id == user_id)).all() == []
    last = session.scalars(select(AuditEvent).order_by(AuditEvent.number.desc()).limit(1)).one()
    assert (last.kind, last.subject_id, last.payload) == ("user_forgotten", user_id, '{"after":{},"before":{}}')
    session.rollback()
    assert forgetting.forget_leavers(clock.now) == 0
    assert verifying.verify().broken == []


def test_who_works_here_keeps_their_name_and_whatever_was_changed_of_them_counts(team, session, clock):
    clock.advance(11 * YEAR)
    assert forgetting.forget_leavers(clock.now) == 0
    with unit_of_work():
        session.get_one(StaffUser, team.liaison.id).is_active = False
        audit.note(Change.USER_DEACTIVATED, actor=None, subject_id=team.liaison.id)
    assert forgetting.forget_leavers(clock.now) == 0
    session.rollback()
    clock.advance(11 * YEAR)
    assert forgetting.forget_leavers(clock.now) == 1
