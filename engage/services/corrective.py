"""What we change after a case so that it does not happen again (domain R53). It outlives the case, open or closed.

Where a case belongs to something that keeps happening, services.systemic has what is decided about all of its cases.
"""

import logging
import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from engage import clock, vault
from engage.domain import policy
from engage.domain import tasks as chores
from engage.domain.events import (
    CorrectiveActionDecided,
    CorrectiveActionDone,
    CorrectiveActionDue,
    CorrectiveActionPassedOn,
)
from engage.domain.guards import Refusal, Refused, quoted
from engage.domain.policy import SYSTEM, Actor, NotAllowed, Permission
from engage.extensions import db
from engage.models import Case, CorrectiveAction, StaffUser
from engage.services import cases, conflicts, wording
from engage.services.timeline import digest_of, record
from engage.unit_of_work import unit_of_work

log = logging.getLogger(__name__)
MOST = 5000  # Ours: a sweep ends well inside its task's time limit; the next one takes what is left over.


@dataclass(frozen=True, slots=True)
class Change:
    """What is changed, who sees to it and by when; with `shared_words` the person reads of it in those words."""

    words: str
    owner_id: uuid.UUID
    due_at: datetime
    shared_words: str | None = None


def decide(case: Case, change: Change, *, actor: Actor) -> CorrectiveAction:
    """Decide what is changed because of the case; its owner is told, and the person where they may read of it.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: nothing is said, the date is past, the owner is a subject of the case, gone, or could not read it, or
            the words for the person take a right from them.
    """
    policy.require(actor, Permission.CORRECT, case.facts)
    if not change.words.strip():
        raise Refused(Refusal("reason_needed"))
    now = clock.utcnow()
    if change.due_at <= now:
        raise Refused(Refusal("date_is_past"))
    _refuse_owner(case, change.owner_id)
    shared = (change.shared_words or "").strip() or None
    if phrases := wording.found(shared or "").phrases:  # words of ours to the person ask for nothing
        raise Refused(Refusal("waiver_wording", {"words": quoted(phrases)}))
    row = CorrectiveAction(
        id=uuid.uuid4(),
        case_id=case.id,
        words=change.words.strip(),
        shared_words=shared,
        salt=vault.salt(),
        owner_id=change.owner_id,
        due_at=change.due_at,
        added_by_id=actor.id,
        added_at=now,
    )
    db.session.add(row)
    db.session.flush()
    event = CorrectiveActionDecided(row.id, row.owner_id, row.due_at, shared=shared is not None)
    record(case, event, actor=actor, content=digest_of(row.salt, row.words, shared))
    return row


def may_finish(actor: Actor, row: CorrectiveAction, case: Case) -> bool:
    """Whether the actor may say that it is done: whoever sees to it, and who works the case."""
    what = Permission.READ_UNMASKED if actor.id == row.owner_id else Permission.CORRECT
    return policy.may(actor, what, case.facts)


def finish(case: Case, action_id: uuid.UUID, evidence: str, *, actor: Actor) -> None:
    """Say that it is done, with what shows it.

    Raises:
        NotAllowed: neither its owner nor somebody who works the case.
        Refused: it is none of this case, is done already, or nothing shows it.
    """
    row = db.session.get(CorrectiveAction, action_id)
    if row is None or row.case_id != case.id:
        raise Refused(Refusal("nothing_to_finish"))
    if not may_finish(actor, row, case):
        raise NotAllowed(Permission.CORRECT)
    if row.finished_at is not None or not evidence.strip():
        raise Refused(Refusal("item_done" if row.finished_at else "reason_needed"))
    row.evidence, row.finished_by_id, row.finished_at = evidence.strip(), actor.id, clock.utcnow()
    event = CorrectiveActionDone(row.id, shared=row.shared_words is not None)
    record(case, event, actor=actor, content=digest_of(row.salt, row.evidence))


def give(row: CorrectiveAction, case: Case | None, owner_id: uuid.UUID) -> None:
    """Let somebody else see to it, who is told and reminded; of an issue, which has no record, it is on their day.

    The caller holds the case, and checked that they may know of it.
    """
    row.owner_id, row.reminded_at = owner_id, None
    if case is not None:
        record(case, CorrectiveActionPassedOn(action_id=row.id, owner_id=owner_id), actor=SYSTEM)


def remind_due(now: datetime | None = None, *, limit: int = MOST) -> int:
    """Remind the owner of everything decided on a case that falls due, once, and return how many.

    Safe to run twice, late, and at the same time, as services.tasks.remind_due, which runs along with it.
    """
    now = now or clock.utcnow()
    due = (
        select(CorrectiveAction.id, Case.id)
        .join(Case, Case.id == CorrectiveAction.case_id)
        .where(
            CorrectiveAction.finished_at.is_(None),
            CorrectiveAction.reminded_at.is_(None),
            CorrectiveAction.due_at <= now + chores.REMIND_BEFORE,
        )
        .order_by(CorrectiveAction.due_at)
    )
    count = 0
    for action_id, case_id in db.session.execute(due.limit(limit)).all():
        try:
            with unit_of_work():
                count += _remind(action_id, case_id, now)
        except Exception:  # one bad row must not stop the rest; it is tried again by the next sweep
            log.exception("nobody could be reminded of corrective action %s", action_id)
    return count


def _remind(action_id: uuid.UUID, case_id: uuid.UUID, now: datetime) -> bool:
    case = cases.lock_if_free(case_id)
    if case is None:
        return False
    row = db.session.get_one(CorrectiveAction, action_id, populate_existing=True)
    if row.finished_at is not None or row.reminded_at is not None:
        return False
    row.reminded_at = now
    record(case, CorrectiveActionDue(action_id=row.id, owner_id=row.owner_id), actor=SYSTEM)
    return True


def _refuse_owner(case: Case, owner_id: uuid.UUID) -> None:
    conflicts.refuse_kept_out(case, [owner_id], what="correction")
    user = db.session.get(StaffUser, owner_id)
    if user is None or not policy.may(user.actor, Permission.READ_UNMASKED, case.facts):
        raise Refused(Refusal("owner_cannot_see"))
