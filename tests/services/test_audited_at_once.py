"""The record of changes when several people change something in the same instant."""

import time
import uuid

import pytest
from sqlalchemy import select

from engage.domain.policy import Role
from engage.models import AuditEvent
from engage.services import accounts, audit
from engage.services.accounts import Details
from engage.services.audit import Change
from engage.unit_of_work import unit_of_work
from tests import states
from tests.statements import statements
from tests.threads import at_once


def rows(session):
    session.rollback()
    return session.scalars(select(AuditEvent).order_by(AuditEvent.number)).all()


@pytest.mark.postgres
def test_whoever_changes_something_in_the_instant_of_somebody_else_gets_it_done(app, session, sent_tasks):
    states.a_site()
    chief = states.staff((Role.ADMIN, None))
    users = [states.staff((Role.AUDITOR, None)).id for _ in range(4)]
    session.rollback()

    def change():
        user_id = users.pop()
        with unit_of_work():
            accounts.describe(user_id, Details(f"{user_id}@staff.engage.test", "Renamed"), actor=chief)
            time.sleep(0.1)  # as long as the rest of a change may take

    at_once(app, 4, change)
    assert [row.number for row in rows(session)] == [1, 2, 3, 4]
    assert audit.breaks_in(rows(session)) == []


@pytest.mark.postgres
def test_a_change_that_fails_lets_the_next_one_through(app, session, sent_tasks):
    """What waits is let go by a rollback, too, and no number is left out."""
    user_id = states.staff((Role.AUDITOR, None)).id
    session.rollback()

    def fail():
        with pytest.raises(RuntimeError), unit_of_work():
            audit.note(Change.USER_AWAY, actor=None, subject_id=user_id)
            raise RuntimeError

    at_once(app, 2, fail)
    with unit_of_work():
        audit.note(Change.USER_BACK, actor=None, subject_id=user_id)
    assert [(row.number, row.kind) for row in rows(session)] == [(1, "user_back")]


def test_an_entry_takes_its_turn_where_two_can_write_at_once(session):
    with statements() as sent, unit_of_work():
        audit.note(Change.NOTICE_RETRIED, actor=None, subject_id=uuid.uuid4())
    has_waited = any("pg_advisory_xact_lock" in one for one in sent)
    assert has_waited == (session.get_bind().dialect.name == "postgresql")
