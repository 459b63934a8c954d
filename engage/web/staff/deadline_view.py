"""Deadlines on the case page: when each falls due, who was told, who is told next, and how the date was counted."""

import uuid
from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext, ngettext

from engage import clock
from engage.domain import escalation
from engage.domain.deadlines import Step, StepCode
from engage.domain.escalation import RungKind, Seat
from engage.domain.policy import Permission
from engage.domain.severity import Level
from engage.models import Deadline
from engage.models import Pause as PauseRow
from engage.queries import promises
from engage.queries.case_page import CasePage
from engage.services.deadline_rows import is_held
from engage.web import labels
from engage.web.filters import due, is_soon, moment, short_day
from engage.web.staff import case_view, offered

Row = dict[str, object]


def deadlines(page: CasePage) -> list[Row]:
    """Return what is owed, the earliest first, for components/deadlines.html; then what was missed."""
    running = [row for row in page.deadlines if row.ended_at is None]
    missed = [row for row in page.deadlines if row.ended_at is not None and row.breached_at is not None]
    return [_owed(page, row) for row in running] + [_missed(page, row) for row in missed]


def _owed(page: CasePage, row: Deadline) -> Row:
    late = row.promise.owed_by_us and row.due_at < clock.utcnow()
    tone: str | None = "quiet"
    if is_held(row):
        shown = gettext("paused")
    elif not row.promise.owed_by_us:
        shown = gettext("their turn, %(due)s", due=due(row.due_at))
    else:
        shown = due(row.due_at)
        tone = "late" if late else "soon" if is_soon(row.due_at) else None
    return {
        "label": case_view.subject_of(page, row.promise, row.subject_id),
        "due": shown,
        "tone": tone,
        "exact": moment(row.due_at),
        "iso": row.due_at.isoformat(),
        "why_href": url_for("staff.explain_deadline", reference=page.case.reference, deadline_id=row.id),
        "next": "; ".join(filter(None, [_told(page, row), _next(page, row)])) or None,
    }


def _missed(page: CasePage, row: Deadline) -> Row:
    ended = gettext("late, %(day)s", day=short_day(row.met_at)) if row.met_at else gettext("missed")
    return {
        "label": case_view.subject_of(page, row.promise, row.subject_id),
        "due": ended,
        "tone": "late",
        "exact": moment(row.due_at),
        "iso": row.due_at.isoformat(),
    }


def _told(page: CasePage, row: Deadline) -> str | None:
    """The last rung above that was reached: reminders to whoever owes it are no news."""
    rungs = {rung.code: rung for rung in offered.rules(page).ladder.rungs}
    reached = [
        one
        for one in page.rungs
        if one.deadline_id == row.id and not one.was_superseded and one.code in rungs
        if rungs[one.code].kind is RungKind.RUNG
    ]
    if not reached:
        return None
    last = max(reached, key=lambda one: one.reached_at)
    who = _seat(rungs[last.code].seat)
    return gettext("%(who)s told %(day)s", who=who, day=short_day(last.reached_at))


def _next(page: CasePage, row: Deadline) -> str | None:
    step = escalation.next_rung(
        offered.rules(page).ladder,
        promise=row.promise,
        starts_at=row.starts_at,
        due_at=None if is_held(row) else row.due_at,
        level=Level(page.case.level) if page.case.level else None,
        fired={one.code for one in page.rungs if one.deadline_id == row.id},
        now=clock.utcnow(),
    )
    if step is None or not row.promise.owed_by_us:
        return None
    if step.rung.kind is RungKind.REMINDER:
        return gettext("reminder to %(who)s %(day)s", who=_seat(step.rung.seat), day=short_day(step.at))
    return gettext("%(who)s next, %(day)s", who=_seat(step.rung.seat), day=short_day(step.at))


def _seat(seat: Seat) -> str:
    name = labels.label("role", seat.role)
    return gettext("%(role)s of all sites", role=name) if seat.all_sites else name


def found(page: CasePage, deadline_id: uuid.UUID) -> Deadline | None:
    """Return a deadline of the case, or None."""
    return next((row for row in page.deadlines if row.id == deadline_id), None)


def steps(page: CasePage, row: Deadline, rows: Sequence[PauseRow]) -> list[str]:
    """Return how the date was counted: the stretches that counted and the pauses, which sum to it."""
    counted = promises.clock_of(row, rows, zone=case_view.zone(page), limits=offered.rules(page).pause_limits)
    reasons = {one.code: gettext(one.label) for one in offered.rules(page).pauses}
    return [_sentence(step, reasons) for step in counted.explain()]


def _sentence(step: Step, reasons: dict[str, str]) -> str:
    since, until = moment(step.starts_at), moment(step.ends_at) if step.ends_at else gettext("it is lifted")
    match step.code:
        case StepCode.COUNTED:
            hours = round(step.counted.total_seconds() / 3600)
            if hours % 24 == 0:
                length = ngettext("%(num)d day", "%(num)d days", hours // 24)
            else:
                length = ngettext("%(num)d hour", "%(num)d hours", hours)
            return gettext("%(since)s to %(until)s: %(length)s counted", since=since, until=until, length=length)
        case StepCode.PAUSED:
            why = reasons.get(step.reason or "", step.reason or "")
            return gettext("%(since)s to %(until)s: paused, %(why)s", since=since, until=until, why=why)
        case StepCode.MOVED_FORWARD:
            return gettext("That hour did not exist because clocks were put forward.")
        case _:
            return gettext("%(since)s to %(until)s: not counted", since=since, until=until)


def what_can_be_done(page: CasePage, row: Deadline) -> list[tuple[str, str]]:
    """Return links beside the explanation: tell of a delay, or put it off in time."""
    if row.ended_at is not None or not row.promise.owed_by_us:
        return []
    reference = page.case.reference
    if row.due_at < clock.utcnow() and page.may(Permission.REPLY):
        href = url_for("staff.tell_delay_case", reference=reference, deadline_id=row.id)
        return [(gettext("Tell the person of the delay"), href)]
    if row.due_at >= clock.utcnow() and page.may(Permission.EXTEND) and row.promise.can_pause:
        href = url_for("staff.extend_case", reference=reference, deadline_id=row.id)
        return [(gettext("Put it off, with a reason"), href)]
    return []
