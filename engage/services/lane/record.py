"""The record of a report: append-only events in a hash chain of its own. It holds codes and salted digests alone."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from engage.domain.lane import Happened
from engage.domain.policy import Actor, Party
from engage.extensions import db
from engage.models import LaneEvent, LaneReport
from engage.scope import in_lane_of
from engage.services import instants
from engage.services.chain import breaks, canonical, hash_over


def lock(report_id: uuid.UUID, actor: Actor) -> LaneReport:
    """Return the report for changing, as far as the actor may know of it.

    Raises:
        NoResultFound: there is none, it was erased, or it is not the actor's to know.
    """
    return db.session.scalars(
        select(LaneReport)
        .where(LaneReport.id == report_id, LaneReport.erased_at.is_(None), in_lane_of(actor))
        .with_for_update(of=LaneReport)
        .execution_options(populate_existing=True)
    ).one()


def lock_own(report_id: uuid.UUID) -> LaneReport:
    """Return a report for the service itself to change, erased or not.

    Raises:
        NoResultFound: there is none.
    """
    return db.session.scalars(
        select(LaneReport)
        .where(LaneReport.id == report_id)
        .with_for_update(of=LaneReport)
        .execution_options(populate_existing=True)
    ).one()


def record(
    report: LaneReport, what: Happened, *, actor: Actor, content: str | None = None, **values: str | int | bool
) -> LaneEvent:
    """Append to the report's record. The caller holds the report by its lock, so numbers follow one another.

    `content` is the salted digest of the words it speaks of; `values` are codes, never words.
    """
    row = append(report, what, actor=actor, at=instants.now(), content=content, **values)
    db.session.add(row)
    return row


def append(
    report: LaneReport,
    what: Happened,
    *,
    actor: Actor,
    at: datetime,
    content: str | None = None,
    **values: str | int | bool,
) -> LaneEvent:
    """Count the event on the report and return its row, which the caller adds. Sends no statement."""
    report.version += 1
    row = LaneEvent(
        id=uuid.uuid4(),
        report_id=report.id,
        number=report.version,
        kind=what.value,
        actor_party=actor.party.value,
        actor_id=actor.id if actor.party is Party.STAFF else None,
        at=at,
        payload=canonical(values),
        content_digest=content,
        previous_hash=report.head_hash,
    )
    row.hash = report.head_hash = hash_of(row)
    return row


def hash_of(row: LaneEvent) -> str:
    """Return the hash an event must have: over every column but its own, and the row before it."""
    return hash_over(
        str(row.id),
        str(row.report_id),
        row.number,
        row.kind,
        row.actor_party,
        str(row.actor_id) if row.actor_id else None,
        row.at.isoformat(),
        row.payload,
        row.content_digest,
        row.previous_hash,
    )


def breaks_in(rows: Iterable[LaneEvent]) -> list[int]:
    """Return the numbers at which a report's chain does not hold; the rows come in order of their number."""
    return breaks(rows, hash_of)
