"""What is restricted goes in its time, and no run tells administrators that there was something."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from engage.extensions import db
from engage.models import AuditEvent, Case, CaseEvent, RetentionItem, RetentionRun, Tombstone
from engage.services import answers, holds, retention_due, retention_runs, verifying
from tests import states
from tests.states import act, case_of, person_of

YEAR = timedelta(days=366)
DAYS = 30


@pytest.fixture
def team(clock, session, sent_tasks, change_settings, tmp_path):
    change_settings(VAR=tmp_path)
    return states.Team()


def an_old_case(team):
    reference = states.a_case(team.site_id, category="GBV")
    act(reference, answers.withdraw, actor=person_of(reference))
    return reference


def erased(reference):
    db.session.rollback()
    return case_of(reference).erased_at is not None


def told():
    """Whatever administrators can read of runs."""
    db.session.rollback()
    return [*db.session.scalars(select(RetentionRun)), *db.session.scalars(select(RetentionItem))], [
        *db.session.scalars(select(AuditEvent.kind))
    ]


def test_nobody_reads_of_an_empty_run_that_something_restricted_was_due(team, session, clock):
    reference = an_old_case(team)
    clock.advance(9 * YEAR)
    assert retention_runs.tend(None) == 0
    assert not erased(reference)
    assert retention_runs.tend(DAYS) == 1
    assert erased(reference)
    assert told() == ([], [])
    kinds = session.scalars(select(CaseEvent.kind).join(Case).where(Case.reference == reference)).all()
    assert "ContentErased" in kinds
    assert session.scalars(select(Tombstone)).one().case_id == case_of(reference).id
    assert verifying.verify().broken == []
    assert retention_runs.tend(DAYS) == 0


def test_it_waits_as_many_days_as_a_run_does_and_a_hold_keeps_it(team, clock):
    held, other = an_old_case(team), an_old_case(team)
    act(held, holds.set_hold, "The court.", actor=team.focal)
    clock.advance(7 * YEAR - timedelta(days=9))
    retention_runs.tend(DAYS)  # who spoke, and codes, go long before the rest
    assert not erased(other)
    while not list(retention_due.items(clock.now)):
        clock.advance(timedelta(days=1))
    clock.advance(timedelta(days=DAYS - 1))
    assert retention_runs.tend(DAYS) == 0
    clock.advance(timedelta(days=1))
    assert retention_runs.tend(DAYS) == 1
    assert erased(other)
    clock.advance(YEAR)
    assert retention_runs.tend(DAYS) == 0
    assert not erased(held)


def test_what_else_is_due_still_calls_for_a_run_and_takes_none_of_it_ahead_of_its_days(team, clock):
    hidden, plain = an_old_case(team), states.a_closed_case(team)
    clock.advance(9 * YEAR)
    assert retention_runs.tend(10_000) == 0
    (run, *items), kinds = told()
    assert {one.case_id for one in items} == {case_of(one).id for one in (hidden, plain)}
    assert kinds == ["retention_prepared"]
    assert not erased(hidden)


def test_one_that_cannot_be_erased_stops_no_other_and_goes_the_next_night(team, clock):
    bad, good = an_old_case(team), an_old_case(team)
    clock.advance(9 * YEAR)
    bad_id = case_of(bad).id

    def fail(_mapper, _connection, row):
        if row.case_id == bad_id:
            raise OSError

    event.listen(Tombstone, "before_insert", fail)
    try:
        assert retention_runs.tend(DAYS) == 1
    finally:
        event.remove(Tombstone, "before_insert", fail)
    assert (erased(bad), erased(good)) == (False, True)
    assert retention_runs.tend(DAYS) == 1
    assert erased(bad)
