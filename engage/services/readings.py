"""Unusual reading of cases: found by the clock and at a refused look, settled by an auditor in words."""

import logging
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from engage import clock
from engage.domain import readings as rules
from engage.domain.calendars import WorkingCalendar, working_between
from engage.domain.case import CaseClass
from engage.domain.guards import Refusal, Refused
from engage.domain.policy import Actor, NotAllowed
from engage.domain.readings import ReadingDay, Sign
from engage.extensions import db, insert_into
from engage.models import Access, Case, Site, UnusualReading
from engage.notify import record_rules
from engage.queries import calendars
from engage.services import audit
from engage.unit_of_work import unit_of_work

log = logging.getLogger(__name__)
_A_MINUTE, _A_DAY = timedelta(minutes=1), timedelta(days=1)


def watch(now: datetime | None = None) -> int:
    """Find what was unusual about reading yesterday and today at each site; return how many findings are new.

    Auditors are told of each once. Restricted cases are left out: they do not exist for auditors. Safe to run twice,
    late, and at the same time; a site that fails stops no other.
    """
    now, count = now or clock.utcnow(), 0
    for site_id in db.session.scalars(select(Site.id).order_by(Site.id)).all():
        try:
            with unit_of_work():
                count += _watch(db.session.get_one(Site, site_id), now)
        except Exception:  # one bad site must not stop the rest; it is tried again by the next run
            log.exception("the reading of cases at site %s could not be looked at", site_id)
    return count


def _watch(site: Site, now: datetime) -> int:
    today = now.astimezone(ZoneInfo(site.time_zone)).date()
    calendar = calendars.calendar_of(site)
    count = 0
    for on in (today - _A_DAY, today):
        for user_id, day in _days(site.id, on, calendar):
            count += sum(_found(site, user_id, on, sign, number, now) for sign, number in rules.signs_of(day).items())
    return count


def _days(site_id: uuid.UUID, on: date, calendar: WorkingCalendar | None) -> Iterator[tuple[uuid.UUID, ReadingDay]]:
    """Who read cases of the site on the day, and how; what is usual for them only where they read many."""
    first: dict[uuid.UUID, dict[uuid.UUID, datetime]] = defaultdict(dict)
    rows = db.session.execute(
        select(Access.user_id, Access.case_id, func.min(Access.at))
        .join(Case, Case.id == Access.case_id)
        .where(Access.on == on, Case.site_id == site_id, Case.class_ != CaseClass.RESTRICTED)
        .group_by(Access.user_id, Access.case_id)
    )
    for user_id, case_id, at in rows:
        first[user_id][case_id] = at
    for user_id, seen in first.items():
        closed = sum(1 for at in seen.values() if calendar is not None and _is_closed(calendar, at))
        day = ReadingDay(len(seen), closed)
        yield user_id, ReadingDay(len(seen), closed, _usual(user_id, on)) if rules.is_many(day) else day


def _is_closed(calendar: WorkingCalendar, at: datetime) -> bool:
    return not working_between(calendar, at, at + _A_MINUTE)


def _usual(user_id: uuid.UUID, on: date) -> list[int]:
    earlier = (Access.on < on, Access.on >= on - timedelta(days=rules.USUAL_OVER_DAYS), Access.user_id == user_id)
    counted = select(func.count(Access.case_id.distinct())).where(*earlier).group_by(Access.on)
    return list(db.session.scalars(counted))


def note_conflict(case: Case, user_id: uuid.UUID) -> None:
    """Let auditors know, in the open unit of work, that somebody tried to open a case that they are kept out of.

    Once per user, site and day. Of a restricted case nothing is noted here: it does not exist for auditors.
    """
    if case.class_ is not CaseClass.RESTRICTED:
        site, now = db.session.get_one(Site, case.site_id), clock.utcnow()
        _found(site, user_id, now.astimezone(ZoneInfo(site.time_zone)).date(), Sign.CONFLICT, 1, now)


def _found(site: Site, user_id: uuid.UUID, on: date, sign: Sign, count: int, now: datetime) -> bool:
    """Write the finding, or what its number has become; whether it is new."""
    key = {"site_id": site.id, "user_id": user_id, "on": on, "sign": sign}
    values = {**key, "id": uuid.uuid4(), "count": count, "found_at": now}
    made = db.session.scalar(
        insert_into(UnusualReading).values(**values).on_conflict_do_nothing().returning(UnusualReading.id)
    )
    if made is not None:
        record_rules.unusual_reading(made, site_id=site.id, user_id=user_id)
        return True
    row = db.session.scalars(select(UnusualReading).filter_by(**key).with_for_update()).one()
    if row.settled_at is None:
        row.count = max(row.count, count)
    return False


def settle(reading_id: uuid.UUID, words: str, *, actor: Actor) -> None:
    """Write down what an auditor found about somebody's reading.

    Raises:
        NoResultFound: there is no such finding.
        NotAllowed: the actor audits nothing at its site, or it is about the actor.
        Refused: it is settled already, or nothing is said.
    """
    row = db.session.scalars(select(UnusualReading).where(UnusualReading.id == reading_id).with_for_update()).one()
    if not rules.may_look(actor, row.site_id, row.user_id):
        raise NotAllowed("settle_reading")
    if row.settled_at is not None:
        raise Refused(Refusal("settled_already"))
    if not words.strip():
        raise Refused(Refusal("words_needed"))
    row.settled_at, row.settled_by_id, row.words = clock.utcnow(), actor.id, words.strip()
    after: Mapping[str, object] = {"sign": row.sign.value, "on": row.on.isoformat(), "user_id": str(row.user_id)}
    audit.note(audit.Change.READING_SETTLED, actor=actor, subject_id=row.site_id, after=after)
