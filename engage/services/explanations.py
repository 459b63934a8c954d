"""Why a promise is late, in writing: demanded by the ladder, written by whoever works the case, missed by the clock."""

import logging
import uuid
from datetime import datetime

from sqlalchemy import select

from engage import clock
from engage.domain import escalation as rules
from engage.domain import policy
from engage.domain.case import CaseClass, Writer
from engage.domain.escalation import Seat
from engage.domain.events import ExplanationAsked, ExplanationMissed, ExplanationWritten
from engage.domain.guards import Refusal, Refused
from engage.domain.policy import SYSTEM, Actor, Permission, Role
from engage.extensions import db
from engage.models import Case, Deadline, Explanation
from engage.notify.audience import on_rung
from engage.services import cases, conversation, sites
from engage.services.deadline_rows import level_of
from engage.services.timeline import record
from engage.unit_of_work import unit_of_work

log = logging.getLogger(__name__)
MOST = 5000  # Ours: a sweep ends well inside its task's time limit; the next one takes what is left over.


def ask(case: Case, row: Deadline, rung: str, seat: Seat, now: datetime) -> None:
    """Demand a written explanation of a late promise for those on the rung, once per deadline (domain 2.5)."""
    if db.session.scalars(select(Explanation.id).where(Explanation.deadline_id == row.id)).first() is not None:
        return
    due_at = rules.explanation_due(sites.rules_for(case).ladder, level_of(case), now)
    asked = Explanation(id=uuid.uuid4(), case_id=case.id, deadline_id=row.id, rung=rung, asked_at=now, due_at=due_at)
    db.session.add(asked)
    case.owes_explanation = True
    record(case, ExplanationAsked(asked.id, row.promise.value, due_at, seat.role, seat.all_sites), actor=SYSTEM)


def write(case: Case, explanation_id: uuid.UUID, words: str, *, actor: Actor) -> None:
    """Explain in writing why it is late; those who asked are told. It is a note among staff.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: no such explanation is owed, or there are no words.
    """
    policy.require(actor, Permission.EXPLAIN, case.facts)
    owed = owed_by(case)
    found = next((one for one in owed if one.id == explanation_id), None)
    if found is None:
        raise Refused(Refusal("nothing_to_explain"))
    if not words.strip():
        raise Refused(Refusal("reason_needed"))
    message = conversation.add(case, words, writer=Writer.NOTE, actor=actor, tells=False)
    found.message_id, found.written_at = message.id, clock.utcnow()
    case.owes_explanation = len(owed) > 1
    seat, promise = _seat_of(case, found), _promise_of(found)
    event = ExplanationWritten(found.id, promise, message.id, seat.role, seat.all_sites)
    record(case, event, actor=actor, content=conversation.digest_of_message(message))


def owed_by(case: Case) -> list[Explanation]:
    """Return what is to be explained and is not yet, in time or not; the first due comes first."""
    wanted = select(Explanation).where(Explanation.case_id == case.id, Explanation.written_at.is_(None))
    return list(db.session.scalars(wanted.order_by(Explanation.due_at, Explanation.id)))


def miss_due(now: datetime | None = None, *, limit: int = MOST) -> int:
    """Tell those one step further up of every explanation that is not written in time, and return how many.

    It stays owed. Opens a short unit of work per case; safe to run twice, late, and at the same time.
    """
    now = now or clock.utcnow()
    unwritten = (Explanation.written_at.is_(None), Explanation.missed_at.is_(None), Explanation.due_at <= now)
    wanted = select(Explanation.case_id).where(*unwritten).order_by(Explanation.due_at).limit(limit)
    count = 0
    for case_id in dict.fromkeys(db.session.scalars(wanted)):
        try:
            with unit_of_work():
                case = cases.lock_if_free(case_id)
                count += _miss_due_of(case, now) if case is not None else 0
        except Exception:  # one bad row must not stop the rest; it is tried again by the next sweep
            log.exception("the explanations of case %s could not be chased", case_id)
    return count


def _miss_due_of(case: Case, now: datetime) -> int:
    late = [one for one in owed_by(case) if one.missed_at is None and one.due_at <= now]
    for one in late:
        one.missed_at = now
        seat = _seat_of(case, one)
        above = rules.rung_above(sites.rules_for(case).ladder, seat, lambda seat: _people(case, seat))
        told = above.seat if above else seat
        record(case, ExplanationMissed(one.id, _promise_of(one), told.role, told.all_sites), actor=SYSTEM)
    return len(late)


def _people(case: Case, seat: Seat) -> bool:
    return bool(on_rung(case, seat.role, all_sites=seat.all_sites))


def _seat_of(case: Case, one: Explanation) -> Seat:
    """Who asked for it; a restricted case has nobody but focal points (product 6).

    Where the ladder of the site to which the case was routed has no such rung, the approvers of that site.
    """
    if case.class_ is CaseClass.RESTRICTED:
        return Seat(Role.FOCAL.value)
    ladder = sites.rules_for(case).ladder
    return next((rung.seat for rung in ladder.rungs if rung.code == one.rung), Seat(Role.APPROVER.value))


def _promise_of(one: Explanation) -> str:
    return db.session.get_one(Deadline, one.deadline_id).promise.value
