"""A clock that ran ahead when a checkpoint was made and was set right leaves a record that holds, and no way to lie."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage import vault
from engage.models import CaseEvent, LaneEvent
from engage.services import checkpoints, conversation, verifying
from engage.services.lane import words
from engage.settings import settings
from tests import states, tampering
from tests.lane_states import a_report, do
from tests.states import act, case_of

AHEAD, BACK = timedelta(hours=20), timedelta(hours=19)


@pytest.fixture
def team(clock, session, sent_tasks):
    vault.make_worker_keys(settings().VAR)
    return states.Team()


@pytest.fixture
def set_right(team, clock):
    """A case and a report that a checkpoint of a clock twenty hours ahead saw; then the clock was set right."""
    found, report = states.an_assessed_case(team), a_report(team.site_id)
    clock.advance(AHEAD)
    checkpoints.make()
    clock.advance(-BACK)
    return found, report


def test_a_clock_that_was_set_right_leaves_a_whole_record(set_right, team, clock, session):
    reference, report = set_right
    act(reference, conversation.reply, "We come on Monday.", actor=team.officer)
    do(report, words.write, "Are you safe?", actor=team.focal)
    new = states.a_case(team.site_id)
    a_report(team.site_id)
    assert verifying.verify().broken == []
    ahead = clock.now + BACK
    for kind in (CaseEvent, LaneEvent):
        newest = session.scalars(select(kind.at).order_by(kind.at.desc())).first()
        assert newest == ahead
    assert case_of(new).recorded_at == clock.now  # the record alone waits for the clock
    clock.advance(AHEAD)
    act(reference, conversation.reply, "We came.", actor=team.officer)
    clock.advance(timedelta(days=1))
    checkpoints.make()
    found = verifying.verify()
    assert (found.broken, found.ahead) == ([], None)
    assert session.scalars(select(CaseEvent.at).order_by(CaseEvent.at.desc())).first() == clock.now - timedelta(days=1)


def test_what_is_put_in_and_says_it_is_older_than_that_checkpoint_is_named_all_the_same(set_right, team, clock):
    reference, _ = set_right
    act(reference, conversation.reply, "We come on Monday.", actor=team.officer)
    case_id = case_of(reference).id
    with tampering.unguarded() as own:
        rows = tampering.events_of(own, case_id)
        rows[-1].at = clock.now
        own.flush()
        tampering.cover_up(own, case_id)
    said = f"event {case_of(reference).version} says it is older than checkpoint 1, which did not see it"
    assert verifying.verify().broken == [f"case {reference}: {said}"]


def test_until_the_clock_has_come_to_it_no_checkpoint_is_made_and_that_is_said(set_right, caplog):
    assert checkpoints.make() == 0
    assert "checkpoint 1 is of a moment that is yet to come" in caplog.text
    assert verifying.verify().ahead == 1
