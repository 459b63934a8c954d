"""What is due by the schedule is prepared by one, approved by another, erased by night, and leaves evidence."""

import json
import threading
import time
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import select, update

from engage import clock as clocks
from engage.domain.case import CaseClass, Identity
from engage.domain.guards import Refused
from engage.domain.policy import NotAllowed, Role
from engage.domain.retention import Scope
from engage.extensions import db
from engage.models import (
    AuditEvent,
    Case,
    Deadline,
    Receipt,
    RetentionItem,
    RetentionRun,
    SealedIdentity,
    Site,
    Statement,
    Tombstone,
)
from engage.services import appeals, holds, retention, retention_due, retention_runs, verifying
from engage.services.chain import hash_over
from engage.unit_of_work import unit_of_work
from tests import states
from tests.services import sealed
from tests.services.full_case import a_full_case, files_in_store, rows_with_canaries
from tests.states import act, case_of, person_of

YEAR = timedelta(days=366)


@pytest.fixture
def team(clock, session, sent_tasks, change_settings, tmp_path):
    change_settings(VAR=tmp_path)
    return states.Team()


@pytest.fixture
def admins(team):
    return [states.staff((Role.ADMIN, None)) for _ in range(2)]


def prepared(actor=None):
    with unit_of_work():
        return retention_runs.prepare(actor).id


def approve(run_id, actor):
    with unit_of_work():
        retention_runs.approve(run_id, actor=actor)


def decline(run_id, actor):
    with unit_of_work():
        retention_runs.decline(run_id, actor=actor)


def due_now():
    db.session.rollback()
    found = {(one.reference, one.scope, one.rule) for one in retention_due.items(clocks.utcnow())}
    db.session.rollback()
    return found


def changes(session):
    return [
        (row.kind, json.loads(row.payload)["after"])
        for row in session.scalars(select(AuditEvent).order_by(AuditEvent.number))
    ]


def test_a_case_is_kept_to_its_last_day_and_goes_when_two_have_said_so(team, admins, session, clock):
    reference = a_full_case(team)
    clock.advance(7 * YEAR - timedelta(days=9))
    assert due_now() == set()
    clock.advance(timedelta(days=15))
    assert due_now() == {(reference, Scope.EVERYTHING, "ordinary")}
    assert retention_runs.preview() == {"ordinary": 1}
    run_id = prepared(admins[0])
    assert retention.apply() >= 0
    assert rows_with_canaries()
    with pytest.raises(Refused) as error:
        approve(run_id, admins[0])
    assert error.value.refusal.code == "own_run"
    approve(run_id, admins[1])
    assert rows_with_canaries()
    retention.apply()
    assert rows_with_canaries() == set()
    assert files_in_store() == []
    assert verifying.verify().broken == []
    digest = hash_over(str(run_id), reference)
    assert changes(session)[-3:] == [
        ("retention_prepared", {"ordinary": 1}),
        ("retention_approved", {}),
        ("retention_finished", {"ordinary": 1, "digest": digest}),
    ]
    assert due_now() == set()
    stone = session.scalars(select(Tombstone)).one()
    assert (stone.rule, stone.scope) == ("ordinary", Scope.EVERYTHING)


def test_what_is_held_or_open_again_by_the_night_is_left_out(team, admins, session, clock):
    held, reopened, gone = states.a_closed_case(team), states.a_closed_case(team), states.a_closed_case(team)
    clock.advance(8 * YEAR)
    run_id = prepared(admins[0])
    act(held, holds.set_hold, "The court.", actor=team.approver)
    act(reopened, appeals.reopen, "It came back.", actor=person_of(reopened))
    approve(run_id, admins[1])
    retention_runs.tend(None)
    erased = {reference: case_of(reference).erased_at is not None for reference in (held, reopened, gone)}
    assert erased == {held: False, reopened: False, gone: True}
    marks = dict(
        session.execute(
            select(Case.reference, RetentionItem.was_erased).join(Case, Case.id == RetentionItem.case_id)
        ).all()
    )
    assert marks == erased
    assert changes(session)[-1] == ("retention_finished", {"ordinary": 1, "digest": hash_over(str(run_id), gone)})


def test_one_run_at_a_time_and_a_declined_one_erases_nothing(team, admins, session, clock):
    reference = states.a_closed_case(team)
    clock.advance(8 * YEAR)
    first = prepared(admins[0])
    with pytest.raises(Refused) as error:
        prepared(admins[1])
    assert error.value.refusal.code == "run_waits"
    decline(first, admins[0])
    for act_on in (approve, decline):
        with pytest.raises(Refused) as error:
            act_on(first, admins[1])
        assert error.value.refusal.code == "no_run_waits"
    retention_runs.tend(None)
    assert case_of(reference).erased_at is None
    assert changes(session)[-1][0] == "retention_declined"
    approve(prepared(admins[0]), admins[1])
    assert retention_runs.tend(None) == 1


def test_only_administrators_of_all_sites_have_a_say(team, admins, clock):
    run_id = None
    for actor in (team.admin, team.approver):
        with pytest.raises(NotAllowed):
            prepared(actor)
    run_id = prepared(admins[0])
    for act_on in (approve, decline):
        with pytest.raises(NotAllowed):
            act_on(run_id, team.admin)


