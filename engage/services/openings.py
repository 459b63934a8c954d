"""Opening who a confidential person is: asked by one, decided by another, for some days, and each look is told."""

import uuid
from datetime import timedelta

from sqlalchemy import select

from engage import clock, data_keys, vault
from engage.domain import policy
from engage.domain.case import CaseClass
from engage.domain.events import IdentityOpened, OpeningAsked, OpeningDeclined, OpeningEnded, OpeningGranted
from engage.domain.guards import Refusal, Refused
from engage.domain.lifecycle import Stage
from engage.domain.policy import Actor, NotAllowed, Permission
from engage.extensions import db
from engage.models import Case, Opening, SealedIdentity, StaffUser
from engage.services.timeline import digest_of, record

PURPOSE = "opened_identity"  # under which a look is noted among the readings of a case
MOST_DAYS = 7  # Ours: as long as one visit takes to arrange; who needs more asks again.


def ask(case: Case, words: str, days: int, *, actor: Actor) -> None:
    """Ask to be shown who the person is, for so many days from the decision.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: there is no secret to open, the actor knows it, the days are too many, or a request of theirs waits or
            is in force.
    """
    policy.require(actor, Permission.ASK_OPENING, case.facts)
    if case.stage is Stage.CLOSED or not _is_secret(case):
        raise Refused(Refusal("nothing_to_open"))
    if policy.may(actor, Permission.VIEW_IDENTITY, case.facts) or actor.id is None:
        raise Refused(Refusal("knows_it_already"))
    if not 1 <= days <= MOST_DAYS:
        raise Refused(Refusal("too_many_days", {"most": MOST_DAYS}))
    now = clock.utcnow()
    if any(row.decided_at is None or row.is_in_force(now) for row in _rows(case) if row.asked_by_id == actor.id):
        raise Refused(Refusal("opening_waits"))
    row = Opening(
        id=uuid.uuid4(),
        case_id=case.id,
        words=words,
        salt=vault.salt(),
        days=days,
        asked_by_id=actor.id,
        asked_at=now,
    )
    db.session.add(row)
    db.session.flush()
    record(case, OpeningAsked(opening_id=row.id, days=days), actor=actor, content=digest_of(row.salt, words))


def decide(case: Case, opening_id: uuid.UUID, *, approve: bool, words: str, actor: Actor) -> None:
    """Say yes, which opens it to whoever asked until so many days from now, or no, with words to them.

    Raises:
        NotAllowed: policy refuses the actor, or it is the actor's own request.
        Refused: nothing waits, there is no secret any more, whoever asked does not work the case any more, or a no has
            no words.
    """
    policy.require(actor, Permission.DECIDE_OPENING, case.facts)
    row = _row(case, opening_id)
    if row.decided_at is not None:
        raise Refused(Refusal("nothing_to_decide"))
    if row.asked_by_id == actor.id:
        raise NotAllowed("own request")
    if not approve and not words.strip():
        raise Refused(Refusal("reason_needed"))
    if approve and not (_is_secret(case) and _may_ask(case, row.asked_by_id)):
        raise Refused(Refusal("nothing_to_open"))
    row.decided_at, row.decided_by_id = clock.utcnow(), actor.id
    if approve:
        row.until = row.decided_at + timedelta(days=row.days)
        record(case, OpeningGranted(opening_id=row.id, until=row.until), actor=actor)
    else:
        row.answer_words = words
        record(case, OpeningDeclined(opening_id=row.id), actor=actor, content=digest_of(row.salt, words))


def end(case: Case, opening_id: uuid.UUID, *, actor: Actor) -> None:
    """Take an opening back before its end.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: it is not in force any more.
    """
    policy.require(actor, Permission.DECIDE_OPENING, case.facts)
    row, now = _row(case, opening_id), clock.utcnow()
    if not row.is_in_force(now):
        raise Refused(Refusal("opening_is_over"))
    row.ended_at = now
    record(case, OpeningEnded(opening_id=row.id), actor=actor)


def end_all(case: Case, *, actor: Actor) -> None:
    """End what was granted: the person is known in another way now, or by another name, and nobody was shown that."""
    now = clock.utcnow()
    for row in _rows(case):
        if row.is_in_force(now):
            row.ended_at = now
            record(case, OpeningEnded(opening_id=row.id), actor=actor)


def look(case: Case, *, actor: Actor) -> dict[str, str]:
    """Return who the person is to somebody for whom it is open, and put the look on the record, which tells the person.

    How to reach them stays with the custodian.

    Raises:
        NotAllowed: policy refuses the actor: they do not work the case any more.
        Refused: nothing is open to the actor now, or there is no secret any more.
        Unreadable, NoRing: the keys are not there; see `data_keys.opened`.
    """
    policy.require(actor, Permission.ASK_OPENING, case.facts)
    now = clock.utcnow()
    row = next((row for row in _rows(case) if row.asked_by_id == actor.id and row.is_in_force(now)), None)
    if row is None or not _is_secret(case):
        raise Refused(Refusal("opening_is_over"))
    found = data_keys.opened(db.session.get_one(SealedIdentity, case.id))
    record(case, IdentityOpened(opening_id=row.id), actor=actor)
    return found


def _is_secret(case: Case) -> bool:
    return case.class_ is CaseClass.CONFIDENTIAL and db.session.get(SealedIdentity, case.id) is not None


def _may_ask(case: Case, user_id: uuid.UUID) -> bool:
    user = db.session.get_one(StaffUser, user_id)
    return user.is_active and policy.may(user.actor, Permission.ASK_OPENING, case.facts)


def _rows(case: Case) -> list[Opening]:
    return list(db.session.scalars(select(Opening).where(Opening.case_id == case.id)))


def _row(case: Case, opening_id: uuid.UUID) -> Opening:
    found = next((row for row in _rows(case) if row.id == opening_id), None)
    if found is None:
        raise Refused(Refusal("nothing_to_decide"))
    return found
