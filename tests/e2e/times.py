"""Time that has gone by, for journeys that cannot wait for it: dates in the live database move back instead."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engage.domain.deadlines import Promise
from engage.models import Case, Deadline, Proposal
from tests.e2e.live import Live


@contextmanager
def _in_hand(live: Live, reference: str) -> Iterator[tuple[Session, Case]]:
    engine = sa.create_engine(live.settings.database_url, poolclass=sa.NullPool)
    mine = Case.reference == reference
    with Session(engine) as session, session.begin():
        session.execute(sa.update(Case).where(mine).values(locale=Case.locale))  # waits its turn to write
        yield session, session.scalars(sa.select(Case).where(mine)).one()
    engine.dispose()


def was_due(live: Live, reference: str, kept: Promise, ago: timedelta) -> None:
    """Let an open promise of the case have been due so long ago; the schedule finds it within seconds."""
    with _in_hand(live, reference) as (session, case):
        open_row = sa.select(Deadline).where(Deadline.case_id == case.id, Deadline.ended_at.is_(None))
        row = session.scalars(open_row.where(Deadline.promise == kept)).one()
        back = row.due_at - case.received_at + ago
        row.starts_at, row.due_at, row.look_at = row.starts_at - back, row.due_at - back, row.due_at - back
        owed = session.scalars(open_row).all()
        first = min((one for one in owed if one.promise.owed_by_us), key=lambda one: one.due_at)
        case.next_due_at, case.next_promise = first.due_at, first.promise


def was_proposed(live: Live, reference: str, ago: timedelta) -> None:
    """Let the newest proposal have lain with the person so long already."""
    with _in_hand(live, reference) as (session, case):
        newest = sa.select(Proposal).where(Proposal.case_id == case.id).order_by(Proposal.number.desc())
        row = session.scalars(newest.limit(1)).one()
        assert row.sent_at is not None
        row.sent_at -= ago
        answer = sa.select(Deadline).where(Deadline.case_id == case.id, Deadline.promise == Promise.ANSWER)
        for owed in session.scalars(answer.where(Deadline.ended_at.is_(None))):
            owed.starts_at, owed.due_at = owed.starts_at - ago, owed.due_at - ago
