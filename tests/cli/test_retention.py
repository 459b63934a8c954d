"""The command that says what is due to be erased, and carries out what was approved."""

from datetime import timedelta

import pytest

from engage.domain.policy import Role
from engage.services import checks, retention_runs
from engage.unit_of_work import unit_of_work
from tests import states
from tests.states import case_of


@pytest.fixture
def run(app, session):
    session.rollback()
    return lambda *more: app.test_cli_runner().invoke(args=["engage", "retention", *more])


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def test_looking_says_how_much_is_due_by_which_rule_and_does_nothing(team, run, clock, session):
    references = [states.a_closed_case(team) for _ in range(2)]
    clock.advance(timedelta(days=8 * 366))
    answer = run("--dry-run")
    assert answer.exit_code == 0, answer.output
    assert answer.output == "ordinary                 2\n2 due; nothing was done\n"
    assert not any(reference in answer.output for reference in references)
    assert run().output == "0 erased\n"
    assert case_of(references[0]).erased_at is None


def test_what_was_approved_is_carried_out_at_once(team, run, clock, session):
    reference = states.a_closed_case(team)
    clock.advance(timedelta(days=8 * 366))
    first, second = (states.staff((Role.ADMIN, None)) for _ in range(2))
    with unit_of_work():
        run_id = retention_runs.prepare(first).id
    with unit_of_work():
        retention_runs.approve(run_id, actor=second)
    assert run().output == "1 erased\n"
    assert case_of(reference).erased_at is not None
    session.rollback()
    assert run().output == "0 erased\n"


def findings(what):
    return [one for one in checks.look() if one.what == what]


def test_backups_that_outlive_what_people_are_told_are_warned_of(session, change_settings):
    assert findings("backups") == []
    change_settings(BACKUPS_KEPT_DAYS=90)
    assert findings("backups") == []
    change_settings(BACKUPS_KEPT_DAYS=91)
    (found,) = findings("backups")
    assert found.is_warning
    assert "91 days" in found.problem
