"""Pages on which a correction is answered, and on which a legal hold is set and lifted."""

import uuid

from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.models import Case
from engage.services import corrections, holds
from engage.web.filters import short_day
from engage.web.staff.acting import act, me, opened
from engage.web.staff.blueprint import bp
from engage.web.staff.form_fields import choices
from engage.web.staff.rights_forms import AnswerCorrectionForm, LiftHoldForm, SetHoldForm


@bp.route("/cases/<reference>/answer-correction", methods=["GET", "POST"])
def answer_correction_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), AnswerCorrectionForm()
    asked = page.rights.waiting
    form.correction.choices = choices(
        [(str(row.id), f"{short_day(row.asked_at)}: {page.read(row.words)[:80]}") for row in asked]
    )

    def answer(case: Case) -> None:
        is_seen = form.decision.data == "yes"
        row_id = uuid.UUID(form.correction.data)
        corrections.answer(case, row_id, form.reason.data, accepted=is_seen, actor=me())

    done = gettext("The person can read it now.")
    return act(page, form, answer, done=done, template="staff/answer_correction_case.html", asked=asked)


@bp.route("/cases/<reference>/set-hold", methods=["GET", "POST"])
def set_hold_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), SetHoldForm()
    done = gettext("The hold stands. Nothing of this case is erased until it is lifted.")
    lead = gettext("While it stands nothing is erased, not even on the person's wish. They are told that it stands.")
    return act(page, form, lambda case: holds.set_hold(case, form.reason.data, actor=me()), done=done, lead=lead)


@bp.route("/cases/<reference>/lift-hold", methods=["GET", "POST"])
def lift_hold_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), LiftHoldForm()
    done = gettext("The hold is lifted. The time for which it is kept counts again.")
    return act(page, form, lambda case: holds.lift_hold(case, form.reason.data, actor=me()), done=done)
