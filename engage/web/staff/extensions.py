"""Asking one level up for more time for a promise, and saying yes or no to it."""

import uuid

from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.models import Case
from engage.services import asking_for_time
from engage.web import labels
from engage.web.filters import moment
from engage.web.staff import deadline_view
from engage.web.staff.acting import act, me, opened
from engage.web.staff.blueprint import bp
from engage.web.staff.extension_forms import ApproveExtensionForm, AskExtensionForm
from engage.web.staff.site_days import end_of


@bp.route("/cases/<reference>/deadlines/<uuid:deadline_id>/ask-extension", methods=["GET", "POST"])
def ask_extension_case(reference: str, deadline_id: uuid.UUID) -> ResponseReturnValue:
    page, form = opened(reference), AskExtensionForm()
    deadline = deadline_view.found(page, deadline_id)
    time_zone = page.case.site.time_zone

    def ask(case: Case) -> None:
        new_date = end_of(form.new_date.data, time_zone)
        asking_for_time.ask(case, deadline_id, form.explanation.data, new_date, actor=me())

    promise = labels.label("promise", deadline.promise)
    return act(
        page,
        form,
        ask,
        done=gettext("It is asked for. Until somebody further up says yes, the date stays."),
        lead=gettext("Promised: %(promise)s, %(date)s.", promise=promise, date=moment(deadline.due_at)),
    )


@bp.route("/cases/<reference>/approve-extension", methods=["GET", "POST"])
def approve_extension_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), ApproveExtensionForm()
    asked = page.triage.extension_asked

    def decide(case: Case) -> None:
        asking_for_time.decide(case, approve=form.decision.data == "yes", words=form.reason.data or "", actor=me())

    return act(
        page,
        form,
        decide,
        done=gettext("Your decision is recorded."),
        template="staff/approve_extension_case.html",
        asked=asked,
        deadline=deadline_view.found(page, asked.deadline_id) if asked else None,
    )
