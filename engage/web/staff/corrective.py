"""What we change because of a case so that it does not happen again: deciding on it, and saying that it is done."""

import uuid

from flask import abort
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.domain.absence import WORKS
from engage.domain.policy import NotAllowed, Permission
from engage.models import Case
from engage.services import corrective
from engage.services.corrective import Change
from engage.web.staff import offered
from engage.web.staff.acting import act, me, opened
from engage.web.staff.blueprint import bp
from engage.web.staff.corrective_forms import CorrectForm, FinishCorrectionForm
from engage.web.staff.site_days import end_of

ROLES = sorted(WORKS)


@bp.route("/cases/<reference>/correct", methods=["GET", "POST"])
def correct_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), CorrectForm()
    people = offered.people(page.case, *ROLES)
    form.owner.choices = [offered.nothing(), *people, *offered.kept_out(page.case, form.owner.data)]
    time_zone = page.case.site.time_zone

    def decide(case: Case) -> None:
        due_at = end_of(form.due_on.data, time_zone)
        shared = form.shared.data if form.may_share.data else None
        corrective.decide(case, Change(form.what.data, uuid.UUID(form.owner.data), due_at, shared), actor=me())

    return act(page, form, decide, done=gettext("It is decided, and they are told."), needs_version=False)


@bp.route("/cases/<reference>/corrections/<uuid:action_id>", methods=["GET", "POST"])
def finish_correction_case(reference: str, action_id: uuid.UUID) -> ResponseReturnValue:
    page, form = opened(reference), FinishCorrectionForm()
    row = next((row for row, _ in page.changes.own if row.id == action_id), None)
    if row is None:
        abort(404)
    if not corrective.may_finish(me(), row, page.case):
        raise NotAllowed(Permission.CORRECT)
    return act(
        page,
        form,
        lambda case: corrective.finish(case, action_id, form.evidence.data, actor=me()),
        done=gettext("It is marked as done."),
        needs_version=False,
        lead=row.words,
    )
