"""One step up at once, where those who should act seem to be away or cannot be reached. Source: domain 2.5."""

import json
import logging
import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select

from engage import clock, scope
from engage.domain import absence, policy
from engage.domain import escalation as rules
from engage.domain.case import CaseClass
from engage.domain.escalation import ASSIGNEE, Seat
from engage.domain.events import Event, ReminderDue, RungReached, ToldInstead
from engage.domain.policy import SYSTEM, Permission
from engage.extensions import db
from engage.models import Case, CaseEvent, Deadline, OutboxMessage, ReachedRung, StaffUser
from engage.notify.addressing import NEUTRAL_FOR_STAFF, WITHHELD
from engage.notify.audience import next_in_turn, on_rung
from engage.services import sites
from engage.services.deadline_rows import is_late
from engage.services.timeline import record

log = logging.getLogger(__name__)

# What is told by the ladder: if it reaches nobody, somebody further up has to hear of it.
BY_LADDER = ("due", "due_soon", "case_late")
# What is told once and by no clock: a case nobody has yet, a fact that cannot wait, a reason somebody has to write.
URGENT = "urgent_fact"
TOLD_ONCE = ("new_case", URGENT, "explanation_wanted", NEUTRAL_FOR_STAFF)
MOVES_UP = (*BY_LADDER, *TOLD_ONCE)


def seat_above(case: Case, seat: Seat, now: datetime, *, without: uuid.UUID | None = None) -> Seat | None:
    """Return the next seat up that has somebody who seems to be there, or None; a restricted case has no other seat."""
    if case.class_ is CaseClass.RESTRICTED:
        return None

    def has_people(above: Seat) -> bool:
        people = on_rung(case, above.role, all_sites=above.all_sites)
        return not are_away(case, [user_id for user_id in people if user_id != without], now)

    found = rules.rung_above(sites.rules_for(case).ladder, seat, has_people)
    return found.seat if found else None


def are_away(case: Case, people: Collection[uuid.UUID], now: datetime) -> bool:
    """Whether every one of them, or who stands in for them, seems to be away; of nobody, that is so too.

    Who is away by their own word is, where whoever stands in may not know of the case and so is not told.
    """
    standing_in = scope.replacements(now)
    there = [user_id for user_id in people if user_id not in standing_in]
    for absent in (user_id for user_id in people if user_id in standing_in):
        stand_in = absence.follow(absent, standing_in)
        user = db.session.get(StaffUser, stand_in) if stand_in else None
        if user is not None and policy.may(user.actor, Permission.VIEW, case.facts):
            there.append(user.id)
    seen = select(func.coalesce(StaffUser.last_sign_in_at, StaffUser.created_at)).where(StaffUser.id.in_(there))
    return all(rules.is_away(at, now) for at in db.session.scalars(seen))


def after_dead_notice(case: Case, lost: OutboxMessage) -> None:
    """Tell those one step up what a notice could not tell. Once per reminder, rung and notice."""
    if lost.user_id is not None and lost.template in BY_LADDER:
        instead_of(case, uuid.UUID(lost.dedupe_key.partition(":")[0]), lost.user_id)
    elif lost.user_id is not None and lost.template in TOLD_ONCE:
        _tell_next(case, lost)


def _tell_next(case: Case, lost: OutboxMessage) -> None:
    """Tell whoever comes next, unless somebody else was told the same by the same event. Doing it again is none."""
    same = OutboxMessage.dedupe_key.startswith(f"{lost.dedupe_key.partition(':')[0]}:{lost.template}:")
    living = (OutboxMessage.dead_at.is_(None), OutboxMessage.road.is_distinct_from(WITHHELD))
    others = select(OutboxMessage.id).where(same, *living, OutboxMessage.id != lost.id)
    if lost.template != URGENT and db.session.scalar(others.limit(1)):
        return
    of_case = (OutboxMessage.case_id == case.id, OutboxMessage.user_id.is_not(None))
    gone = OutboxMessage.dead_at.is_not(None) | (OutboxMessage.road == WITHHELD) | same
    told = db.session.scalars(select(OutboxMessage.user_id).where(*of_case, gone))
    people = next_in_turn(case, {lost.user_id, *told} - {None})
    event = ToldInstead(template=lost.template, lost_id=lost.id, user_ids=tuple(people))
    done = select(CaseEvent.id).where(CaseEvent.case_id == case.id, CaseEvent.kind == event.kind)
    if db.session.scalar(done.where(CaseEvent.payload.contains(str(lost.id))).limit(1)) is not None:
        return
    if not people:
        log.error("notice %s reached nobody, and nobody is left to tell: name somebody for the site", lost.id)
        return
    record(case, event, actor=SYSTEM)


def instead_of(case: Case, event_id: uuid.UUID, user_id: uuid.UUID) -> None:
    """Tell those one step up of a reminder or a rung that did not reach the user. Doing it again is none."""
    happened = db.session.get_one(CaseEvent, event_id)
    values = json.loads(happened.payload)
    row = db.session.get_one(Deadline, uuid.UUID(values["deadline_id"]))
    seat = Seat(values["role"], values["all_sites"]) if values["role"] else Seat(ASSIGNEE)
    above = seat_above(case, seat, clock.utcnow(), without=user_id)
    if row.ended_at is None and above is not None:
        tell_above(case, row, values["rung"], above)


def tell_above(case: Case, row: Deadline, rung: str, seat: Seat) -> None:
    """Put on the record that a reminder or a rung went one step up, which owes its notices. Doing it again is none."""
    key, now = {"deadline_id": row.id, "code": f"{rung}_up"}, clock.utcnow()
    if db.session.get(ReachedRung, key) is not None:
        return
    event: Event = ReminderDue(row.id, row.promise.value, rung, seat.role, seat.all_sites)
    if is_late(row, now):
        event = RungReached(row.id, row.promise.value, rung, seat.role, seat.all_sites)
    db.session.add(ReachedRung(**key, was_superseded=False, reached_at=now))
    record(case, event, actor=SYSTEM)
