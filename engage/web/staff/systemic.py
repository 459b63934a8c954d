"""What keeps happening at the reader's sites: the list, one issue, and what is decided and done about it."""

import uuid
from collections.abc import Callable

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from wtforms.fields.choices import SelectChoice

from engage.domain import systemic as rules
from engage.domain.guards import Refused
from engage.domain.policy import NotAllowed
from engage.queries import systemic as queries
from engage.queries.systemic import IssuePage
from engage.services import sites, systemic
from engage.unit_of_work import unit_of_work
from engage.web import filters, labels
from engage.web.staff import offered
from engage.web.staff.acting import limits, me
from engage.web.staff.blueprint import bp
from engage.web.staff.form_fields import StaffForm, choices
from engage.web.staff.site_days import end_of
from engage.web.staff.systemic_forms import AddActionForm, CloseIssueForm, FinishActionForm


@bp.route("/systemic-issues")
def list_systemic_issues() -> ResponseReturnValue:
    return render_template("staff/list_systemic_issues.html", issues=queries.issues_for(me()))


@bp.route("/systemic-issues/<uuid:issue_id>")
def show_systemic_issue(issue_id: uuid.UUID) -> ResponseReturnValue:
    page = _opened(issue_id)
    decides = rules.may(me(), "decide", page.site.id)
    return render_template("staff/show_systemic_issue.html", page=page, decides=decides, mine=me().id)


@bp.route("/systemic-issues/<uuid:issue_id>/add-action", methods=["GET", "POST"])
def add_corrective_action(issue_id: uuid.UUID) -> ResponseReturnValue:
    page, form = _opened(issue_id), AddActionForm()
    _decides(page)
    form.owner.choices = [offered.nothing(), *choices([(str(user), name) for user, name in _owners(page)])]

    def add() -> None:
        due_at = end_of(form.due_on.data, page.site.time_zone)
        mark, owner_id = form.mark(request.path), uuid.UUID(form.owner.data)
        systemic.add_action(issue_id, form.words.data, owner_id, due_at, actor=me(), mark=mark)

    return _step(page, form, add, gettext("Decide on a change"), gettext("It is decided."))


@bp.route("/systemic-issues/<uuid:issue_id>/actions/<uuid:action_id>", methods=["GET", "POST"])
def finish_corrective_action(issue_id: uuid.UUID, action_id: uuid.UUID) -> ResponseReturnValue:
    page, form = _opened(issue_id), FinishActionForm()
    row = next((row for row, _ in page.actions if row.id == action_id), None)
    if row is None:
        abort(404)
    if row.owner_id != me().id:
        _decides(page)

    def finish() -> None:
        systemic.finish_action(action_id, form.evidence.data, actor=me())

    return _step(page, form, finish, gettext("Mark as done"), gettext("It is marked as done."), lead=row.words)


@bp.route("/systemic-issues/<uuid:issue_id>/close", methods=["GET", "POST"])
def close_systemic_issue(issue_id: uuid.UUID) -> ResponseReturnValue:
    page, form = _opened(issue_id), CloseIssueForm()
    _decides(page)
    causes = sites.in_force(page.site.id).taxonomy.lists["root_causes"]
    form.root_cause.choices = [offered.nothing(), *(SelectChoice(one.code, gettext(one.label)) for one in causes)]

    def close() -> None:
        systemic.close(issue_id, form.root_cause.data, form.words.data, actor=me())

    return _step(page, form, close, gettext("End it"), gettext("It is ended. If it begins anew, it is listed anew."))


def _opened(issue_id: uuid.UUID) -> IssuePage:
    page = queries.issue_page(issue_id, me())
    filters.speak_in(page.site.time_zone)
    return page


def _decides(page: IssuePage) -> None:
    if not rules.may(me(), "decide", page.site.id):
        raise NotAllowed("systemic_issue")


def _owners(page: IssuePage) -> list[tuple[uuid.UUID, str]]:
    return queries.owners_at(page.site.id)


def _step(
    page: IssuePage, form: StaffForm, do: Callable[[], None], title: str, done: str, lead: str | None = None
) -> ResponseReturnValue:
    """Show the form, or do what it says and go back to the issue; a refusal loses nothing that was typed."""
    form.version.data, why, status = 0, None, 200  # no case stands behind it: only its token counts
    if form.validate_on_submit():
        try:
            with unit_of_work():
                do()
        except Refused as refused:
            why, status = labels.refusal(refused.refusal), 422
        else:
            flash(done, "success")
            return redirect(url_for("staff.show_systemic_issue", issue_id=page.issue.id), 303)
    elif form.is_submitted():
        status = 422
    shown = {"page": page, "form": form, "title": title, "why": why, "lead": lead, "limits": limits()}
    return render_template("staff/change_systemic_issue.html", **shown), status
