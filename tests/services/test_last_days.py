"""The last day of an account: it opens nothing from then on, unless whoever has it is needed."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from engage.domain.browsers import Browser
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import OutboxMessage, StaffMembership, StaffUser
from engage.queries import accounts as known
from engage.queries import staffing
from engage.services import accounts, leaving, moving, passwords, sign_in, training
from engage.services.sign_in import Place
from engage.unit_of_work import unit_of_work
from tests import states

PASSWORD = "four quiet herons by a river"
DAY = timedelta(days=1)


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


@pytest.fixture
def chief(team):
    return states.staff((Role.ADMIN, None))


@pytest.fixture
def officer(team):
    return states.staff(
        Role.OFFICER, site_id=team.site_id, email="o@staff.engage.test", password_hash=passwords.hashed(PASSWORD)
    )


def told() -> set[tuple[str, object]]:
    db.session.rollback()
    return {(row.template, row.user_id) for row in db.session.scalars(select(OutboxMessage))}


def ends(user, clock, chief, in_days=1):
    with unit_of_work():
        moving.set_end(user.id, clock.now + in_days * DAY, actor=chief)


def is_active(user) -> bool:
    db.session.rollback()
    return db.session.get_one(StaffUser, user.id).is_active


def session_of(user):
    with unit_of_work():
        session_id = sign_in.begin(user.id, Place("192.0.2.1"), Browser("Firefox", "Android"))
        key = db.session.get_one(StaffUser, user.id).session_key
    return lambda: known.by_session(user.id, key, session_id)


def without(*users):
    with unit_of_work():
        db.session.execute(delete(StaffMembership).where(StaffMembership.user_id.in_([user.id for user in users])))


def test_the_last_administrator_of_all_does_not_end_and_is_told(team, chief, clock, caplog):
    other = states.staff((Role.ADMIN, None))
    ends(other, clock, chief)
    with unit_of_work():
        accounts.deactivate(chief.id, actor=other)
    clock.advance(DAY)
    assert (moving.end_due(), moving.end_due()) == (0, 0)
    assert staffing.held().has_admin
    assert told() == {("cannot_end", other.id)}
    assert "last administrator of all sites" in caplog.text


def test_an_administrator_ends_where_another_stays(team, chief, clock):
    other = states.staff((Role.ADMIN, None))
    ends(other, clock, chief)
    clock.advance(DAY)
    assert moving.end_due() == 1
    assert not is_active(other)


def test_one_account_that_cannot_be_ended_keeps_no_other_open(team, chief, clock, monkeypatch, caplog):
    ends(team.liaison, clock, chief)
    ends(team.officer, clock, chief, in_days=2)
    clock.advance(2 * DAY)
    real = leaving.hand_over

    def fails(user):
        if user.id == team.liaison.id:
            raise RuntimeError("its hand-over raises")
        return real(user)

    monkeypatch.setattr(leaving, "hand_over", fails)
    assert moving.end_due() == 1
    assert (is_active(team.liaison), is_active(team.officer)) == (True, False)
    assert str(team.liaison.id) in caplog.text


def test_one_person_whose_training_cannot_be_reviewed_stops_no_other(team, chief, clock, monkeypatch, caplog):
    with unit_of_work():
        training.demand("BOR", clock.now.date(), actor=chief)
    seen = []

    def fails(user):
        seen.append(user.id)
        if len(seen) == 1:
            raise RuntimeError("their review raises")
        return 1

    monkeypatch.setattr(training, "review_one", fails)
    assert training.review() == len(seen) - 1 > 1
    assert f"the training of {seen[0]}" in caplog.text


def test_nobody_signs_in_after_their_last_day_though_no_worker_runs(team, chief, officer, clock):
    ends(officer, clock, chief)
    clock.advance(DAY - timedelta(seconds=1))
    assert sign_in.checked("o@staff.engage.test", PASSWORD) == officer.id
    clock.advance(timedelta(seconds=1))
    assert sign_in.checked("o@staff.engage.test", PASSWORD) is None
    assert known.by_id(officer.id) is None
    assert is_active(officer)


def test_a_session_opens_nothing_after_the_last_day_though_no_worker_runs(team, chief, officer, clock):
    ends(officer, clock, chief)
    clock.advance(DAY - timedelta(hours=1))
    session = session_of(officer)
    assert session() is not None
    clock.advance(timedelta(hours=1))
    assert session() is None


def test_who_is_needed_still_signs_in_after_their_last_day(team, chief, clock):
    without(team.second_focal)
    ends(team.focal, clock, chief)
    clock.advance(DAY)
    moving.end_due()
    session = session_of(team.focal)
    assert session() is not None
    states.staff(Role.FOCAL, site_id=team.site_id)
    assert session() is None
    assert moving.end_due() == 1
