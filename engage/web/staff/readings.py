"""Unusual reading of cases: what auditors look at, and what they found about it."""

import uuid

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from engage.domain.guards import Refused
from engage.domain.policy import NotAllowed, Role
from engage.queries import readings as queries
from engage.services import readings
from engage.unit_of_work import unit_of_work
from engage.web import filters, labels
from engage.web.staff import form_fields as fields
from engage.web.staff.acting import limits, me
from engage.web.staff.blueprint import bp
from engage.web.staff.form_fields import StaffForm


class SettleReadingForm(StaffForm):
    words = fields.words(_l("What did you find?"), needed=_l("Write what you found"))


@bp.route("/unusual-readings")
def list_unusual_readings() -> ResponseReturnValue:
    if not me().holds(Role.AUDITOR):
        raise NotAllowed("list_unusual_readings")
    return render_template("staff/list_unusual_readings.html", found=queries.found_for(me()))


@bp.route("/unusual-readings/<uuid:reading_id>", methods=["GET", "POST"])
def settle_reading(reading_id: uuid.UUID) -> ResponseReturnValue:
    page, form, why, status = queries.page(reading_id, me()), SettleReadingForm(), None, 200
    filters.speak_in(page.found.site.time_zone)
    form.version.data = 0  # no case stands behind it: only its token counts
    if form.validate_on_submit():
        try:
            with unit_of_work():
                readings.settle(reading_id, form.words.data, actor=me())
        except Refused as refused:
            why, status = labels.refusal(refused.refusal), 422
        else:
            flash(gettext("It is written down."), "success")
            return redirect(url_for("staff.list_unusual_readings"), 303)
    elif form.is_submitted():
        status = 422
    shown = {"page": page, "form": form, "why": why, "limits": limits()}
    return render_template("staff/settle_reading.html", **shown), status
