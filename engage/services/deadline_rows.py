"""Rows of what is owed: how one is made, when the sweep looks at it next, and what the case says of all of them.

Nothing here ends, meets or moves a promise; `deadlines` and `escalation` do, with the case in hand.
"""

import uuid
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from engage import clock
from engage.domain import deadlines as rules
from engage.domain import escalation, pauses
from engage.domain.deadlines import Promise, Span, span_text
from engage.domain.events import DeadlineMissed
from engage.domain.lifecycle import Stage
from engage.domain.policy import SYSTEM
from engage.domain.severity import Level
from engage.extensions import db
from engage.models import Case, Deadline, Pause, ReachedRung, Site
from engage.models.promise import HELD
from engage.services import sites
from engage.services.timeline import record

# The instant of the due date is still in time (domain.deadlines.reading), so a breach is looked for right after it.
JUST_AFTER = timedelta(microseconds=1)


def rows_of(case: Case) -> list[Deadline]:
    """Return every deadline the case has had, in all versions, with one statement."""
    return list(db.session.scalars(select(Deadline).where(Deadline.case_id == case.id)))


def fired_of(rows: Collection[Deadline]) -> dict[uuid.UUID, set[str]]:
    """Return which reminders and rungs were reached, by the id of the deadline, with one statement."""
    fired: dict[uuid.UUID, set[str]] = {row.id: set() for row in rows}
    reached = select(ReachedRung.deadline_id, ReachedRung.code).where(ReachedRung.deadline_id.in_(fired))
    for deadline_id, code in db.session.execute(reached):
        fired[deadline_id].add(code)
    return fired


def running(rows: Iterable[Deadline], *promises: Promise) -> list[Deadline]:
    """Return those of the rows that are still owed, of the promises named or of all."""
    return [row for row in rows if row.ended_at is None and (not promises or row.promise in promises)]


def is_held(row: Deadline) -> bool:
    """Whether a pause without an end holds the date."""
    return row.due_at == HELD


def is_late(row: Deadline, now: datetime) -> bool:
    """Whether we failed it at the instant; what the person owes is never a breach (product 4)."""
    return row.promise.owed_by_us and now > row.due_at


def level_of(case: Case) -> Level | None:
    """Return the severity in force, None before assessment."""
    return Level(case.level) if case.level else None


def zone_of(case: Case) -> ZoneInfo:
    """Return the time zone on whose wall clock the days of the case are counted."""
    return ZoneInfo(db.session.get_one(Site, case.site_id).time_zone)


def stops_of(case: Case) -> tuple[pauses.Pause, ...]:
    """Return the stretches written down for the case as they are, with one statement."""
    rows = db.session.scalars(select(Pause).where(Pause.case_id == case.id))
    return tuple(pauses.Pause(row.starts_at, row.ends_at, row.reason_code, row.set_at) for row in rows)


def counting(case: Case, stops: Collection[pauses.Pause], told_at: datetime | None = None) -> tuple[pauses.Pause, ...]:
    """Return those that move a date told at the instant, cut where their reason is used up."""
    return pauses.limited(pauses.set_since(stops, told_at), sites.rules_for(case).pause_limits) if stops else ()


def pauses_of(case: Case) -> tuple[pauses.Pause, ...]:
    """Return the stretches that do not count in the case, cut where their reason is used up."""
    return counting(case, stops_of(case))


def new_row(
    case: Case,
    promise: Promise,
    span: Span,
    starts_at: datetime,
    *,
    stops: tuple[pauses.Pause, ...] = (),
    subject_id: uuid.UUID | None = None,
    others: Iterable[Deadline] = (),
    pauses_from: datetime | None = None,
) -> Deadline:
    """Return a new deadline, numbered after the others of its promise and subject. No statement is sent."""
    subject_id = subject_id or case.id
    due = rules.due_at(starts_at, span, zone_of(case), stops if promise.can_pause else ())
    row = Deadline(
        id=uuid.uuid4(),
        case_id=case.id,
        promise=promise,
        subject_id=subject_id,
        version=1 + max((row.version for row in others if _is_same(row, promise, subject_id)), default=0),
        level=level_of(case) or sites.rules_for(case).promises.before_assessment,
        span=span_text(span),
        starts_at=starts_at,
        due_at=due or HELD,
        pauses_from=pauses_from,
        total_pause=paused(starts_at, due, stops) if promise.can_pause else timedelta(),
    )
    row.look_at = next_look(case, row, fired=(), now=clock.utcnow())
    return row


def _is_same(row: Deadline, promise: Promise, subject_id: uuid.UUID) -> bool:
    return row.promise is promise and row.subject_id == subject_id


def paused(starts_at: datetime, due: datetime | None, stops: Iterable[pauses.Pause]) -> timedelta:
    """Return the time that does not count between start and due date; of a date that is held, what has an end."""
    until = due or HELD
    turns = [pause for pause in pauses.in_turn(stops, since=starts_at) if pause.starts_at < until]
    return sum((pause.ends_at - pause.starts_at for pause in turns if pause.ends_at is not None), timedelta())


def next_look(case: Case, row: Deadline, *, fired: Collection[str], now: datetime) -> datetime | None:
    """Return when the sweep has something to do for the deadline next, or None when nothing is left.

    That is the next reminder or rung, or the moment the promise is broken, whichever comes first.
    """
    due = None if is_held(row) else row.due_at
    step = escalation.next_rung(
        sites.rules_for(case).ladder,
        promise=row.promise,
        starts_at=row.starts_at,
        due_at=due,
        level=level_of(case),
        fired=fired,
        now=now,
    )
    looks = [step.at] if step else []
    if due and row.promise.owed_by_us and row.breached_at is None:
        looks.append(due + JUST_AFTER)
    return min(looks, default=None)


def note_breach(case: Case, row: Deadline, now: datetime) -> None:
    """Write down that the promise was broken, once and for ever, whoever notices first: the sweep or a use case."""
    if is_late(row, now) and row.breached_at is None:
        row.breached_at = now
        case.was_late = True
        record(case, DeadlineMissed(deadline_id=row.id, promise=row.promise.value), actor=SYSTEM)


def end(case: Case, row: Deadline, now: datetime) -> None:
    """End a deadline; a breach that nobody noticed yet is noted first, so that nothing can hide it."""
    note_breach(case, row, now)
    row.ended_at, row.look_at = now, None


def write_next(case: Case, rows: Iterable[Deadline]) -> None:
    """Write on the case what lists sort by: the earliest thing we owe, and whether the person has the turn."""
    open_rows = running(rows)
    owed = (row for row in open_rows if row.promise.owed_by_us)
    first = min(owed, key=lambda row: (row.due_at, row.promise.value), default=None)
    case.next_due_at = first.due_at if first else None
    case.next_promise = first.promise.value if first else None
    case.their_turn = case.stage is Stage.PROPOSED and any(row.promise is Promise.ANSWER for row in open_rows)
