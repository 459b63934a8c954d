"""Pages on which a confidential identity is opened: asking, deciding, taking back, looking."""

import uuid
from collections.abc import Iterable

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage import clock
from engage.domain.policy import Permission
from engage.models import Case, Opening
from engage.queries.case_page import CasePage
from engage.services import openings
from engage.web import labels, step_up
from engage.web.filters import moment
from engage.web.staff import case_view
from engage.web.staff.acting import act, me, note_reading, opened
from engage.web.staff.blueprint import bp
from engage.web.staff.form_fields import choices
from engage.web.staff.opening_doors import in_force, waiting
from engage.web.staff.opening_forms import AskOpeningForm, DecideOpeningForm, EndOpeningForm, LookForm


@bp.route("/cases/<reference>/ask-opening", methods=["GET", "POST"])
def ask_opening_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), AskOpeningForm()

    def ask(case: Case) -> None:
        openings.ask(case, form.explanation.data, int(form.days.data), actor=me())

    done = gettext("It is asked for. A second person decides.")
    return act(page, form, ask, done=done, lead=gettext("The person is told each time you look."))


@bp.route("/cases/<reference>/decide-opening", methods=["GET", "POST"])
def decide_opening_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), DecideOpeningForm()
    asked = [row for row in waiting(page) if row.asked_by_id != page.actor.id]
    form.opening.choices = _by_name(page, asked)

    def decide(case: Case) -> None:
        is_yes = form.decision.data == "yes"
        openings.decide(case, uuid.UUID(form.opening.data), approve=is_yes, words=form.reason.data or "", actor=me())

    done = gettext("Your decision is recorded.")
    return act(page, form, decide, done=done, template="staff/decide_opening_case.html", asked=asked)


@bp.route("/cases/<reference>/end-opening", methods=["GET", "POST"])
def end_opening_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), EndOpeningForm()
    form.opening.choices = _by_name(page, in_force(page, clock.utcnow()))

    def end(case: Case) -> None:
        openings.end(case, uuid.UUID(form.opening.data), actor=me())

    return act(page, form, end, done=gettext("It is taken back. They cannot look any more."))


@bp.route("/cases/<reference>/look", methods=["GET", "POST"])
def look_case(reference: str) -> ResponseReturnValue:
    """Show the name in the answer to the press itself, so that each look is one, and none stays in an address."""
    page, form = opened(reference), LookForm()
    if page.may(Permission.ASK_OPENING) and (proof := step_up.asked()):
        return proof
    found: dict[str, str] = {}

    def look(case: Case) -> None:
        found.update(openings.look(case, actor=me()))

    lead = gettext("The person is told that you looked, with your role and the day.")
    answer = act(page, form, look, done=gettext("That you looked is recorded."), lead=lead)
    if not found:
        return answer
    note_reading(page.case.id, openings.PURPOSE)
    rows = [{"label": labels.label("contact", name), "value": value} for name, value in found.items()]
    return render_template("staff/show_person.html", page=page, rows=rows, title=case_view.title(page))


def _by_name(page: CasePage, rows: Iterable[Opening]) -> list[object]:
    return choices([(str(row.id), _said(page, row)) for row in rows])


def _said(page: CasePage, row: Opening) -> str:
    name = page.names.get(row.asked_by_id, gettext("somebody of ours"))
    if row.until is not None:
        return str(gettext("%(name)s, until %(moment)s", name=name, moment=moment(row.until)))
    return str(gettext("%(name)s, for %(days)s days", name=name, days=row.days))
