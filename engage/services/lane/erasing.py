"""Everything of a report erased: by her at any moment, or because its time is over. Its record stays and holds."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select

from engage import clock, lane_keys
from engage.domain.lane import Course, Happened
from engage.domain.lane_clocks import Clock
from engage.domain.lane_policy import LanePermission, require_in_lane
from engage.domain.policy import SYSTEM, Actor, NotAllowed
from engage.extensions import db
from engage.models import (
    LaneAccount,
    LaneClock,
    LaneConsent,
    LaneContact,
    LaneNamed,
    LaneReferral,
    LaneReport,
    LaneSubject,
    LaneWord,
)
from engage.notify import lane_rules, threads
from engage.services.inbound import raw_copy
from engage.services.lane import clocks, codes
from engage.services.lane.record import lock_own, record
from engage.unit_of_work import unit_of_work

KEPT = timedelta(days=2 * 365)  # Source: domain 5.9, "SEA/SH identifiers: purge close + 2 y".
KEPT_OF_CHILD = timedelta(days=10 * 365)  # Source: domain 5.9, child cases "+10 y": limitation periods are long.


def erase(report: LaneReport, *, actor: Actor) -> None:
    """Destroy the keys of the report and all that they sealed. No code opens it any more, and nobody can undo it.

    Raises:
        NotAllowed: it is not hers: whoever told of somebody else cannot take that away from her.
    """
    require_in_lane(actor, LanePermission.TAKE_STEP, report.facts)
    if report.for_other:
        raise NotAllowed("erase")
    _erase(report, actor)


def purge(now: datetime) -> int:
    """Erase what ended so long ago that it is kept no longer; return how many reports. Safe to run twice."""
    about_child = exists().where(LaneClock.report_id == LaneReport.id, LaneClock.clock == Clock.CHILD)
    old = (LaneReport.erased_at.is_(None), LaneReport.ended_at < now - KEPT)
    wanted = select(LaneReport.id).where(*old, ~about_child | (LaneReport.ended_at < now - KEPT_OF_CHILD))
    count = 0
    for report_id in db.session.scalars(wanted.order_by(LaneReport.id)).all():
        with unit_of_work():
            count += _erase_old(report_id)
    return count


def _erase_old(report_id: uuid.UUID) -> bool:
    report = lock_own(report_id)
    if report.erased_at is not None:  # by herself, a moment ago
        return False
    _erase(report, SYSTEM)
    return True


def _erase(report: LaneReport, actor: Actor) -> None:
    event = record(report, Happened.ERASED, actor=actor)
    if actor is not SYSTEM:
        lane_rules.tell_focal_points(report, event_id=event.id)  # before it is forgotten whom it is about
    lane_keys.forget(report.id)
    for table in (LaneAccount, LaneContact, LaneReferral, LaneWord, LaneConsent, LaneNamed):
        db.session.execute(delete(table).where(table.report_id == report.id))
    raw_copy.forget_of_report(report.id)
    if report.case_id is not None:
        threads.forget_of_case(report.case_id)
    else:  # of what was a case, mail may still come that names it, and nobody it is about may read that
        db.session.execute(delete(LaneSubject).where(LaneSubject.report_id == report.id))
    codes.end_all(report.id)
    clocks.end_all(report)
    now = clock.utcnow()
    report.course, report.erased_at, report.ended_at = Course.STOPPED, now, report.ended_at or now
    report.unread = False
