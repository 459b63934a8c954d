"""Being away: who stands in for oneself, or for a colleague whose work the reader assigns."""

import uuid

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms.fields.choices import SelectChoice

from engage import clock
from engage.domain.guards import Refused
from engage.domain.policy import NotAllowed
from engage.queries import absence as queries
from engage.queries.absence import Colleague
from engage.services import absences
from engage.services.absences import Away
from engage.unit_of_work import unit_of_work
from engage.web import filters
from engage.web.staff import offered
from engage.web.staff.absence_forms import AbsenceForm
from engage.web.staff.acting import limits, me
from engage.web.staff.blueprint import bp
from engage.web.staff.doors import words_of
from engage.web.staff.site_days import midnight_after, start_of


@bp.route("/absence", methods=["GET", "POST"])
def absence() -> ResponseReturnValue:
    return _page(uuid.UUID(str(me().id)))


@bp.route("/absence/<uuid:user_id>", methods=["GET", "POST"])
def absence_of(user_id: uuid.UUID) -> ResponseReturnValue:
    return _page(user_id)


@bp.route("/absences/<uuid:absence_id>/end", methods=["POST"])
def end_absence(absence_id: uuid.UUID) -> ResponseReturnValue:
    if not FlaskForm().validate_on_submit():
        abort(400)
    try:
        with unit_of_work():
            user_id = absences.end(absence_id, actor=me())
    except NotAllowed:
        abort(404)
    except Refused as error:
        flash(words_of(error.refusal), "warning")
        return redirect(url_for("staff.day"), 303)
    if user_id == me().id:
        flash(gettext("It is noted. What is yours to do is with you again."), "success")
    else:
        flash(gettext("It is noted. What is theirs to do is with them again."), "success")
    return redirect(_address(user_id), 303)


def _page(user_id: uuid.UUID) -> ResponseReturnValue:
    colleagues = queries.colleagues(me(), clock.utcnow())
    who = next((one for one in colleagues if one.id == user_id), None)
    if who is None:  # nobody, or nobody whose absence is the reader's to note
        abort(404)
    filters.speak_in(who.time_zone)
    form, why = AbsenceForm(), None
    form.replacement.choices = [offered.nothing(), *_fitting(who, colleagues)]
    if form.validate_on_submit():
        try:
            with unit_of_work():
                absences.begin(user_id, _told(form, who.time_zone), actor=me())
        except Refused as error:
            why = words_of(error.refusal)
        else:
            flash(gettext("It is noted, and whoever stands in is told."), "success")
            return redirect(_address(user_id), 303)
    return (
        render_template(
            "staff/absence.html",
            form=form,
            why=why,
            limits=limits(),
            who=None if user_id == me().id else who.name,
            absences=_noted(user_id),
            colleagues=[
                {"name": offered.with_absence(one.name, one.away_until), "href": _address(one.id)}
                for one in colleagues
                if one.id not in (user_id, me().id)
            ],
        ),
        422 if form.is_submitted() else 200,
    )


def _noted(user_id: uuid.UUID) -> list[dict[str, object]]:
    """What is noted and not over, in words."""
    names = queries.names()
    return [
        {
            "id": row.id,
            "first": filters.day(row.starts_at),
            "last": filters.day(offered.last_day(row.ends_at)),
            "stands_in": names.get(row.replacement_id, gettext("somebody who has left")),
        }
        for row in queries.of(user_id, clock.utcnow())
    ]


def _told(form: AbsenceForm, time_zone: str) -> Away:
    starts_at = start_of(form.first_day.data, time_zone) if form.first_day.data else clock.utcnow()
    return Away(starts_at, midnight_after(form.last_day.data, time_zone), uuid.UUID(form.replacement.data))


def _fitting(who: Colleague, colleagues: list[Colleague]) -> list[SelectChoice]:
    found = queries.candidates(who.actor)
    away = {one.id: one.away_until for one in colleagues if one.away_until}
    return [SelectChoice(str(user), offered.with_absence(name, away.get(user))) for user, name in found]


def _address(user_id: uuid.UUID) -> str:
    return url_for("staff.absence") if user_id == me().id else url_for("staff.absence_of", user_id=user_id)
