"""The sweep of the ladder: reminds of what falls due, notes what was missed, and tells those above what is late.

What is due is read from `deadline.look_at` through its index, so a sweep costs what is due and not what is open. The
rows of reached rungs make each happen once, whatever runs twice, dies half-way or meets a clock that jumped.
"""

import logging
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from engage import clock
from engage.domain import escalation as rules
from engage.domain.case import CaseClass
from engage.domain.deadlines import Promise
from engage.domain.escalation import PERSON, Rung, RungDue, RungKind, Seat
from engage.domain.events import OutsideOffered, PanelOffered, ReminderDue, RungReached
from engage.domain.pauses import Pause
from engage.domain.policy import SYSTEM, Role
from engage.extensions import db
from engage.models import Case, Deadline, ReachedRung
from engage.notify.audience import on_rung
from engage.services import cases, explanations, moving_up, offers, sites
from engage.services.deadline_rows import counting, fired_of, is_held, level_of, next_look, note_breach, stops_of
from engage.services.timeline import record
from engage.unit_of_work import unit_of_work

log = logging.getLogger(__name__)
MOST = 5000  # Ours: a sweep ends well inside the task's time limit; the next one takes what is left over.
AGAIN = timedelta(hours=1)  # Ours: how soon a rung that nobody sits on is looked at again.
FOCAL = Seat(Role.FOCAL.value)


@dataclass(frozen=True, slots=True)
class Step:
    """What a sweep would do: which rung of which promise, since when, and for whom.

    The reference of a restricted case is None: it exists for the focal point alone. `seat` is None where nobody sits
    on the rung or above it, and for a reminder that is recorded and not sent.
    """

    reference: str | None
    promise: Promise
    rung: str
    at: datetime
    superseded: bool
    seat: Seat | None


def climb(now: datetime | None = None, *, limit: int = MOST) -> int:
    """Remind, note breaches and climb for everything due, and return how many reminders and rungs were told.

    Opens a short unit of work per case, so none may be open. Safe to run twice, at the same time and late: a case that
    somebody else has in hand is left to the next sweep, and a case that fails stops no other. `now` is the present
    unless an operator tries the ladder out.
    """
    now = now or clock.utcnow()
    told = 0
    for case_id in due_cases(now, limit):
        try:
            with unit_of_work():
                case = cases.lock_if_free(case_id)
                told += climb_case(case, now) if case is not None else 0
        except Exception:  # one bad row must not stop the rest; it is tried again by the next sweep
            log.exception("the ladder could not be climbed for case %s", case_id)
    return told


def preview(now: datetime | None = None, *, limit: int = MOST) -> list[Step]:
    """Return what `climb` would do at the instant, without doing it."""
    now = now or clock.utcnow()
    steps: list[Step] = []
    for case_id in due_cases(now, limit):
        case = db.session.scalars(select(Case).where(Case.id == case_id)).one()
        rows = _due_rows(case.id, now)
        fired = fired_of(rows)
        reference = None if case.class_ is CaseClass.RESTRICTED else case.reference
        for row in rows:
            steps += [
                Step(
                    reference=reference,
                    promise=row.promise,
                    rung=step.rung.code,
                    at=step.at,
                    superseded=step.superseded,
                    seat=None if step.superseded else _seat(case, step),
                )
                for step in _rungs(case, row, fired[row.id], now)
            ]
    return steps


def due_cases(now: datetime, limit: int = MOST) -> list[uuid.UUID]:
    """Return the cases with something due, the longest waiting first; `limit` counts deadlines.

    Read along the index and no further: grouping in SQL would make SQLite walk every deadline there is.
    """
    found = db.session.scalars(
        select(Deadline.case_id)
        .where(Deadline.ended_at.is_(None), Deadline.look_at <= now)
        .order_by(Deadline.look_at)
        .limit(limit)
    )
    return list(dict.fromkeys(found))


def _due_rows(case_id: uuid.UUID, now: datetime) -> list[Deadline]:
    """The case's deadlines to look at, read after the lock so that what another sweep did is seen."""
    return list(
        db.session.scalars(
            select(Deadline)
            .where(Deadline.case_id == case_id, Deadline.ended_at.is_(None), Deadline.look_at <= now)
            .order_by(Deadline.due_at, Deadline.id)
        )
    )


