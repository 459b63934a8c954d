"""`flask engage escalate`: by hand, ahead of time, and without doing anything."""

from datetime import timedelta

import pytest

from engage.domain.deadlines import Promise
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import StaffUser
from engage.services import triage
from engage.unit_of_work import unit_of_work
from tests import states
from tests.promised import reached
from tests.states import act


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


@pytest.fixture
def escalate(app, session):
    def run(*arguments):
        db.session.rollback()
        return app.test_cli_runner().invoke(args=["engage", "escalate", *arguments])

    return run


def test_it_tells_what_is_due_once(clock, team, escalate):
    reference = states.a_case(team.site_id)
    clock.advance(timedelta(hours=24))
    assert escalate().output == "1 told\n"
    assert escalate().output == "0 told\n"
    assert reached(reference, Promise.ACKNOWLEDGE) == [("half_gone", False)]


def test_a_dry_run_lists_what_would_be_told_and_to_whom_and_does_nothing(clock, team, escalate):
    states.staff((Role.APPROVER, None))
    reference = states.a_case(team.site_id)
    hidden = states.an_acknowledged_case(team)
    act(hidden, triage.restrict, "asked", actor=team.coordinator)
    lines = escalate("--dry-run", "--now", (clock.now + timedelta(days=13)).isoformat()).output.splitlines()
    assert lines[-1].endswith("due; nothing was done")
    mine = [" ".join(line.split()) for line in lines if line.startswith(reference) and " acknowledge " in line]
    codes = ["half_gone", "most_gone", "due", "late_2_days", "late_5_days", "late_10_days"]
    assert [line.split()[2] for line in mine] == codes
    assert mine[0].endswith("recorded, not sent")
    assert mine[3].endswith("2026-03-06 09:00 coordinator")
    assert mine[5].endswith("approver, all sites")
    assert [line for line in lines if line.startswith("(restricted)")]
    assert hidden not in "\n".join(lines)
    assert reached(reference, Promise.ACKNOWLEDGE) == []


def test_a_dry_run_names_the_rungs_that_nobody_sits_on(clock, team, escalate):
    with unit_of_work():
        for user in db.session.scalars(db.select(StaffUser)):
            user.is_active = False
    states.a_case(team.site_id)
    assert "NOBODY" in escalate("--dry-run", "--now", (clock.now + timedelta(days=2)).isoformat()).output


def test_the_demonstration_may_look_ahead_for_real_and_the_product_may_not(clock, team, escalate, change_settings):
    reference = states.a_case(team.site_id)
    ahead = (clock.now + timedelta(days=2, hours=1)).replace(tzinfo=None).isoformat()
    change_settings(MODE="serve")
    refused = escalate("--now", ahead)
    assert refused.exit_code == 2
    assert "has not come yet" in refused.output
    assert escalate("--now", clock.now.isoformat()).output == "0 told\n"
    change_settings(MODE="run")
    assert escalate("--now", ahead).output == "3 told\n"
    assert ("due", False) in reached(reference, Promise.ACKNOWLEDGE)


def test_an_instant_that_is_none_is_explained(team, escalate):
    refused = escalate("--now", "tomorrow")
    assert refused.exit_code == 2
    assert "Write it like 2026-03-02T09:00" in refused.output
