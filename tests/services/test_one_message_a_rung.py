"""Each rung of a ladder is one message to each who sits on it, whatever dies and whatever clocks do (domain R66)."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.deadlines import Promise
from engage.extensions import db
from engage.models import CaseEvent, OutboxMessage
from engage.notify import claims
from engage.services import cases, delivery, escalation
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import forget_notices
from tests.promised import breaks_of, reached
from tests.states import case_of

DAY = timedelta(days=1)
LEASE = 60


class PowerCut(Exception):
    """A worker dies in the middle of a case."""


@pytest.fixture
def peer(clock, session, sent_tasks, mail_peer, change_settings):
    """A real mail server, an hour in which nothing is gathered, and no ceiling that holds anything up."""
    change_settings(MAIL="smtp", SMTP_PORT=mail_peer.port, OUTBOX_LEASE_SECONDS=LEASE)
    change_settings(OUTBOX_HOURLY_MAX=0, OUTBOX_READER_HOURLY_MAX=0)
    return mail_peer


@pytest.fixture
def team(peer):
    return states.Team()


def die_while_climbing(reference, now):
    with pytest.raises(PowerCut), unit_of_work():
        escalation.climb_case(cases.lock_own(case_of(reference).id), now)
        raise PowerCut


def die_while_sending(clock):
    """A worker takes what is due and is gone before it has sent any: its lease has to run out."""
    with unit_of_work():
        claims.claim(100)
    assert delivery.drain() == 0
    clock.advance(timedelta(seconds=LEASE + 1))


def beat():
    """The same beat comes twice, and so does the worker."""
    for _ in range(2):
        escalation.climb()
        delivery.drain()


def notices():
    db.session.rollback()
    return db.session.scalars(select(OutboxMessage)).all()


def test_r66_each_rung_is_one_message_whatever_beats_twice_dies_or_jumps(clock, team, peer):
    reference = states.an_assessed_case(team)
    forget_notices()
    for jump in (2 * DAY, DAY, -DAY, DAY, 3 * DAY, -DAY, 2 * DAY, 5 * DAY, -DAY, 10 * DAY, 20 * DAY, 30 * DAY):
        clock.advance(jump)
        die_while_climbing(reference, clock.now)
        escalation.climb()
        die_while_sending(clock)
        beat()
    clock.advance(4 * DAY)  # whatever waits for a morning or was gathered has its turn
    beat()
    for promise in (Promise.CONSULT, Promise.PROPOSE):
        rungs = [code for code, _ in reached(reference, promise)]
        assert {"due", "late_30_days"} <= set(rungs)
        assert set(Counter(rungs).values()) == {1}
    told = select(CaseEvent.id).where(CaseEvent.kind.in_(("ReminderDue", "RungReached")))
    events = {str(event_id) for event_id in db.session.scalars(told)}
    of_rungs = [row for row in notices() if row.dedupe_key.partition(":")[0] in events]
    assert of_rungs
    assert set(Counter((row.dedupe_key.partition(":")[0], row.user_id) for row in of_rungs).values()) == {1}
    brought = [row for row in notices() if row.road == "email"]
    assert len(peer.mails) == len(brought) == sum(row.sent_at is not None for row in brought)
    assert {row.state(clock.now) for row in of_rungs} <= {"sent", "replaced"}
    assert breaks_of(reference) == []
