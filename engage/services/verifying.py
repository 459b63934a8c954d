"""Going through every chain of the record: what somebody changed, removed or cut off is found."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import select

from engage.extensions import db
from engage.models import Access, AuditEvent, Case, CaseEvent
from engage.services import access, audit, timeline

Row = TypeVar("Row", CaseEvent, Access)
_BATCH = 200  # Ours: cases whose records fit in memory together.


@dataclass(slots=True)
class Verdict:
    """How much was gone through, and where it does not hold: "case BOR-26-7K3QX: event 4"."""

    cases: int = 0
    events: int = 0
    accesses: int = 0
    changes: int = 0
    broken: list[str] = field(default_factory=list)


def verify() -> Verdict:
    """Read every chain and return what holds and what does not. Changes nothing; memory does not grow with the cases.

    A record whose end was cut off is found by the number and the hash that its case keeps.
    """
    found = Verdict()
    for cases in _batches():
        ids = [case.id for case in cases]
        events = _grouped(
            db.session.scalars(select(CaseEvent).where(CaseEvent.case_id.in_(ids)).order_by(CaseEvent.number))
        )
        accesses = _grouped(db.session.scalars(select(Access).where(Access.case_id.in_(ids)).order_by(Access.number)))
        for case in cases:
            rows, read = events.get(case.id, []), accesses.get(case.id, [])
            found.cases, found.events, found.accesses = (
                found.cases + 1,
                found.events + len(rows),
                found.accesses + len(read),
            )
            found.broken += [f"case {case.reference}: event {number}" for number in timeline.breaks_in(rows)]
            if rows[-1:] and (rows[-1].number, rows[-1].hash) != (case.version, case.head_hash) or not rows:
                found.broken.append(f"case {case.reference}: the end of its record is missing")
            found.broken += [f"case {case.reference}: access {number}" for number in access.breaks_in(read)]
    changes = db.session.scalars(select(AuditEvent).order_by(AuditEvent.number)).all()
    found.changes = len(changes)
    found.broken += [f"audit entry {number}" for number in audit.breaks_in(changes)]
    return found


def _batches() -> Iterator[Sequence[Any]]:
    last: uuid.UUID | None = None
    while True:
        wanted = select(Case.id, Case.reference, Case.version, Case.head_hash).order_by(Case.id).limit(_BATCH)
        rows = db.session.execute(wanted if last is None else wanted.where(Case.id > last)).all()
        if not rows:
            return
        yield rows
        last = rows[-1].id
        db.session.expunge_all()


def _grouped(rows: Iterable[Row]) -> dict[uuid.UUID, list[Row]]:
    found: dict[uuid.UUID, list[Row]] = {}
    for row in rows:
        found.setdefault(row.case_id, []).append(row)
    return found
