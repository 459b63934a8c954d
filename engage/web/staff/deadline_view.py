"""Deadlines on the case page: when each falls due, who was told, who is told next, and how the date was counted."""

import uuid
from collections.abc import Sequence

from flask import abort, url_for
from flask_babel import ngettext

from engage import clock
from engage.domain import escalation
from engage.domain.calendars import ONE_DAY
from engage.domain.escalation import RungKind
from engage.domain.policy import Permission
from engage.domain.severity import Level
from engage.models import Deadline
from engage.models import Pause as PauseRow
from engage.queries import promises
from engage.queries.case_page import CasePage
from engage.services import asking_for_time
from engage.services.deadline_rows import is_held
from engage.web import step_words
from engage.web.filters import due, is_soon, moment, short_day
from engage.web.locale import gettext
from engage.web.staff import case_view, late_view, offered

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
        "next": "; ".join(filter(None, [_paused(row), _asked(page, row), _told(page, row), _next(page, row)])) or None,
    }


def _paused(row: Deadline) -> str | None:
    """How long the clock of a promise stands still in all."""
    days = round(row.total_pause / ONE_DAY, 1)
    if not days:
        return None
    if days == int(days):
        return str(ngettext("paused for %(num)d day in all", "paused for %(num)d days in all", int(days)))
    return str(gettext("paused for %(days)s days in all", days=days))


def _asked(page: CasePage, row: Deadline) -> str | None:
    """That more time was asked for, and waits for somebody further up."""
    asked = page.triage.extension_asked
    if asked is None or asked.deadline_id != row.id:
        return None
    return str(gettext("more time asked for, until %(day)s", day=short_day(asked.new_date)))


def stopped(page: CasePage, row: PauseRow) -> Row:
    """Return a pause as the case page shows it: one that lasts, or one that is still to come."""
    lasts = row.starts_at <= clock.utcnow()
    now = gettext("The clock stands still") if lasts else gettext("The clock will stand still")
    return {"now": now, "words": pause_in_words(page, row)}


def pause_in_words(page: CasePage, row: PauseRow) -> str:
    """Return why and for which days the clock stands still; the time of day where it is not midnight."""
    found = offered.rules(page).pause_reason(row.reason_code)
    why = gettext(found.label) if found else row.reason_code
    if row.ends_at is None:
        return str(gettext("%(why)s, from %(start)s", why=why, start=moment(row.starts_at)))
    until = moment(row.ends_at)
    return str(gettext("%(why)s, from %(start)s to %(end)s", why=why, start=moment(row.starts_at), end=until))


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
    who = late_view.seat_in_words(rungs[last.code].seat)
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
    who = late_view.seat_in_words(step.rung.seat)
    if step.rung.kind is RungKind.REMINDER:
        return gettext("reminder to %(who)s %(day)s", who=who, day=short_day(step.at))
    return gettext("%(who)s next, %(day)s", who=who, day=short_day(step.at))


def found(page: CasePage, deadline_id: uuid.UUID) -> Deadline:
    """Return a deadline of the case; a page of one that it does not have is not found."""
    row = next((row for row in page.deadlines if row.id == deadline_id), None)
    return row or abort(404)


def steps(page: CasePage, row: Deadline, rows: Sequence[PauseRow]) -> list[str]:
    """Return how the date was counted: the stretches that counted and the pauses, which sum to it."""
    counted = promises.clock_of(row, rows, zone=case_view.zone(page), limits=offered.rules(page).pause_limits)
    reasons = {one.code: gettext(one.label) for one in offered.rules(page).pauses}
    return step_words.in_words(counted.explain(), reasons, step_words.as_promised(counted.span))


def history(page: CasePage, row: Deadline) -> list[str]:
    """Return the dates the promise had before, and what became of each, the first one first."""
    same = [one for one in page.deadlines if (one.promise, one.subject_id) == (row.promise, row.subject_id)]
    before = sorted((one for one in same if one.version < row.version), key=lambda one: one.version)
    return [_what_became(one) for one in before]


def _what_became(row: Deadline) -> str:
    told = {"date": gettext("paused") if is_held(row) else moment(row.due_at), "day": short_day(row.ended_at)}
    if row.met_at is not None:
        return str(gettext("%(date)s: kept on %(day)s, and owed again since", **told))
    if row.delay_told_at is None:
        return str(gettext("%(date)s: counted anew on %(day)s, when we knew more", **told))
    if row.breached_at is not None:
        return str(gettext("%(date)s: missed. The person was told of the delay on %(day)s", **told))
    return str(gettext("%(date)s: put off in time, and told to the person, on %(day)s", **told))


def what_can_be_done(page: CasePage, row: Deadline) -> list[tuple[str, str]]:
    """Return links beside the explanation: tell of a delay, or put it off in time."""
    if row.ended_at is not None or not row.promise.owed_by_us:
        return []
    reference = page.case.reference
    if row.due_at < clock.utcnow() and page.may(Permission.TELL_PERSON):
        href = url_for("staff.tell_delay_case", reference=reference, deadline_id=row.id)
        return [(gettext("Tell the person of the delay"), href)]
    if row.due_at >= clock.utcnow() and page.may(Permission.EXTEND) and row.promise.can_pause:
        if asking_for_time.has_to_ask(page.case, row, actor=page.actor):
            href = url_for("staff.ask_extension_case", reference=reference, deadline_id=row.id)
            return [(gettext("Ask somebody further up for more time"), href)]
        href = url_for("staff.extend_case", reference=reference, deadline_id=row.id)
        return [(gettext("Put it off, with a reason"), href)]
    return []
