"""Handing a matter over: a worker's to HR, an alleged crime to an authority, others to another mechanism.

A human decides it by name, with the person's consent or a law that leaves no choice, after a look at what is safe.
Nothing leaves this service by it: whoever decided brings the matter there, and the case goes on (domain R35, R36).
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from engage import clock, vault
from engage.domain import outside, policy
from engage.domain.events import ReferralAccepted, ReferralDeclined, ReferralMade
from engage.domain.guards import Refusal, Refused, stop_if
from engage.domain.outside import Basis, ReferralKind
from engage.domain.policy import Actor, NotAllowed, Permission
from engage.extensions import db
from engage.models import Case, Referral, Task
from engage.services import calendars, tasks
from engage.services.tasks import Todo
from engage.services.timeline import digest_of, record

# Ours: after five days of eight hours whoever handed it over is reminded to ask; a week where a site has no hours.
ASK_AFTER_WORK, ASK_AFTER = timedelta(hours=40), timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Matter:
    """What is handed over to whom and why, what lets us, and what was looked at so that it is safe."""

    kind: ReferralKind
    to_whom: str
    words: str
    basis: Basis
    basis_words: str
    safety: str


def hand_over(case: Case, matter: Matter, *, actor: Actor, reminder: str) -> Referral:
    """Decide that somebody else gets a matter. The person is told; the case stays where it is.

    `reminder` is the task of whoever decides it, which comes due while nobody there has taken the matter.

    Raises:
        NotAllowed: policy refuses the actor, or it is no human.
        Refused: something is not said, or a matter of the kind waits to be taken already.
    """
    policy.require(actor, Permission.HAND_OVER, case.facts)
    if actor.id is None:
        raise NotAllowed(Permission.HAND_OVER)
    said = (matter.to_whom, matter.words, matter.basis_words, matter.safety)
    waiting = {row.kind for row in _of(case) if row.is_accepted is None}
    stop_if(outside.why_not_refer(said, waiting, matter.kind))
    now = clock.utcnow()
    due_at = calendars.chore_due(case.site_id, now, working=ASK_AFTER_WORK, otherwise=ASK_AFTER)
    task = tasks.add(case, Todo(reminder, actor.id, due_at), actor=actor)
    row = Referral(
        id=uuid.uuid4(),
        case_id=case.id,
        kind=matter.kind,
        to_whom=matter.to_whom,
        words=matter.words,
        basis=matter.basis,
        basis_words=matter.basis_words,
        safety=matter.safety,
        salt=vault.salt(),
        made_by_id=actor.id,
        made_at=now,
        task_id=task.id,
    )
    db.session.add(row)
    db.session.flush()
    event = ReferralMade(referral_id=row.id, to_kind=row.kind.value, basis=row.basis.value)
    record(case, event, actor=actor, content=digest_of(row.salt, *said))
    return row


def settle(case: Case, referral_id: uuid.UUID, *, accepted: bool, words: str, actor: Actor) -> None:
    """Record that they have taken the matter, or that they will not: who there said so, and how we know.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: no such matter waits to be taken, or it is not said how we know.
    """
    policy.require(actor, Permission.HAND_OVER, case.facts)
    row = db.session.get(Referral, referral_id)
    if row is None or row.case_id != case.id or row.is_accepted is not None:
        raise Refused(Refusal("nothing_handed_over"))
    if not words.strip():
        raise Refused(Refusal("say_how_we_know"))
    row.is_accepted, row.answered_at = accepted, clock.utcnow()
    row.answer_words, row.answered_by_id = words, actor.id
    kind = ReferralAccepted if accepted else ReferralDeclined
    event = kind(referral_id=row.id, to_kind=row.kind.value)
    record(case, event, actor=actor, content=digest_of(row.salt, words))
    if db.session.get_one(Task, row.task_id).finished_at is None:
        tasks.finish(row.task_id, actor=actor)


def accepted_in(case: Case) -> Collection[ReferralKind]:
    """Return to whom matters of the case were handed over and taken."""
    return {row.kind for row in _of(case) if row.is_accepted}


def _of(case: Case) -> list[Referral]:
    return list(db.session.scalars(select(Referral).where(Referral.case_id == case.id)))
