"""The clocks of reports: they begin, are met, end, and run out. What runs out is told to focal points alone."""

import logging
import uuid
from datetime import datetime

from sqlalchemy import select

from engage import clock
from engage.domain.lane import Happened
from engage.domain.lane_clocks import Clock, Late, due_at, next_look, steps_due
from engage.domain.policy import SYSTEM
from engage.extensions import db
from engage.models import LaneClock, LaneReport
from engage.notify import lane_rules
from engage.scope import rights_leads
from engage.services.lane.record import lock_own, record
from engage.unit_of_work import unit_of_work

log = logging.getLogger(__name__)
MOST = 5000  # Ours: a sweep ends well inside its task's time limit; the next one takes what is left over.


def new_row(report_id: uuid.UUID, which: Clock, begins_at: datetime) -> LaneClock:
    """Return a clock that runs from the instant, for the caller to add."""
    due = due_at(which, begins_at)
    return LaneClock(report_id=report_id, clock=which, due_at=due, look_at=next_look(due, 0), told=0)


def begin(report: LaneReport, which: Clock) -> None:
    """Let a clock run from now; one that ran before and was stopped begins anew, one that was met does not."""
    now = clock.utcnow()
    row = db.session.get(LaneClock, (report.id, which))
    if row is None:
        db.session.add(new_row(report.id, which, now))
    elif row.met_at is None and row.ended_at is not None:
        row.due_at, row.told, row.ended_at = due_at(which, now), 0, None
        row.look_at = next_look(row.due_at, 0)


def meet(report: LaneReport, which: Clock) -> None:
    """Note that what the clock asks for is done, late or not. Safe where it does not run: nothing happens."""
    row = db.session.get(LaneClock, (report.id, which))
    if row is not None and row.ended_at is None:
        row.met_at = row.ended_at = clock.utcnow()
        row.look_at = None


def end_all(report: LaneReport) -> None:
    """End what runs: nothing is owed to somebody who stopped, or whose report is closed."""
    now = clock.utcnow()
    for row in running(report):
        row.ended_at, row.look_at = now, None


def running(report: LaneReport) -> list[LaneClock]:
    """Return the clocks of the report that run, the earliest first."""
    wanted = select(LaneClock).where(LaneClock.report_id == report.id, LaneClock.ended_at.is_(None))
    return list(db.session.scalars(wanted.order_by(LaneClock.due_at, LaneClock.clock)))


def owes_child(report: LaneReport) -> bool:
    """Whether nobody has written down yet what is best for the child it is about."""
    return any(row.clock is Clock.CHILD for row in running(report))


def tell_lead(report: LaneReport) -> None:
    """Tell the human-rights lead that something is here; where there is none, the clock runs on."""
    if people := rights_leads(report):
        event = record(report, Happened.LEAD_TOLD, actor=SYSTEM)
        lane_rules.tell_leads(people, event_id=event.id)
        meet(report, Clock.LEAD)


def look_due(now: datetime | None = None, *, limit: int = MOST) -> int:
    """Tell focal points of every clock that ran out, each step once, and return how many steps were taken.

    Opens a short unit of work per clock; safe to run twice, late, and at the same time. One that fails stops no other.
    """
    now = now or clock.utcnow()
    due = select(LaneClock.report_id, LaneClock.clock).where(LaneClock.ended_at.is_(None), LaneClock.look_at <= now)
    count = 0
    for report_id, which in db.session.execute(due.order_by(LaneClock.look_at).limit(limit)).all():
        try:
            with unit_of_work():
                count += _look(report_id, which, now)
        except Exception as error:  # one bad row must not stop the rest; it is tried again by the next sweep
            log.error("a clock of the restricted lane could not be looked at: %s", type(error).__name__)
    return count


def _look(report_id: uuid.UUID, which: Clock, now: datetime) -> int:
    report = lock_own(report_id)
    row = db.session.get_one(LaneClock, (report_id, which), populate_existing=True)
    if which is Clock.LEAD and row.ended_at is None:
        tell_lead(report)  # somebody may have the role by now
    if row.ended_at is not None:
        return 0
    late = steps_due(row.due_at, row.told, now)
    for step in late:
        event = record(report, Happened.LATE, actor=SYSTEM, clock=which.value, told=step.value)
        lane_rules.tell_focal_points(report, event_id=event.id, all_sites=step is Late.ALL_SITES)
    row.told += len(late)
    row.look_at = next_look(row.due_at, row.told)
    return len(late)
