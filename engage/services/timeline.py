"""The record of a case: append-only events in a hash chain, and the notices an event calls for."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from engage.domain.events import Event, TaskFinished
from engage.domain.news import is_spoken
from engage.domain.policy import SYSTEM, Actor, Party
from engage.extensions import db
from engage.models import Case, CaseEvent
from engage.notify import rules
from engage.services import instants, news
from engage.services.chain import breaks, canonical, hash_over


def digest_of(salt: str, *words: str | None) -> str:
    """Return the salted digest of something erasable; without its salt it proves nothing about short words."""
    return hash_over(salt, *words)


def hash_of(row: CaseEvent) -> str:
    """Return the hash an event must have: over every column but its own, and the row before it."""
    return hash_over(
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
    )


def record(case: Case, event: Event, *, actor: Actor, role: str | None = None, content: str | None = None) -> CaseEvent:
    """Append the event to the case's record and enqueue the notices it calls for.

    The caller holds the case by `lock`, so numbers follow one another. `content` is the salted digest of the words
    or files the event speaks of. The case's version counts up, which is how a second member of staff notices.
    What tells the person something puts off the day by which they hear from us again (R37).
    """
    row = append(case, event, actor=actor, at=instants.now(), role=role, content=content)
    db.session.add(row)
    told = rules.tell(event, case, event_id=row.id, by=row.actor_id)
    if (done := news.follow(case, told=told or is_spoken(event))) is not None:
        record(case, TaskFinished(task_id=done), actor=SYSTEM)
    return row


def append(
    case: Case, event: Event, *, actor: Actor, at: datetime, role: str | None = None, content: str | None = None
) -> CaseEvent:
    """Count the event on the case and return its row, which the caller adds. Sends no statement, tells nobody."""
    case.version += 1
    row = CaseEvent(
        id=uuid.uuid4(),
        case_id=case.id,
        number=case.version,
        kind=event.kind,
        actor_party=actor.party.value,
        actor_id=actor.id if actor.party is Party.STAFF else None,
        actor_role=role or role_at(actor, case.site_id),
        at=at,
        payload=canonical(event.payload()),
        content_digest=content,
        previous_hash=case.head_hash,
    )
    row.hash = case.head_hash = hash_of(row)
    return row


def role_at(actor: Actor, site_id: uuid.UUID) -> str | None:
    """Return the role the person may read beside what the actor did: one held at the site before one held at all."""
    held = sorted(
        (item for item in actor.memberships if item.site_id in (None, site_id)),
        key=lambda item: (item.site_id is None, item.role.value),
    )
    return held[0].role.value if held else None


def breaks_in(rows: Iterable[CaseEvent]) -> list[int]:
    """Return the numbers at which a case's chain does not hold; the rows come in order of their number."""
    return breaks(rows, hash_of)
