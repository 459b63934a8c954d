"""Putting off what was promised: by one extension while there is time, or by the word we owe once it is late.

Both are written by a human, told to the person, and leave a new version of the deadline with reminders of its own.
"""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from engage import clock
from engage.domain import escalation, policy, seniority
from engage.domain.case import CaseClass, Writer
from engage.domain.deadlines import ByDate
from engage.domain.escalation import ASSIGNEE, Seat
from engage.domain.events import DeadlineExtended, DelayTold
from engage.domain.guards import Refusal, Refused
from engage.domain.policy import Actor, Permission, Role
from engage.domain.promises import ExtensionRule
from engage.extensions import db
from engage.models import Case, CaseEvent, Deadline, StaffUser
from engage.notify.audience import on_rung
from engage.services import conversation, offers, sites
from engage.services.deadline_rows import end, is_late, new_row, note_breach, rows_of, write_next
from engage.services.timeline import record


@dataclass(frozen=True, slots=True)
class Delay:
    """What the person is told of a delay, beside that there is one and the new date. Source: domain R25."""

    done_so_far: str
    why: str


def tell_delay(case: Case, deadline_id: uuid.UUID, said: Delay, new_date: datetime, *, actor: Actor) -> None:
    """Tell the person that we are late, what was done, why, and the new date.

    The breach stays; the new date is a new version. Ours: from the second delay of a promise on, those one step up the
    ladder hear of it, each time one step further. A date that is moved again and again would never reach them else,
    since each new one has its rungs before it. Source of the one level: domain 2.3, for extensions.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: the promise is not open and late, it is not said what was done or why, or the date is past or too far
            away.
    """
    policy.require(actor, Permission.TELL_PERSON, case.facts)
    rows, now = rows_of(case), clock.utcnow()
    row = _open_row(rows, deadline_id)
    if row is None or not is_late(row, now):
        raise Refused(Refusal("not_late"))
    if not said.done_so_far.strip():
        raise Refused(Refusal("actions_needed"))
    _check(said.why, new_date, after=now, rule=_rule(case))
    note_breach(case, row, now)
    words = f"{said.done_so_far}\n\n{said.why}"
    message = conversation.add(case, words, writer=Writer.STAFF, actor=actor, tells=False)
    above = _further_up(case, delays_of(rows, row), actor)
    told = DelayTold(
        deadline_id=row.id,
        promise=row.promise.value,
        message_id=message.id,
        new_date=new_date,
        role=above.role if above else "",
        all_sites=above.all_sites if above else False,
    )
    record(case, told, actor=actor, content=conversation.digest_of_message(message))
    _replace(case, rows, row, new_date, now)


def extend(case: Case, deadline_id: uuid.UUID, words: str, new_date: datetime, *, actor: Actor) -> None:
    """Put a promise off before it falls due, with the reason told to the person.

    A second time takes somebody one level above whoever put it off first, and offers the person a panel (domain 2.3).

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: the promise is not open, is late, cannot be put off or was as often as the rules allow; this time is
            for somebody further up; no words are given, or the date is not later or too far away.
    """
    policy.require(actor, Permission.EXTEND, case.facts)
    found = extendable(case, deadline_id, words, new_date)
    row = found.row
    if found.again and not seniority.is_above(actor, first_to_extend(case, found.rows, row), case.facts):
        raise Refused(Refusal("one_level_up"))
    message = conversation.add(case, words, writer=Writer.STAFF, actor=actor, tells=False)
    event = DeadlineExtended(
        deadline_id=row.id,
        promise=row.promise.value,
        message_id=message.id,
        new_date=new_date,
        number=found.before + 1,
        offers_panel=found.again and offers.offer_panel(case),
    )
    record(case, event, actor=actor, content=conversation.digest_of_message(message))
    _replace(case, found.rows, row, new_date, clock.utcnow())


@dataclass(frozen=True, slots=True)
class Extendable:
    """A promise that can be put off, how often it was, and whether that is so often that it takes one level up."""

    rows: list[Deadline]
    row: Deadline
    before: int
    again: bool


