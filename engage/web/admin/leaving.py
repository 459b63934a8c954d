"""Somebody leaves, on a day that is known or now, comes back, or moves to another site."""

from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms.fields.choices import SelectChoice

from engage.domain.guards import Refused
from engage.domain.wall_clock import first_showing
from engage.models import StaffUser
from engage.queries import administration
from engage.services import accounts, moving
from engage.services.focal_seats import TooManyFocalPoints
from engage.services.leaving import LastFocalPoint
from engage.unit_of_work import unit_of_work
from engage.web import filters, labels
from engage.web.admin import handing_over
from engage.web.admin.blueprint import bp, me
from engage.web.admin.fields import day, errors_of, pick
from engage.web.admin.user_forms import BareForm


class MoveForm(FlaskForm):
    """From where to where."""

    here = pick(_l("From"))
    there = pick(_l("To"))


class EndForm(FlaskForm):
    """The last day of somebody who is here for a time."""

    last = day(_l("Last day"), needed=False, hint=_l("Leave it empty for somebody who stays."))


@bp.route("/users/<uuid:user_id>/deactivate", methods=["GET", "POST"])
def deactivate_user(user_id: UUID) -> ResponseReturnValue:
    user = administration.user(user_id, me())
    try:
        if not BareForm().validate_on_submit():
            return _before_leaving(user)
        with unit_of_work():
            accounts.deactivate(user_id, actor=me())
    except LastFocalPoint as last:
        words = handing_over.still_needed(last.sites)
        return render_template("admin/still_needed.html", user=administration.user(user_id, me()), words=words), 422
    flash(gettext("They can sign in no longer. What they did stays in the record."), "success")
    return redirect(url_for("admin.edit_user", user_id=user_id), 303)


def _before_leaving(user: StaffUser) -> ResponseReturnValue:
    user_id = user.id
    handed = handing_over.look(lambda: accounts.deactivate(user_id, actor=me()))
    title = gettext("Deactivate %(name)s", name=user.name)
    return handing_over.page(user, handed, title=title, button=gettext("Deactivate"))


@bp.route("/users/<uuid:user_id>/reactivate", methods=["POST"])
def reactivate_user(user_id: UUID) -> ResponseReturnValue:
    administration.user(user_id, me())
    try:
        with unit_of_work():
            accounts.reactivate(user_id, actor=me())
    except TooManyFocalPoints as full:
        user, words = administration.user(user_id, me()), handing_over.enough(full.sites)
        return render_template("admin/still_needed.html", user=user, words=words, is_full=True), 422
    flash(gettext("They can sign in again, with the roles shown here."), "success")
    return redirect(url_for("admin.edit_user", user_id=user_id), 303)


@bp.route("/users/<uuid:user_id>/move", methods=["GET", "POST"])
def move_user(user_id: UUID) -> ResponseReturnValue:
    user, form = administration.user(user_id, me()), MoveForm()
    names = {str(site.id): site.name for site in administration.sites(me())}
    form.there.choices = [SelectChoice(*one) for one in names.items()]
    form.here.choices = [SelectChoice(one, names[one]) for one in dict.fromkeys(_places(user)) if one in names]
    if form.validate_on_submit():
        try:
            if answer := _moved(user, UUID(form.here.data), UUID(form.there.data)):
                return answer
        except Refused as refused:
            form.there.errors = [labels.refusal(refused.refusal)]
        except TooManyFocalPoints as full:
            form.there.errors = [handing_over.enough(full.sites)]
        except LastFocalPoint as last:
            form.here.errors = [handing_over.still_needed(last.sites)]
    return render_template("admin/move_user.html", form=form, user=user), 422 if form.errors else 200


def _moved(user: StaffUser, here: UUID, there: UUID) -> ResponseReturnValue:
    user_id = user.id
    handed = handing_over.look(lambda: moving.move(user_id, there, here=here, actor=me()))
    title, button = gettext("Move %(name)s", name=user.name), gettext("Move them")
    if page := handing_over.page_before(user, handed, title=title, button=button):
        return page
    with unit_of_work():
        moving.move(user_id, there, here=here, actor=me())
    flash(gettext("They work at the other site now, with the roles shown here."), "success")
    return redirect(url_for("admin.edit_user", user_id=user_id), 303)


@bp.route("/users/<uuid:user_id>/end", methods=["GET", "POST"])
def set_end(user_id: UUID) -> ResponseReturnValue:
    user = administration.user(user_id, me())
    zone = administration.zone_of(user)
    filters.speak_in(zone)
    last = (user.ends_at - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date() if user.ends_at else None
    form = EndForm(data={"last": last})
    if form.validate_on_submit():
        on = form.last.data
        try:
            with unit_of_work():
                moving.set_end(user_id, _end_of(on, zone) if on else None, actor=me())
        except Refused as refused:
            form.last.errors = [labels.refusal(refused.refusal)]
        else:
            flash(gettext("Saved."), "success")
            return redirect(url_for("admin.edit_user", user_id=user_id), 303)
    problems = errors_of(form)
    page = render_template("admin/set_end.html", form=form, user=user, problems=problems)
    return page, 422 if problems else 200


def _end_of(last: date, zone: str) -> datetime:
    """The first moment after the day, where they work."""
    return first_showing(datetime.combine(last + timedelta(days=1), time()), ZoneInfo(zone))


def _places(user: StaffUser) -> list[str]:
    return [str(row.site_id) for row in user.memberships if row.site_id is not None]
