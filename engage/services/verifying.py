"""Going through the whole record: what somebody changed, removed, put in or cut off is found and named."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import select

from engage import clock
from engage.extensions import db
from engage.models import (
    Access,
    Attachment,
    AuditEvent,
    Case,
    CaseEvent,
    CaseHead,
    Checkpoint,
    Message,
    Original,
    Statement,
)
from engage.services import access, audit, timeline
from engage.services.verifying_content import Content, strange_in
from engage.services.verifying_files import strange_files
from engage.services.verifying_heads import Days, Saved, against
from engage.services.verifying_lane import strange_in_lane
from engage.unit_of_work import one_state

Row = TypeVar("Row", CaseEvent, Access, CaseHead, Message, Statement, Attachment, Original)
_BATCH = 200  # Ours: cases whose records fit in memory together.


@dataclass(slots=True)
class Verdict:
    """How much was gone through, and where it does not hold: "case BOR-26-7K3QX: event 4"."""

    cases: int = 0
    reports: int = 0  # of the restricted lane
    events: int = 0
    accesses: int = 0
    changes: int = 0
    checkpoints: int = 0
    younger: int = 0  # events that no checkpoint covers yet: of these, receipts alone are proof
    ahead: int | None = None  # the newest checkpoint, where it is of a moment that is yet to come
    broken: list[str] = field(default_factory=list)


def verify(saved: Saved | None = None) -> Verdict:
    """Read every chain, what it speaks of, and the checkpoints; return what holds and what does not.

    With a checkpoint that somebody saved elsewhere, the record is held against it, too: so a record that was rewritten
    as a whole, or an older copy that was put back, is found. Changes nothing; memory does not grow with the cases. A
    record whose end was cut off is found by the number and the hash that its case keeps.

    The record is read as it was at one moment, so the service may go on meanwhile; files are looked at afterwards.
    """
    found = Verdict()
    with one_state():
        _go_through(found, saved)
    found.broken += strange_files()
    return found


def _go_through(found: Verdict, saved: Saved | None) -> None:
    days = Days.of(db.session.scalars(select(Checkpoint).order_by(Checkpoint.number)).all())
    found.checkpoints = len(days.all)
    found.ahead = next((row.number for row in days.all[-1:] if row.made_at > clock.utcnow()), None)
    found.broken += days.broken()
    for cases in _batches():
        ids = [case.id for case in cases]
        events, accesses = _of(CaseEvent, ids, CaseEvent.number), _of(Access, ids, Access.number)
        heads = _of(CaseHead, ids, CaseHead.checkpoint_number)
        messages, files = _of(Message, ids, Message.written_at), _of(Attachment, ids, Attachment.added_at)
        statements, originals = _of(Statement, ids, Statement.case_id), _of(Original, ids, Original.id)
        for case in cases:
            rows, read, seen = events.get(case.id, []), accesses.get(case.id, []), heads.get(case.id, [])
            content = Content(
                statements.get(case.id, []),
                messages.get(case.id, []),
                files.get(case.id, []),
                originals.get(case.id, []),
            )
            found.cases, found.events, found.accesses = (
                found.cases + 1,
                found.events + len(rows),
                found.accesses + len(read),
            )
            found.younger += sum(row.number > (seen[-1].events if seen else 0) for row in rows)
            wrong = [
                *(f"event {number}" for number in timeline.breaks_in(rows)),
                *(["the end of its record is missing"] if not _is_whole(case, rows) else []),
                *(f"access {number}" for number in access.breaks_in(read)),
                *days.strange_in(rows, read, seen),
                *strange_in(rows, content),
            ]
            found.broken += [f"case {case.reference}: {words}" for words in wrong]
    for report_id, wrong in strange_in_lane(days):
        found.reports += 1
        found.broken += [f"report {report_id}: {words}" for words in wrong]
    changes = db.session.scalars(select(AuditEvent).order_by(AuditEvent.number)).all()
    found.changes = len(changes)
    found.broken += [f"audit entry {number}" for number in audit.breaks_in(changes)]
    found.broken += days.changes_missing({row.hash for row in changes})
    if saved is not None:
        found.broken += against(saved, days)


def _is_whole(case: Any, rows: Sequence[CaseEvent]) -> bool:
    return bool(rows) and (rows[-1].number, rows[-1].hash) == (case.version, case.head_hash)


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


def _of(model: type[Row], ids: Iterable[uuid.UUID], order: Any) -> dict[uuid.UUID, list[Row]]:
    """The rows of some cases, by case, in an order."""
    found: dict[uuid.UUID, list[Row]] = {}
    for row in db.session.scalars(select(model).where(model.case_id.in_(ids)).order_by(order)):
        found.setdefault(row.case_id, []).append(row)
    return found