def extendable(case: Case, deadline_id: uuid.UUID, words: str, new_date: datetime) -> Extendable:
    """Return the promise that is to be put off, whoever wishes it.

    Raises:
        Refused: the promise is not open, is late, cannot be put off or was as often as the rules allow, no words are
            given, or the date is not later or too far away.
    """
    rows, rule = rows_of(case), _rule(case)
    row = _open_row(rows, deadline_id)
    if row is None or not (row.promise.owed_by_us and row.promise.can_pause):
        raise Refused(Refusal("cannot_be_put_off"))
    if clock.utcnow() > row.due_at:
        raise Refused(Refusal("too_late_to_extend"))
    before = extensions_of(rows, row)
    if before >= rule.without_approval + rule.with_approval:
        raise Refused(Refusal("no_more_extensions", {"most": rule.without_approval + rule.with_approval}))
    _check(words, new_date, after=row.due_at, rule=rule)
    return Extendable(rows, row, before, again=takes_one_level_up(case, rows, row))


def takes_one_level_up(case: Case, rows: Sequence[Deadline], row: Deadline) -> bool:
    """Whether the promise was put off so often that only somebody further up may do it once more."""
    return extensions_of(rows, row) >= _rule(case).without_approval


def extensions_of(rows: Sequence[Deadline], row: Deadline) -> int:
    """Return how often the promise was put off in time since it was last begun; delays told when late do not count."""
    return sum(1 for one in _put_off(rows, row) if one.breached_at is None)


def delays_of(rows: Sequence[Deadline], row: Deadline) -> int:
    """Return how often a delay of the promise was told since it was last begun."""
    return sum(1 for one in _put_off(rows, row) if one.breached_at is not None)


def _put_off(rows: Sequence[Deadline], row: Deadline) -> Sequence[Deadline]:
    """What was owed before by another date, of which the person was told, since the promise was last begun."""
    same = [one for one in rows if one.promise is row.promise and one.subject_id == row.subject_id]
    begun = max((one.version for one in same if one.ended_at and one.delay_told_at is None), default=0)
    return [one for one in same if one.version > begun and one.delay_told_at]


def _further_up(case: Case, steps: int, actor: Actor) -> Seat | None:
    """The seat so many steps above whoever works the case that has somebody else, or the last below it; None for none.

    A restricted case has nobody but focal points, so each step of it is theirs.
    """
    if steps and case.class_ is CaseClass.RESTRICTED:
        return Seat(Role.FOCAL)

    def has_others(seat: Seat) -> bool:
        return bool(set(on_rung(case, seat.role, all_sites=seat.all_sites)) - {actor.id})

    seat = Seat(ASSIGNEE)
    for _ in range(steps):
        above = escalation.rung_above(sites.rules_for(case).ladder, seat, has_others)
        seat = above.seat if above else seat
    return seat if steps else None


def first_to_extend(case: Case, rows: Sequence[Deadline], row: Deadline) -> Actor:
    """Return who put the promise off in time the last time before; nobody where the record has no such deed of ours."""
    same = {str(one.id) for one in rows if (one.promise, one.subject_id) == (row.promise, row.subject_id)}
    deeds = db.session.execute(
        select(CaseEvent.payload, CaseEvent.actor_id)
        .where(CaseEvent.case_id == case.id, CaseEvent.kind == DeadlineExtended.__name__)
        .order_by(CaseEvent.number)
    )
    by = [actor_id for payload, actor_id in deeds if json.loads(payload)["deadline_id"] in same]
    user = db.session.get(StaffUser, by[-1]) if by and by[-1] else None
    return user.actor if user is not None else Actor(id=None)


def _open_row(rows: Sequence[Deadline], deadline_id: uuid.UUID) -> Deadline | None:
    return next((row for row in rows if row.id == deadline_id and row.ended_at is None), None)


def _rule(case: Case) -> ExtensionRule:
    return sites.rules_for(case).promises.extension


def _check(words: str, new_date: datetime, *, after: datetime, rule: ExtensionRule) -> None:
    if not words.strip():
        raise Refused(Refusal("reason_needed"))
    if new_date <= after:
        raise Refused(Refusal("date_is_past"))
    if new_date > after + timedelta(days=rule.most_days):
        raise Refused(Refusal("date_too_far", {"days": rule.most_days}))


def _replace(case: Case, rows: list[Deadline], row: Deadline, new_date: datetime, now: datetime) -> None:
    """End the row as told, and owe the same by the new date. That date was told: no pause of before moves it."""
    row.delay_told_at = now
    end(case, row, now)
    told = ByDate(new_date)
    new = new_row(case, row.promise, told, now, subject_id=row.subject_id, others=rows, pauses_from=now)
    db.session.add(new)
    write_next(case, [*rows, new])
