"""Explaining in writing, to those above, why a promise is late."""

import uuid

from flask import abort
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.services import explanations
from engage.web.staff.acting import act, me, opened
from engage.web.staff.blueprint import bp
from engage.web.staff.conversation_forms import ExplainForm


@bp.route("/cases/<reference>/explanations/<uuid:explanation_id>", methods=["GET", "POST"])
def explain_delay_case(reference: str, explanation_id: uuid.UUID) -> ResponseReturnValue:
    page, form = opened(reference), ExplainForm()
    if not any(one.id == explanation_id for one in page.explanations):
        abort(404)
    return act(
        page,
        form,
        lambda case: explanations.write(case, explanation_id, form.explanation.data, actor=me()),
        done=gettext("The explanation is with those who asked for it."),
        lead=gettext("It stays in the record, beside the missed date. The person is told of the delay apart from it."),
        needs_version=False,
    )
