"""What is owed because we are late, and who is told of it when, for the case page and the explanation of a date."""

from flask import url_for

from engage import clock
from engage.domain import escalation
from engage.domain.escalation import REASSIGNMENT, RungDue, RungKind, Seat
from engage.domain.policy import Permission
from engage.domain.severity import Level
from engage.models import Deadline
from engage.queries.case_page import CasePage
from engage.services.deadline_rows import is_held
from engage.web import labels, rung_words
from engage.web.filters import day, short_day
from engage.web.locale import gettext
from engage.web.staff import case_view, offered

Row = dict[str, object]


def seat_in_words(seat: Seat) -> str:
    """Return who sits on a rung."""
    name = labels.label("role", seat.role)
    return str(gettext("%(role)s of all sites", role=name)) if seat.all_sites else name


def owed(page: CasePage) -> list[Row]:
    """Return what the case asks for because we are late: word to the person, an explanation, another assignee."""
    late = [row for row in page.deadlines if row.ended_at is None and row.promise.owed_by_us and _is_late(row)]
    return [_to_tell(page, row) for row in late] + _to_explain(page) + _to_reassign(page, late)


def _is_late(row: Deadline) -> bool:
    return row.due_at < clock.utcnow()


def _to_tell(page: CasePage, row: Deadline) -> Row:
    name = case_view.subject_of(page, row.promise, row.subject_id)
    href = None
    if page.may(Permission.TELL_PERSON):
        href = url_for("staff.tell_delay_case", reference=page.case.reference, deadline_id=row.id)
    return {"what": gettext("Tell the person of the delay: %(promise)s", promise=name), "href": href, "due": None}


def _to_explain(page: CasePage) -> list[Row]:
    rungs = {rung.code: rung for rung in offered.rules(page).ladder.rungs}
    promises = {row.id: case_view.subject_of(page, row.promise, row.subject_id) for row in page.deadlines}
    rows: list[Row] = []
    for one in page.explanations:
        if one.written_at is not None:
            continue
        who = seat_in_words(rungs[one.rung].seat)
        what = gettext("Explain in writing to: %(who)s. %(promise)s", who=who, promise=promises[one.deadline_id])
        words = gettext("It was due on %(day)s.") if one.missed_at else gettext("By %(day)s.")
        reference, may = page.case.reference, page.may(Permission.EXPLAIN)
        href = url_for("staff.explain_delay_case", reference=reference, explanation_id=one.id) if may else None
        rows.append({"what": what, "href": href, "due": words % {"day": day(one.due_at)}})
    return rows


def _to_reassign(page: CasePage, late: list[Deadline]) -> list[Row]:
    """So late that somebody else should perhaps work it (domain 2.5)."""
    suggests = {rung.code for rung in offered.rules(page).ladder.rungs if REASSIGNMENT in rung.also}
    ids = {row.id for row in late}
    if not page.may(Permission.ASSIGN) or not any(
        one.code in suggests and one.deadline_id in ids for one in page.rungs
    ):
        return []
    href = url_for("staff.assign_case", reference=page.case.reference)
    return [{"what": gettext("Consider giving the case to somebody else"), "href": href, "due": None}]


def ladder(page: CasePage, row: Deadline) -> list[str]:
    """Return every reminder and rung of a deadline in words: those that came, and those to come while it is owed."""
    reached = {one.code: one for one in page.rungs if one.deadline_id == row.id}
    rules, level = offered.rules(page).ladder, Level(page.case.level) if page.case.level else None
    is_severe = level is not None and level >= rules.severe_from
    steps = escalation.schedule(
        rules,
        promise=row.promise,
        starts_at=row.starts_at,
        due_at=None if is_held(row) else row.due_at,
        level=level,
    )
    lines = []
    for step in steps:
        one, what = reached.get(step.rung.code), f"{_what(step)}, {rung_words.times(step.rung)[is_severe]}"
        if one is not None and one.was_superseded:
            lines.append(gettext("%(what)s: left out, the next one had come", what=what))
        elif one is not None:
            up = gettext(", and one step up") if f"{step.rung.code}_up" in reached else ""
            lines.append(gettext("%(what)s: told on %(day)s", what=what, day=short_day(one.reached_at)) + up)
        elif row.ended_at is None:
            lines.append(gettext("%(what)s: on %(day)s", what=what, day=short_day(step.at)))
    return lines


def _what(step: RungDue) -> str:
    who = seat_in_words(step.rung.seat)
    if step.rung.kind is RungKind.REMINDER:
        return str(gettext("Reminder to %(who)s", who=who))
    return who
