"""Two workers on the ladder at once: what one has in hand the other leaves, and nothing is told twice."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from engage.extensions import db
from engage.models import CaseEvent, Deadline, OutboxMessage, ReachedRung
from engage.services import cases, escalation
from engage.unit_of_work import unit_of_work
from tests import states
from tests.promised import breaks_of, reached
from tests.threads import at_once


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def how_many(what, *where):
    return db.session.scalar(select(func.count()).select_from(what).where(*where))


@pytest.mark.postgres
def test_two_workers_at_once_tell_each_rung_once(app, clock, team):
    references = [states.a_case(team.site_id) for _ in range(15)]
    clock.advance(timedelta(days=40))
    db.session.rollback()
    counts = at_once(app, 2, escalation.climb)
    counts += at_once(app, 2, escalation.climb)  # whatever one left to the other
    told = how_many(CaseEvent, CaseEvent.kind.in_(("ReminderDue", "RungReached")))
    assert sum(counts) == told == how_many(ReachedRung, ReachedRung.was_superseded.is_(False))
    assert escalation.climb() == 0
    expected = reached(references[0], escalation.Promise.ACKNOWLEDGE)
    assert all(reached(reference, escalation.Promise.ACKNOWLEDGE) == expected for reference in references)
    assert how_many(CaseEvent, CaseEvent.kind == "DeadlineMissed") == how_many(
        Deadline, Deadline.breached_at.is_not(None)
    )
    assert [breaks_of(reference) for reference in references] == [[]] * 15
    assert how_many(OutboxMessage, OutboxMessage.template == "late_count") == 1


@pytest.mark.postgres
def test_a_case_in_hand_is_skipped_and_not_waited_for(app, clock, team):
    held = states.case_of(states.a_case(team.site_id)).id
    free = states.a_case(team.site_id)
    clock.advance(timedelta(hours=24))
    with unit_of_work():
        cases.lock_own(held)
        assert at_once(app, 1, escalation.climb) == [1]
    assert reached(free, escalation.Promise.ACKNOWLEDGE) == [("half_gone", False)]
    assert escalation.climb() == 1