def climb_case(case: Case, now: datetime) -> int:
    """Do for one case, held by its lock, what `climb` does for all, inside the caller's unit of work."""
    rows = _due_rows(case.id, now)
    fired = fired_of(rows)
    stops = stops_of(case)
    told = 0
    for row in rows:
        if (until := _quiet_until(case, row, stops, now)) is not None:
            row.look_at = until
            continue
        note_breach(case, row, now)
        for step in _rungs(case, row, fired[row.id], now):
            if step.superseded or _tell(case, row, step, now):
                fired[row.id].add(step.rung.code)
                told += not step.superseded
                db.session.add(
                    ReachedRung(deadline_id=row.id, code=step.rung.code, was_superseded=step.superseded, reached_at=now)
                )
        look = next_look(case, row, fired=fired[row.id], now=now)
        row.look_at = look if look is None or look > now else now + AGAIN
    return told


def _quiet_until(case: Case, row: Deadline, stops: Collection[Pause], now: datetime) -> datetime | None:
    """The end of the pause in which the clock of a promise stands still: nobody is reminded while it does."""
    if not row.promise.can_pause or now > row.due_at:
        return None
    return next((one.ends_at for one in counting(case, stops, row.pauses_from) if one.covers(now)), None)


def _rungs(case: Case, row: Deadline, fired: Iterable[str], now: datetime) -> list[RungDue]:
    return rules.rungs_due(
        sites.rules_for(case).ladder,
        promise=row.promise,
        starts_at=row.starts_at,
        due_at=None if is_held(row) else row.due_at,
        level=level_of(case),
        fired=frozenset(fired),
        now=now,
    )


def _tell(case: Case, row: Deadline, step: RungDue, now: datetime) -> bool:
    """Put the step on the record, which owes its notices; False when there is nobody to tell, which is made visible."""
    seat = _seat(case, step)
    if seat is None:
        log.error("nobody sits on rung %s or above it for deadline %s; see check-config", step.rung.code, row.id)
        return False
    if step.rung.kind is RungKind.REMINDER:
        record(case, ReminderDue(row.id, row.promise.value, step.rung.code, *_up_from(case, seat, now)), actor=SYSTEM)
        return True
    by_count = _is_last_resort(case, step.rung, seat)
    event = RungReached(row.id, row.promise.value, step.rung.code, seat.role, seat.all_sites, by_count)
    record(case, event, actor=SYSTEM)
    if not by_count and (above := _up_from(case, seat, now)):
        moving_up.tell_above(case, row, step.rung.code, Seat(*above))
    _bring(case, row, step.rung, seat, now)
    return True


def _up_from(case: Case, seat: Seat, now: datetime) -> tuple[str, bool] | tuple[()]:
    """The seat one step up, where everybody on this one seems to be away and somebody there does not."""
    if seat.role == PERSON or not moving_up.are_away(case, on_rung(case, seat.role, all_sites=seat.all_sites), now):
        return ()
    above = moving_up.seat_above(case, seat, now)
    return (above.role, above.all_sites) if above else ()


def _bring(case: Case, row: Deadline, rung: Rung, seat: Seat, now: datetime) -> None:
    """Do what the rung brings besides its notice (domain 2.5). What is only shown, pages read from the ladder."""
    if rules.EXPLANATION in rung.also:
        explanations.ask(case, row, rung.code, seat, now)
    if rules.PANEL in rung.also and not case.panel_offered and offers.offer_panel(case):
        record(case, PanelOffered(row.id, row.promise.value), actor=SYSTEM)
    if rules.OUTSIDE in rung.also and offers.can_be_offered(case):
        record(case, OutsideOffered(row.id, row.promise.value), actor=SYSTEM)


def _seat(case: Case, step: RungDue) -> Seat | None:
    """Who hears of it: the seat of the rung, the next one up that has somebody free, or else those of the last resort.

    None when there is nobody at all.

    A restricted case has nobody but focal points (product 6), so every rung of it is theirs.
    """

    def has_people(seat: Seat) -> bool:
        return seat.role == PERSON or bool(on_rung(case, seat.role, all_sites=seat.all_sites))

    if step.rung.kind is RungKind.REMINDER:
        return step.rung.seat if has_people(step.rung.seat) else None
    if case.class_ is CaseClass.RESTRICTED:
        return FOCAL if has_people(FOCAL) else None
    ladder = sites.rules_for(case).ladder
    reached = rules.next_rung_with_people(ladder, step.rung, has_people)
    return reached.seat if reached else rules.last_resort(ladder, step.rung, has_people)


def _is_last_resort(case: Case, rung: Rung, seat: Seat) -> bool:
    """Whether a seat is none of those of the rung and above it: it stands in for them all."""
    rungs = sites.rules_for(case).ladder.rungs
    return seat != FOCAL and seat not in {step.seat for step in rungs[rungs.index(rung) :]}
