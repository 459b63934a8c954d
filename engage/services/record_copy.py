"""The record as an outsider checks it: ids, codes, instants and hashes, one JSON array a line; no words, no names.

A restricted case is in it as the ordinary tree saw it last, if it ever did: like one in which nothing happened since.
"""

import json
from collections.abc import Iterator
from typing import IO, Any

from sqlalchemy import select

from engage import clock, vault
from engage.domain.case import CaseClass
from engage.extensions import db
from engage.models import Access, AuditEvent, Case, CaseEvent, CaseHead, Checkpoint
from engage.services.chain import GENESIS, canonical
from engage.services.checkpoints import leaves_at, text_of
from engage.unit_of_work import one_state

FORMAT = "engage-record-1"
_BATCH = 500  # Ours: rows that are held in memory together.

Line = list[Any]


def write(file: IO[str]) -> int:
    """Write the whole record and return how many lines it has.

    Lines begin with what they are: `record`, `checkpoint`, `head`, `case`, `event`, `access`, `change`. The rows of a
    case follow its own line. All of it is of one moment, while the service goes on.
    """
    count = 0
    with one_state():
        for line in _lines():
            file.write(canonical(line) + "\n")
            count += 1
    return count


def write_leaves(number: int, file: IO[str]) -> int:
    """Write the leaves of a checkpoint's tree of ordinary cases, in their order; return how many there are."""
    leaves = leaves_at(number)
    json.dump({"checkpoint": number, "leaves": leaves}, file)
    return len(leaves)


def _lines() -> Iterator[Line]:
    yield ["record", FORMAT, clock.utcnow().isoformat(), vault.public_key()]
    for checkpoint in db.session.scalars(select(Checkpoint).order_by(Checkpoint.number)):
        yield ["checkpoint", text_of(checkpoint)]
    wanted = select(Case.id, Case.class_, Case.version, Case.head_hash).order_by(Case.id)
    for case_id, class_, version, head_hash in db.session.execute(wanted).all():
        heads = db.session.scalars(
            select(CaseHead)
            .where(CaseHead.case_id == case_id, CaseHead.is_restricted.is_(False))
            .order_by(CaseHead.checkpoint_number)
        ).all()
        if class_ is CaseClass.RESTRICTED:
            if heads:
                last = heads[-1]
                yield from _of_case(case_id, last.events, last.events_hash, last.accesses, heads)
            continue
        yield from _of_case(case_id, version, head_hash, None, heads)
    for row in _all(select(AuditEvent).order_by(AuditEvent.number)):
        actor_id, subject_id = _text(row.actor_id), _text(row.subject_id)
        said = [str(row.id), row.number, row.kind, actor_id, subject_id, row.at.isoformat(), row.payload]
        yield ["change", *said, row.previous_hash, row.hash]


def _of_case(case_id: Any, events: int, events_hash: str, accesses: int | None, heads: Any) -> Iterator[Line]:
    """The lines of one case, up to an event and, where a number is given, up to an access."""
    yield ["case", str(case_id), events, events_hash or GENESIS]
    for head in heads:
        seen = [head.events, head.events_hash, head.accesses, head.accesses_hash]
        yield ["head", str(case_id), head.checkpoint_number, *seen]
    for event in _all(
        select(CaseEvent).where(CaseEvent.case_id == case_id, CaseEvent.number <= events).order_by(CaseEvent.number)
    ):
        who = [event.actor_party, _text(event.actor_id), event.actor_role]
        said = [event.number, event.kind, *who, event.at.isoformat(), event.payload, event.content_digest]
        yield ["event", str(event.id), str(case_id), *said, event.previous_hash, event.hash]
    of_case = select(Access).where(Access.case_id == case_id).order_by(Access.number)
    for access in _all(of_case if accesses is None else of_case.where(Access.number <= accesses)):
        when = [access.on.isoformat(), access.purpose, access.at.isoformat()]
        said = [access.number, str(access.user_id), access.role, *when]
        yield ["access", str(access.id), str(case_id), *said, access.previous_hash, access.hash]


def _all(wanted: Any) -> Iterator[Any]:
    yield from db.session.scalars(wanted.execution_options(yield_per=_BATCH))


def _text(value: object) -> str | None:
    return str(value) if value else None
