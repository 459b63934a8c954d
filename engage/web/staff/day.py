"""My day: what is due, what arrived, what waits for the reader, what they promised."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf import FlaskForm

from engage import clock
from engage.domain.tasks import WORKERS
from engage.queries import day as queries
from engage.services import day as services
from engage.unit_of_work import unit_of_work
from engage.web import gate
from engage.web.staff import day_view
from engage.web.staff.acting import me
from engage.web.staff.blueprint import bp


@bp.route("/day")
def day() -> ResponseReturnValue:
    now = clock.utcnow()
    found = queries.day(me(), now)
    return render_template(
        "staff/day.html",
        lists=day_view.lists(found, now),
        form=FlaskForm(),
        stands_in_for=day_view.names_of(found.stands_in_for),
        since=day_view.since(found, gate.me()),
        can_add=me().holds(*WORKERS),
    )


@bp.route("/day/seen", methods=["POST"])
def see_day() -> ResponseReturnValue:
    if FlaskForm().validate_on_submit():
        with unit_of_work():
            services.note_seen(me())
        flash(gettext("What arrived is marked as seen."), "success")
    return redirect(url_for("staff.day"), 303)
