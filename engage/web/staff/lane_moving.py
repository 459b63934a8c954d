"""Moving a restricted case into the lane."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.queries import case_page
from engage.services import cases
from engage.services.lane import moving
from engage.unit_of_work import unit_of_work
from engage.web import labels
from engage.web.staff.acting import me
from engage.web.staff.blueprint import lane_bp as bp
from engage.web.staff.lane_forms import MoveForm


@bp.route("/move/<reference>", methods=["GET", "POST"])
def move_to_lane(reference: str) -> ResponseReturnValue:
    page, form = case_page.page(reference, me()), MoveForm()
    why = moving.why_not_move(page.case)
    if form.validate_on_submit() and why is None:
        with unit_of_work():
            report_id = moving.move(cases.lock(reference, me()), actor=me())
        flash(gettext("It is in the lane now. Of the case its record alone is left."), "success")
        return redirect(url_for("lane.show_report", report_id=report_id), 303)
    form.version.data = page.case.version
    return render_template(
        "staff/move_to_lane.html", form=form, page=page, files=len(page.files), why=labels.refusal(why) if why else None
    ), 409 if why else 422 if form.errors else 200
