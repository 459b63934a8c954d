"""The record of a case: append-only events in a hash chain, and the notices an event calls for."""

import hashlib
import json
import uuid
from collections.abc import Iterable

from engage import clock
from engage.domain.events import Event
from engage.domain.policy import Actor, Party
from engage.extensions import db
from engage.models import Case, CaseEvent
from engage.notify import rules

GENESIS = "0" * 64


def canonical(values: object) -> str:
    """Return JSON that is the same for the same values on every machine: sorted keys, no spaces, ASCII."""
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def digest_of(salt: str, *words: str | None) -> str:
    """Return the salted digest of something erasable; without its salt it proves nothing about short words."""
    return hashlib.sha256(canonical([salt, *words]).encode()).hexdigest()


def hash_of(row: CaseEvent) -> str:
    """Return the hash an event must have: over every column but its own, and the row before it."""
    values = [
        str(row.id),
        str(row.case_id),
        row.number,
        row.kind,
        row.actor_party,
        str(row.actor_id) if row.actor_id else None,
        row.actor_role,
        row.at.isoformat(),
        row.payload,
        row.content_digest,
        row.previous_hash,
    ]
    return hashlib.sha256(canonical(values).encode()).hexdigest()


def record(case: Case, event: Event, *, actor: Actor, role: str | None = None, content: str | None = None) -> CaseEvent:
    """Append the event to the case's record and enqueue the notices it calls for.

    The caller holds the case by `lock`, so numbers follow one another. `content` is the salted digest of the words
    or files the event speaks of. The case's version counts up, which is how a second member of staff notices.
    """
    case.version += 1
    row = CaseEvent(
        id=uuid.uuid4(),
        case_id=case.id,
        number=case.version,
        kind=event.kind,
        actor_party=actor.party.value,
        actor_id=actor.id if actor.party is Party.STAFF else None,
        actor_role=role or _role_at(actor, case),
        at=clock.utcnow(),
        payload=canonical(event.payload()),
        content_digest=content,
        previous_hash=case.head_hash,
    )
    row.hash = case.head_hash = hash_of(row)
    db.session.add(row)
    rules.tell(event, case, event_id=row.id)
    return row


def _role_at(actor: Actor, case: Case) -> str | None:
    """The role the person may see beside an entry: the most particular one the actor holds for the case."""
    held = sorted(
        (item for item in actor.memberships if item.site_id in (None, case.site_id)),
        key=lambda item: (item.site_id is None, item.role.value),
    )
    return held[0].role.value if held else None


def breaks_in(rows: Iterable[CaseEvent]) -> list[int]:
    """Return the numbers at which a case's chain does not hold; the rows come in order of their number."""
    broken: list[int] = []
    previous, number = GENESIS, 0
    for row in rows:
        number += 1
        if row.number != number or row.previous_hash != previous or row.hash != hash_of(row):
            broken.append(row.number)
            number = row.number
        previous = row.hash
    return broken
