"""Training: what people were trained in, and from which day on a site's roles need it."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from engage.domain.administration import may_look_after
from engage.domain.guards import Refused
from engage.domain.policy import NotAllowed
from engage.queries import administration
from engage.services import training
from engage.services.training import Taken
from engage.unit_of_work import unit_of_work
from engage.web import labels, training_words
from engage.web.admin.blueprint import bp, me
from engage.web.admin.fields import day, errors_of, line, pick


class TrainingForm(FlaskForm):
    """A course that somebody took."""

    course = pick(_l("Course"))
    taken_on = day(_l("Taken on"))
    evidence = line(
        _l("What shows it"),
        needed=_l("Say what shows it, for instance a list of who was there."),
        hint=_l("For instance the list of who was there, or the number of a certificate."),
    )


class DemandForm(FlaskForm):
    """The day from which on roles need their training."""

    since = day(_l("From"), needed=False, hint=_l("Leave it empty where no training is written down."))


@bp.route("/users/<uuid:user_id>/training", methods=["GET", "POST"])
def record_training(user_id: UUID) -> ResponseReturnValue:
    user, form = administration.user(user_id, me()), TrainingForm()
    lines = training_words.lines_of(user)
    form.course.choices = [(one.code, one.label) for one in lines]
    if form.validate_on_submit():
        try:
            with unit_of_work():
                taken = Taken(form.course.data, form.taken_on.data, form.evidence.data)
                training.record(user_id, taken, actor=me())
        except Refused as refused:
            form.taken_on.errors = [labels.refusal(refused.refusal)]
        else:
            flash(gettext("Written down."), "success")
            return redirect(url_for("admin.record_training", user_id=user_id), 303)
    shown = {"problems": errors_of(form), "lines": lines, "resting": training_words.resting(user)}
    return render_template("admin/record_training.html", form=form, user=user, **shown), 422 if form.errors else 200


@bp.route("/sites/<code>/training", methods=["GET", "POST"])
def demand_training(code: str) -> ResponseReturnValue:
    site = administration.site(code, me())
    if site.is_group_intake and not may_look_after(me(), None):
        raise NotAllowed("training of all sites")
    form = DemandForm(data={"since": site.training_since})
    if form.validate_on_submit():
        with unit_of_work():
            training.demand(site.code, form.since.data, actor=me())
        flash(gettext("Saved. Roles whose training is missing rest from that day on."), "success")
        return redirect(url_for("admin.demand_training", code=code), 303)
    problems = errors_of(form)
    page = render_template("admin/demand_training.html", form=form, site=site, problems=problems)
    return page, 422 if problems else 200
