"""Watching whether notices reach people, and telling operators by another road where they do not.

Opens its own short units of work: none is open while an alarm is on its way.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, delete, select, update

from engage import clock
from engage.domain import alarms
from engage.domain.alarms import LEASE, Fault, Limits
from engage.extensions import db, insert_into
from engage.models import Alarm
from engage.notify import alarm_roads
from engage.queries import delivery_health
from engage.settings import settings
from engage.unit_of_work import unit_of_work


@dataclass(frozen=True, slots=True)
class _Due:
    """An alarm that this run alone tells now."""

    fault: Fault
    since: datetime
    count: int
    told_at: datetime | None
    ended_at: datetime | None


def watch() -> int:
    """Look at what keeps notices from people, tell what is due, and return how many alarms were told.

    Safe to run twice and at the same time: an alarm is told by whoever claimed it. One that no road took is told again
    at the next look after its claim.
    """
    limits = _limits()
    with unit_of_work():
        _write_down(alarms.found(delivery_health.health().figures(), limits), limits)
    with unit_of_work():
        due = _claim()
    return sum(_tell(one, limits) for one in due)


def _limits() -> Limits:
    chosen = settings()
    return Limits(
        owed=timedelta(minutes=chosen.ALARM_OWED_MINUTES),
        down=timedelta(minutes=chosen.ALARM_DOWN_MINUTES),
        given_up=chosen.ALARM_DEAD,
        again=timedelta(hours=chosen.ALARM_AGAIN_HOURS),
    )


def _write_down(found: Mapping[Fault, int], limits: Limits) -> None:
    """Bring the rows in line with what is there now. One that is gone and was never told leaves no trace."""
    now = clock.utcnow()
    db.session.execute(select(Alarm.fault).order_by(Alarm.fault).with_for_update())  # two looks go one after the other
    for fault, count in found.items():
        first = alarms.first_told_at(fault, now, limits)
        row = {"fault": fault, "since": now, "count": count, "next_at": first}
        db.session.execute(insert_into(Alarm).values(**row).on_conflict_do_nothing(index_elements=["fault"]))
        # One that came back before its end was told goes on as if it had never ended.
        back = update(Alarm).where(Alarm.fault == fault, Alarm.ended_at.is_not(None))
        db.session.execute(back.values(ended_at=None, next_at=now + limits.again))
        db.session.execute(update(Alarm).where(Alarm.fault == fault).values(count=count))
    gone = Alarm.fault.not_in(found)
    db.session.execute(delete(Alarm).where(gone, Alarm.told_at.is_(None)))
    db.session.execute(update(Alarm).where(gone, Alarm.ended_at.is_(None)).values(ended_at=now, next_at=now))


def _claim() -> list[_Due]:
    """Take every alarm that is to be told now, for as long as telling may take."""
    now = clock.utcnow()
    due = select(Alarm.fault).where(Alarm.next_at <= now).with_for_update(skip_locked=True).cte("due")
    rows = db.session.execute(
        update(Alarm)
        .where(Alarm.fault.in_(select(due.c.fault)), Alarm.next_at <= now)
        .values(next_at=now + LEASE)
        .returning(Alarm.fault, Alarm.since, Alarm.count, Alarm.told_at, Alarm.ended_at)
        .execution_options(synchronize_session=False)
    ).all()
    return sorted((_Due(*row) for row in rows), key=lambda one: one.fault)


def _tell(due: _Due, limits: Limits) -> bool:
    """Tell one alarm, and write down that it was told; False where a road did not take it."""
    moment = alarms.moment(told_at=due.told_at, ended_at=due.ended_at)
    if not alarm_roads.tell(due.fault, moment, since=due.since, count=due.count):
        return False
    now = clock.utcnow()
    with unit_of_work():
        if due.ended_at is not None:
            db.session.execute(delete(Alarm).where(Alarm.fault == due.fault, Alarm.ended_at.is_not(None)))
        else:
            # Where it ended while it was told, its end is due as it was.
            again = case((Alarm.ended_at.is_(None), now + limits.again), else_=Alarm.next_at)
            told = update(Alarm).where(Alarm.fault == due.fault).values(told_at=now, next_at=again)
            db.session.execute(told)
    return True
