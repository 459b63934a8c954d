"""Pauses taking effect: what runs gets the dates they make of it, and the clock runs again once they are over."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from engage import clock
from engage.domain import deadlines as rules
from engage.domain import pauses
from engage.domain.catalogue import US
from engage.domain.deadlines import ByDate, span_from, span_text
from engage.domain.events import ClockResumed
from engage.domain.policy import Actor
from engage.extensions import db
from engage.models import Case, Deadline, Pause
from engage.models.promise import HELD
from engage.services import sites
from engage.services.deadline_rows import (
    counting,
    fired_of,
    next_look,
    paused,
    rows_of,
    running,
    stops_of,
    write_next,
    zone_of,
)
from engage.services.timeline import record

# Why the clock runs again. With the last nobody is told: that the case has ended says more.
ENDED, ANSWERED, OVER, CLOSED = "ended", "answered", "over", "closed"
UNANSWERED = "unanswered"  # over, and the person has not answered: we go on with what is known (domain 2.2)


def not_over(case: Case) -> list[Pause]:
    """Return the pauses of the case that still last or are to come, the earliest first."""
    wanted = select(Pause).where(Pause.case_id == case.id, Pause.over_at.is_(None)).order_by(Pause.starts_at, Pause.id)
    return list(db.session.scalars(wanted))


def resume(case: Case, row: Pause, why: str, *, actor: Actor) -> None:
    """Let the clock run again: a pause that has not reached its end is cut, and what runs gets its earlier date."""
    now, before = clock.utcnow(), stops_of(case)
    if row.ends_at is None or row.ends_at > now:
        row.ends_at = max(now, row.starts_at)  # one that was still to come is none
    row.over_at = now
    record(case, ClockResumed(pause_id=row.id, reason=row.reason_code, why=why), actor=actor)
    follow(case, before)


def resume_as_answered(case: Case, *, actor: Actor) -> None:
    """End the pauses in which we waited for the person, who has just written."""
    reasons = {one.code for one in sites.rules_for(case).pauses if one.set_by == US}
    for row in not_over(case):
        if row.reason_code in reasons:
            resume(case, row, ANSWERED, actor=actor)


def end_all(case: Case, *, actor: Actor) -> None:
    """End every pause of a case that has ended: nothing is owed whose clock could stand still."""
    for row in not_over(case):
        resume(case, row, CLOSED, actor=actor)


def follow(case: Case, before: Collection[pauses.Pause]) -> None:
    """Give what runs the dates that the pauses of the case make of it; `before` is how they were.

    The date of a row moves and its version stays. What is late already stays late: a pause that begins later moves
    nothing.
    """
    rows, after, now = rows_of(case), stops_of(case), clock.utcnow()
    fired = fired_of(running(rows))
    for row in running(rows):
        if row.promise.can_pause:
            _move(case, row, before, after, now)
            row.look_at = next_look(case, row, fired=fired[row.id], now=now)
    write_next(case, rows)


def _move(
    case: Case, row: Deadline, before: Collection[pauses.Pause], after: Collection[pauses.Pause], now: datetime
) -> None:
    if _due(case, row, before) != row.due_at:
        # The date was told on another clock, that of the site the case came from: it is counted on as what was told.
        row.span, row.pauses_from = span_text(ByDate(row.due_at)), now
    row.due_at = _due(case, row, after)
    row.total_pause = paused(row.starts_at, row.due_at, counting(case, after, row.pauses_from))


def _due(case: Case, row: Deadline, stops: Collection[pauses.Pause]) -> datetime:
    known = counting(case, stops, row.pauses_from)
    return rules.due_at(row.starts_at, span_from(row.span), zone_of(case), known) or HELD
