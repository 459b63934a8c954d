"""The sweep of the ladder: what it costs, what it leaves alone, and what it only previews."""

import logging
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from engage.domain.deadlines import Promise
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import Case, Deadline, OutboxMessage, StaffUser
from engage.services import cases, escalation, triage
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import forget_notices
from tests.promised import reached, the_open
from tests.statements import statements
from tests.states import act, case_of

P = Promise


@pytest.fixture
def team(clock, session, sent_tasks):
    team = states.Team()
    team.everywhere = states.staff((Role.APPROVER, None))
    return team


def notices():
    """What is owed to whom: the template, and the user or None for the person."""
    return {(row.template, row.user_id) for row in db.session.scalars(select(OutboxMessage))}


def codes(names, superseded=False):
    return sorted((name, superseded) for name in names)


def test_where_nobody_sits_nothing_is_counted_as_told_and_it_is_looked_at_again(clock, team, caplog):
    lonely = states.a_site("LON")
    with unit_of_work():
        db.session.get_one(StaffUser, team.everywhere.id).is_active = False
    reference = states.a_case(lonely)
    clock.advance(timedelta(days=4, minutes=1))
    with caplog.at_level(logging.ERROR):
        assert escalation.climb() == 0
    assert "nobody sits on rung late_2_days" in caplog.text
    assert reached(reference, P.ACKNOWLEDGE) == codes(["half_gone", "most_gone"], superseded=True)
    assert the_open(reference, P.ACKNOWLEDGE).look_at == clock.now + timedelta(hours=1)
    newcomer = states.staff(Role.COORDINATOR, site_id=lonely)
    clock.advance(timedelta(hours=1))
    assert escalation.climb() > 0
    assert ("case_late", newcomer.id) in notices()


def test_one_bad_case_does_not_stop_the_others(clock, team, caplog, monkeypatch):
    bad, good = states.a_case(team.site_id), states.a_case(team.site_id)
    bad_id = case_of(bad).id
    lock = cases.lock_if_free

    def failing(case_id):
        if case_id == bad_id:
            raise ValueError("a row that cannot be read")
        return lock(case_id)

    monkeypatch.setattr(cases, "lock_if_free", failing)
    clock.advance(timedelta(hours=24))
    with caplog.at_level(logging.ERROR):
        assert escalation.climb() == 1
    assert str(bad_id) in caplog.text
    assert reached(good, P.ACKNOWLEDGE) == codes(["half_gone"])
    assert reached(bad, P.ACKNOWLEDGE) == []


def test_a_case_that_somebody_has_in_hand_is_left_to_the_next_sweep(clock, team, monkeypatch):
    reference = states.a_case(team.site_id)
    clock.advance(timedelta(hours=24))
    monkeypatch.setattr(cases, "lock_if_free", lambda case_id: None)
    assert escalation.climb() == 0
    monkeypatch.undo()
    assert escalation.climb() == 1
    assert reached(reference, P.ACKNOWLEDGE) == codes(["half_gone"])


def test_a_sweep_costs_what_is_due_and_not_what_is_open(clock, session, team):
    references = [states.a_case(team.site_id) for _ in range(12)]
    clock.advance(timedelta(hours=24))
    with statements() as for_few_open:
        assert escalation.climb() == 12
    with unit_of_work():
        for case in session.scalars(select(Case)):
            many = [open_like(case, number) for number in range(30)]
            db.session.add_all(many)
    clock.move_to(the_open(references[0], P.ASSESS).starts_at + timedelta(hours=36))
    with statements() as for_many_open:
        assert escalation.climb() == 12
    # What differs is the reminder that waits already and gathers the new ones.
    assert abs(len(for_many_open) - len(for_few_open)) <= 2 * 12


def open_like(case, number):
    far = case.received_at + timedelta(days=300 + number)
    return Deadline(
        case_id=case.id,
        promise=P.IMPLEMENT,
        subject_id=states.uuid.uuid4(),
        version=1,
        level=3,
        span="days:300",
        starts_at=case.received_at,
        due_at=far,
        look_at=far,
        total_pause=timedelta(),
    )


def test_what_is_due_is_read_along_the_index(session, team):
    sent = []

    def note(_connection, _cursor, statement, values, *_rest):
        sent.append((statement, values))

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    escalation.preview()
    event.remove(engine, "before_cursor_execute", note)
    connection, (statement, values) = session.connection(), sent[-1]
    if engine.dialect.name == "sqlite":
        plan = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all())
        assert "ORDER BY" not in plan
    else:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plan = str(connection.exec_driver_sql(f"EXPLAIN {statement}", values).all())
    assert "ix_deadline_look_at" in plan


def test_a_form_that_was_open_during_a_sweep_still_counts(clock, team):
    reference = states.a_case(team.site_id)
    seen = case_of(reference).version
    clock.advance(timedelta(hours=24))
    escalation.climb()
    case = case_of(reference)
    assert case.version > seen
    cases.expect_version(case, seen)
    act(reference, triage.acknowledge, actor=team.coordinator)
    with pytest.raises(cases.ChangedMeanwhile):
        cases.expect_version(case_of(reference), seen)


def test_a_preview_says_what_would_be_told_and_does_nothing(clock, team):
    open_one = states.a_case(team.site_id)
    hidden = states.an_acknowledged_case(team)
    act(hidden, triage.restrict, "asked", actor=team.coordinator)
    forget_notices()
    later = clock.now + timedelta(days=7, hours=1)
    steps = escalation.preview(later)
    assert {step.reference for step in steps} == {open_one, None}
    told = {step.rung: step.seat.role for step in steps if step.promise is P.ACKNOWLEDGE and step.seat}
    assert told == {"due": "assignee", "late_2_days": "coordinator", "late_5_days": "approver"}
    assert {step.rung for step in steps if step.superseded} >= {"half_gone", "most_gone"}
    assert notices() == set()
    assert escalation.preview() == []
    clock.move_to(later)
    assert escalation.climb() == len([step for step in steps if not step.superseded])
