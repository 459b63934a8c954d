"""Somebody with the database in their hands: how they would change the record, and how well they cover it up."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from engage import vault
from engage.domain import merkle
from engage.extensions import db
from engage.models import Case, CaseEvent, CaseHead, Checkpoint
from engage.services import timeline
from engage.services.chain import GENESIS, canonical, hash_over
from engage.services.checkpoints import heads_at
from tests.fixtures.database import WITHOUT_GUARDS

GUARDED = (
    "case_event",
    "access",
    "audit_event",
    "case_head",
    "checkpoint",
    "lane_event",
    "lane_access",
    "lane_head",
)


@contextmanager
def unguarded() -> Iterator[Session]:
    """A session in which nothing keeps rows from being changed or taken away, as for whoever owns the database."""
    db.session.rollback()
    with db.engine.connect() as connection, Session(connection) as session:  # guards are lifted for a connection
        raw = connection.connection.driver_connection
        if db.engine.dialect.name == "sqlite":
            raw.execute("PRAGMA foreign_keys = OFF")
        if db.engine.dialect.name == "postgresql":
            session.execute(WITHOUT_GUARDS)
        else:
            for table in GUARDED:
                for verb in ("update", "delete"):
                    session.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_{verb}"))
        yield session
        session.commit()
        if db.engine.dialect.name == "postgresql":
            session.execute(text("RESET session_replication_role"))
            session.commit()
        else:
            raw.execute("PRAGMA foreign_keys = ON")
    db.session.rollback()


def edit(session: Session, case_id: uuid.UUID) -> None:
    """Somebody else did it."""
    session.execute(update(CaseEvent).where(CaseEvent.case_id == case_id, CaseEvent.number == 3).values(actor_id=None))


def remove(session: Session, case_id: uuid.UUID) -> None:
    """It never happened; the later events move up."""
    session.execute(delete(CaseEvent).where(CaseEvent.case_id == case_id, CaseEvent.number == 3))
    for row in events_of(session, case_id)[2:]:
        row.number -= 1
        session.flush()


def put_in(session: Session, case_id: uuid.UUID) -> None:
    """It did happen, and nobody saw it."""
    rows = events_of(session, case_id)
    for row in reversed(rows[2:]):
        row.number += 1
        session.flush()
    like = rows[1]
    values = {column.key: getattr(like, column.key) for column in CaseEvent.__table__.columns}
    session.add(CaseEvent(**{**values, "id": uuid.uuid4(), "number": 3, "kind": "AttemptLogged"}))
    session.flush()


def reorder(session: Session, case_id: uuid.UUID) -> None:
    """The other way round."""
    rows = events_of(session, case_id)
    rows[2].number = 1000
    session.flush()
    rows[3].number = 3
    session.flush()
    rows[2].number = 4
    session.flush()


def back_date(session: Session, case_id: uuid.UUID) -> None:
    """It was in time."""
    events_of(session, case_id)[2].at -= timedelta(days=20)


def cut_tail(session: Session, case_id: uuid.UUID) -> None:
    """The last of it was never said."""
    last = events_of(session, case_id)[-1]
    session.delete(last)


CHANGES = (edit, remove, put_in, reorder, back_date, cut_tail)


def cover_up(session: Session, case_id: uuid.UUID) -> None:
    """Make the chain and the case fit again: whoever knows how the hashes are made can do it."""
    previous = GENESIS
    for row in events_of(session, case_id):
        row.previous_hash = previous
        previous = row.hash = timeline.hash_of(row)
    case = session.get_one(Case, case_id)
    case.version, case.head_hash = events_of(session, case_id)[-1].number, previous


def forge_checkpoints(session: Session, case_id: uuid.UUID) -> None:
    """Make what the checkpoints saw fit, too, and sign them anew: whoever has our root secret can do even that."""
    rows = {row.number: row.hash for row in events_of(session, case_id)}
    for head in session.scalars(select(CaseHead).where(CaseHead.case_id == case_id)):
        head.events = min(head.events, max(rows))
        head.events_hash = rows[head.events]
    session.commit()
    previous = GENESIS
    for row in session.scalars(select(Checkpoint).order_by(Checkpoint.number)).all():
        db.session.rollback()
        roots = {
            "root": merkle.root_of(head.leaf for head in heads_at(row.number, restricted=False)),
            "restricted_root": merkle.root_of(head.leaf for head in heads_at(row.number, restricted=True)),
        }
        db.session.rollback()
        said = {
            "format": "engage-checkpoint-1",
            "number": row.number,
            "on": row.on.isoformat(),
            "made_at": row.made_at.isoformat(),
            **roots,
            "changes_hash": json.loads(row.text)["changes_hash"],
            "previous": previous,
        }
        row.text = canonical(said)
        row.signature = vault.sign(row.text)
        previous = hash_over(row.text)


def events_of(session: Session, case_id: uuid.UUID) -> list[CaseEvent]:
    """The events of a case in their order."""
    wanted = select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(CaseEvent.number)
    return list(session.scalars(wanted.execution_options(populate_existing=False)))
