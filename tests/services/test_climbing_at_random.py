"""Two workers on the ladders of two hundred cases, under beats that crash and clocks that jump, on a real database."""

import json
from collections import Counter, defaultdict
from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.case import Kind
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import CaseEvent, CaseSubject, Deadline, OutboxMessage, ReachedRung
from engage.services import cases, conflicts, escalation
from engage.unit_of_work import unit_of_work
from tests import states
from tests.promised import breaks_of
from tests.states import act
from tests.threads import at_once

RUNS = 200
DAY = timedelta(days=1)


class PowerCut(Exception):
    """A worker dies in the middle of a case."""


@pytest.fixture
def team(clock, session, sent_tasks):
    team = states.Team()
    team.everywhere = states.staff((Role.APPROVER, None))
    states.staff((Role.OVERSIGHT, None))  # there is always somebody at the top
    return team


def two_hundred_cases(team, clock, dice):
    """Concerns of ten days; some are about one of those who would hear of them."""
    references = []
    for _ in range(RUNS):
        clock.advance(dice.random() * DAY / 20)
        kind = dice.choice([Kind.GRIEVANCE, *[Kind.QUESTION] * 4])
        references.append(states.a_case(team.site_id, kind=kind))
        if dice.random() < 0.3:
            about = dice.choice([team.coordinator, team.approver, team.oversight, team.second_coordinator])
            act(references[-1], conflicts.name_person, about.id, actor=team.custodian)
    return references


def die_in_the_middle(dice, now):
    """A worker that has climbed for a case and is gone before it commits."""
    due = escalation.due_cases(now)
    if due:
        with pytest.raises(PowerCut), unit_of_work():
            escalation.climb_case(cases.lock_own(dice.choice(due)), now)
            raise PowerCut


@pytest.mark.slow
def test_two_workers_tell_each_rung_once_whatever_the_clock_does(app, clock, team, dice):
    """R25, R66: each rung exactly once, never to a subject, never to nobody."""
    references = two_hundred_cases(team, clock, dice)
    end = clock.now + timedelta(days=100)
    while clock.now < end:
        clock.advance(dice.uniform(-3, 9) * DAY)
        if dice.random() < 0.3:
            die_in_the_middle(dice, clock.now)
        db.session.rollback()
        at_once(app, 2, escalation.climb)
    escalation.climb()
    assert escalation.climb() == 0
    everything_was_told_once()
    nobody_heard_of_themselves_and_somebody_of_everything()
    assert [breaks_of(reference) for reference in references] == [[]] * RUNS


def everything_was_told_once():
    told, reached = defaultdict(Counter), defaultdict(Counter)
    for payload in db.session.scalars(
        select(CaseEvent.payload).where(CaseEvent.kind.in_(("ReminderDue", "RungReached")))
    ):
        values = json.loads(payload)
        told[values["deadline_id"]][values["rung"]] += 1
    passed_over = set()
    for row in db.session.scalars(select(ReachedRung)):
        if row.was_superseded:
            passed_over.add((str(row.deadline_id), row.code))
        else:  # where those on a rung seem to be away, the one above hears of it too, once
            reached[str(row.deadline_id)][row.code.removesuffix("_up")] += 1
    assert told == reached
    rungs = {"due", "late_2_days", "late_5_days", "late_10_days", "late_20_days", "late_30_days"}
    rows = db.session.scalars(select(Deadline).where(Deadline.ended_at.is_(None))).all()
    assert len(rows) >= 2 * RUNS
    for row in rows:
        assert set(told[str(row.id)]) >= rungs, "a rung was not told"
        assert row.breached_at is not None
        assert {code for id_, code in passed_over if id_ == str(row.id)} <= {"half_gone", "most_gone", "day_before"}


def nobody_heard_of_themselves_and_somebody_of_everything():
    about = defaultdict(set)
    for row in db.session.scalars(select(CaseSubject)):
        about[row.case_id].add(row.user_id)
    named_at = dict(
        db.session.execute(select(CaseEvent.case_id, CaseEvent.at).where(CaseEvent.kind == "SubjectNamed")).all()
    )
    assert about
    notices = db.session.scalars(select(OutboxMessage)).all()
    for notice in notices:
        if notice.user_id in about[notice.case_id]:
            assert notice.created_at <= named_at[notice.case_id], "somebody heard of their own case"
    heard = {notice.dedupe_key.partition(":")[0] for notice in notices}
    silent = [
        json.loads(event.payload)["role"]
        for event in db.session.scalars(select(CaseEvent).where(CaseEvent.kind == "RungReached"))
        if str(event.id) not in heard
    ]
    assert set(silent) <= {"oversight"}, "a rung was told to nobody"
    assert any(notice.template == "late_count" for notice in notices)  # the committee hears of all of them by a count
