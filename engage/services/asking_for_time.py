"""Asking one level up for more time, where a promise was put off before; they say yes or no (domain 2.3)."""

import uuid
from datetime import datetime

from engage import clock, vault
from engage.domain import policy, seniority
from engage.domain.events import ExtensionAsked, ExtensionDeclined
from engage.domain.guards import Refusal, Refused
from engage.domain.policy import Actor, NotAllowed, Permission, Role
from engage.extensions import db
from engage.models import Case, Deadline, ExtensionRequest
from engage.services import cases, delays
from engage.services.deadline_rows import rows_of
from engage.services.timeline import digest_of, record


def ask(case: Case, deadline_id: uuid.UUID, words: str, new_date: datetime, *, actor: Actor) -> ExtensionRequest:
    """Ask those further up to put a promise off once more; the words are for the person too, if it is granted.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: as `delays.extend`; the actor may do it without asking, or another request of the case waits.
    """
    policy.require(actor, Permission.EXTEND, case.facts)
    found = delays.extendable(case, deadline_id, words, new_date)
    first = delays.first_to_extend(case, found.rows, found.row)
    if not found.again or actor.id is None or seniority.is_above(actor, first, case.facts):
        raise Refused(Refusal("put_off_yourself"))
    if cases.open_extension_request(case) is not None:
        raise Refused(Refusal("extension_waits"))
    row = ExtensionRequest(
        id=uuid.uuid4(),
        case_id=case.id,
        deadline_id=deadline_id,
        words=words,
        salt=vault.salt(),
        new_date=new_date,
        asked_by_id=actor.id,
        asked_at=clock.utcnow(),
        first_by_id=first.id,
        needs_top=first.has(Role.APPROVER, case.site_id),
    )
    db.session.add(row)
    db.session.flush()
    event = ExtensionAsked(request_id=row.id, promise=found.row.promise.value, new_date=new_date)
    record(case, event, actor=actor, content=digest_of(row.salt, words))
    return row


def decide(case: Case, *, approve: bool, words: str, actor: Actor) -> None:
    """Say yes, which puts the promise off as it was asked and tells the person, or no, with words to who asked.

    Raises:
        NotAllowed: policy refuses the actor, or it is the actor's own request.
        Refused: nothing was asked, the actor is not one level up, a no has no words, or the promise cannot be put off
            any more: it is late meanwhile.
    """
    policy.require(actor, Permission.EXTEND_AGAIN, case.facts)
    row = cases.open_extension_request(case)
    if row is None:
        raise Refused(Refusal("nothing_to_decide"))
    if row.asked_by_id == actor.id:
        raise NotAllowed("own request")
    deadline = db.session.get_one(Deadline, row.deadline_id)
    if not seniority.is_above(actor, delays.first_to_extend(case, rows_of(case), deadline), case.facts):
        raise Refused(Refusal("one_level_up"))
    if not approve and not words.strip():
        raise Refused(Refusal("reason_needed"))
    row.decided_at, row.decided_by_id, row.is_approved = clock.utcnow(), actor.id, approve
    if approve:
        delays.extend(case, row.deadline_id, row.words, row.new_date, actor=actor)
        return
    row.answer_words = words
    declined = ExtensionDeclined(request_id=row.id, promise=deadline.promise.value)
    record(case, declined, actor=actor, content=digest_of(row.salt, words))


def has_to_ask(case: Case, row: Deadline, *, actor: Actor) -> bool:
    """Whether the actor may put a promise off only by asking those further up."""
    rows = rows_of(case)
    if not delays.takes_one_level_up(case, rows, row):
        return False
    return not seniority.is_above(actor, delays.first_to_extend(case, rows, row), case.facts)