def test_without_a_second_administrator_it_goes_ahead_after_as_many_days_as_the_operator_said(team, session, clock):
    reference = states.a_closed_case(team)
    retention_runs.tend(30)
    assert session.scalars(select(RetentionRun)).all() == []
    clock.advance(8 * YEAR)
    assert retention_runs.tend(None) == 0
    assert retention_runs.tend(30) == 0
    clock.advance(timedelta(days=29))
    assert retention_runs.tend(30) == 0
    clock.advance(timedelta(days=1))
    assert retention_runs.tend(30) == 1
    assert case_of(reference).erased_at is not None
    assert [kind for kind, _ in changes(session)[-3:]] == [
        "retention_prepared",
        "retention_approved",
        "retention_finished",
    ]
    assert retention_runs.tend(30) == 0


def test_a_case_that_cannot_be_erased_stops_no_other_and_is_tried_again_the_next_night(team, admins, session, clock):
    references = [states.a_closed_case(team) for _ in range(3)]
    other = states.a_site("AAA")
    clock.advance(8 * YEAR)
    approve(prepared(admins[0]), admins[1])
    bad = case_of(references[1]).id
    with unit_of_work():  # somebody broke the zone of its site
        session.execute(update(Case).where(Case.id == bad).values(site_id=other))
        session.execute(update(Site).where(Site.id == other).values(time_zone="No/Where"))
    assert retention_runs.tend(None) == 2
    assert session.get_one(Statement, bad).what_happened
    assert session.scalars(select(RetentionRun.finished_at)).one() is None
    with unit_of_work():
        session.execute(update(Site).where(Site.id == other).values(time_zone="UTC"))
    assert retention_runs.tend(None) == 1
    assert session.scalars(select(RetentionRun.finished_at)).one() is not None
    assert verifying.verify().broken == []


def test_of_the_restricted_lane_nothing_is_counted_and_who_spoke_goes_first(team, admins, session, clock):
    reference = states.a_case(team.site_id, category="GBV")
    assert case_of(reference).class_ is CaseClass.RESTRICTED
    sealed.change(reference, Identity.NAMED, sealed.Road.DIRECT, sealed.Values(name=sealed.NAME, email=sealed.ADDRESS))
    act(reference, states.answers.withdraw, actor=person_of(reference))
    clock.advance(3 * YEAR)
    assert due_now() == {(reference, Scope.IDENTIFIERS, "restricted_identifiers")}
    assert retention_runs.preview() == {}
    approve(prepared(admins[0]), admins[1])
    assert retention_runs.tend(None) == 1
    assert session.scalars(select(SealedIdentity)).all() == []
    assert session.scalars(select(Statement.what_happened)).one()
    assert due_now() == set()
    assert [sorted(after) for _, after in changes(session)[-3:]] == [[], [], ["digest"]]
    clock.advance(5 * YEAR)
    assert due_now() == {(reference, Scope.EVERYTHING, "ordinary")}


def test_codes_of_those_without_a_name_go_after_appeal_and_checks_alone(team, admins, session, clock):
    reference = states.a_closed_case(team)
    assert case_of(reference).identity is Identity.ANONYMOUS
    clock.advance(timedelta(days=40))
    assert due_now() == set()
    with unit_of_work():
        session.execute(update(Deadline).where(Deadline.ended_at.is_(None)).values(ended_at=clock.now))
    assert due_now() == {(reference, Scope.SECRETS, "anonymous_codes")}
    approve(prepared(admins[0]), admins[1])
    assert retention_runs.tend(None) == 1
    assert session.scalars(select(Receipt)).all() == []
    assert due_now() == set()


def test_land_waits_for_the_mine_however_long_that_takes(team, session, clock):
    states.a_closed_case(team)
    with unit_of_work():
        session.execute(update(Case).values(category="LAN"))
        session.execute(update(Deadline).values(ended_at=clock.now))
    clock.advance(60 * YEAR)
    assert {scope for _, scope, _ in due_now()} == {Scope.SECRETS}


def test_pages_of_cases_follow_one_another(team, session, clock, monkeypatch):
    monkeypatch.setattr(retention_due, "_PAGE", 2)
    references = {states.a_closed_case(team) for _ in range(5)}
    clock.advance(8 * YEAR)
    found = list(retention_due.items(clocks.utcnow()))
    assert {one.reference for one in found} == references
    assert len(found) == len(references)


def test_a_run_takes_as_many_as_somebody_can_look_at(team, admins, session, clock, monkeypatch):
    monkeypatch.setattr(retention_runs, "MOST", 2)
    for _ in range(3):
        states.a_closed_case(team)
    clock.advance(8 * YEAR)
    approve(prepared(admins[0]), admins[1])
    assert retention_runs.tend(None) == 2
    approve(prepared(admins[0]), admins[1])
    assert retention_runs.tend(None) == 1


@pytest.mark.postgres
def test_who_prepares_a_run_while_another_is_being_written_is_told_so(app, team, admins, session):
    """The second looks before the first is committed, and meets it when it writes."""
    came: list[str] = []

    def second() -> None:
        with app.app_context():
            try:
                with unit_of_work():
                    retention_runs.prepare(admins[1])
            except Refused as refused:
                came.append(refused.refusal.code)
            finally:
                db.session.remove()

    other = threading.Thread(target=second)
    with unit_of_work():
        retention_runs.prepare(admins[0])
        other.start()
        waiting = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        ends_at = time.monotonic() + 60
        while not db.session.scalar(waiting) and time.monotonic() < ends_at:
            time.sleep(0.05)
    other.join()
    assert came == ["run_waits"]
