"""What is forgotten in time, and the sign of life of each entry of the schedule."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.case import Road
from engage.extensions import db
from engage.models import Errand, Heartbeat, OutboxMessage
from engage.services import delivery, heartbeats, retention
from engage.services.retention import CONTEXT_KEPT
from engage.unit_of_work import unit_of_work
from tests.notify.letters import a_case_with, a_notice, forget_notices
from tests.states import a_case, a_site


@pytest.fixture
def reference(session, sent_tasks):
    return a_case(a_site())


def contexts():
    db.session.rollback()
    return db.session.scalars(select(OutboxMessage.context)).all()


def test_a_notice_that_was_delivered_loses_what_it_showed_after_a_while(clock, reference):
    delivery.drain()
    clock.advance(CONTEXT_KEPT)
    assert retention.apply() == 0
    clock.advance(timedelta(seconds=1))
    waiting = a_notice(reference)
    assert retention.apply() == 1
    assert contexts().count(None) == 1
    assert retention.apply() == 0
    assert db.session.scalars(select(OutboxMessage.context).filter_by(dedupe_key=waiting)).one() == {}


def test_what_somebody_is_still_to_take_to_the_person_is_kept_until_they_did(clock, session, sent_tasks):
    reference = a_case_with(Road.FACILITATOR, facilitator="The teacher")
    forget_notices()
    a_notice(reference)
    delivery.drain()
    clock.advance(CONTEXT_KEPT + timedelta(seconds=1))
    retention.apply()
    assert contexts() == [{}]
    with unit_of_work():
        errand = db.session.scalars(select(Errand)).one()
        errand.finished_at, errand.look_at = clock.now, None
    retention.apply()
    assert contexts() == [None]


def test_a_heartbeat_is_the_last_one(session, clock):
    for count in (1, 2):
        clock.advance(timedelta(minutes=1))
        with unit_of_work():
            heartbeats.beat("sweep-outbox", count)
    (row,) = session.scalars(select(Heartbeat)).all()
    assert (row.count, row.finished_at) == (2, clock.now)
