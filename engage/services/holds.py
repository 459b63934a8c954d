"""Legal holds: a court or an authority needs what a case holds, so nothing of it is erased while one stands."""

import uuid

from sqlalchemy import select

from engage import clock, vault
from engage.domain import policy
from engage.domain.events import HoldLifted, HoldSet
from engage.domain.guards import Refusal, Refused
from engage.domain.policy import Actor, Permission
from engage.extensions import db
from engage.models import Case, LegalHold
from engage.services.timeline import digest_of, record


def standing(case_id: uuid.UUID) -> LegalHold | None:
    """Return the hold that stands on a case, or None."""
    return db.session.scalar(select(LegalHold).where(LegalHold.case_id == case_id, LegalHold.lifted_at.is_(None)))


def set_hold(case: Case, words: str, *, actor: Actor) -> LegalHold:
    """Stop that anything of the case is erased, for a reason that its person reads, too.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: one stands, or there is no reason.
    """
    policy.require(actor, Permission.HOLD, case.facts)
    if standing(case.id) is not None:
        raise Refused(Refusal("is_held"))
    if not words.strip():
        raise Refused(Refusal("reason_needed"))
    row = LegalHold(
        id=uuid.uuid4(), case_id=case.id, words=words, salt=vault.salt(), set_by_id=actor.id, set_at=clock.utcnow()
    )
    db.session.add(row)
    record(case, HoldSet(hold_id=row.id), actor=actor, content=digest_of(row.salt, words))
    return row


def lift_hold(case: Case, words: str, *, actor: Actor) -> None:
    """End the hold, for a reason: from now on the schedule counts again, and the person may have it erased.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: none stands, or there is no reason.
    """
    policy.require(actor, Permission.HOLD, case.facts)
    row = standing(case.id)
    if row is None:
        raise Refused(Refusal("is_not_held"))
    if not words.strip():
        raise Refused(Refusal("reason_needed"))
    row.lift_words, row.lifted_at, row.lifted_by_id = words, clock.utcnow(), actor.id
    record(case, HoldLifted(hold_id=row.id), actor=actor, content=digest_of(row.salt, words))
