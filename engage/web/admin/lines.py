"""Where somebody stands: whom they report to, their department, their contractor."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional

from engage.domain.conflicts import Employed
from engage.domain.guards import Refused
from engage.queries import administration
from engage.services import lines
from engage.unit_of_work import unit_of_work
from engage.web import labels
from engage.web.admin.blueprint import bp, me
from engage.web.locale import gettext


def _tidy(value: str | None) -> str | None:
    return " ".join(value.replace("\0", "").split()) or None if value else None


class LineForm(FlaskForm):
    """Where somebody stands."""

    reports_to = SelectField(_l("Reports to"), filters=[_tidy], validators=[Optional()])
    department = StringField(_l("Department"), filters=[_tidy], validators=[Optional(), Length(max=120)])
    contractor = StringField(
        _l("Contractor"),
        description=_l("Whose employee they are. Leave it empty for the company's own people."),
        filters=[_tidy],
        validators=[Optional(), Length(max=120)],
    )


@bp.route("/users/<uuid:user_id>/line", methods=["GET", "POST"])
def place_user(user_id: UUID) -> ResponseReturnValue:
    user = administration.user(user_id, me())
    form = LineForm(obj=user, data={"reports_to": str(user.reports_to_id or "")})
    others = [(str(one.id), one.name) for one in administration.users(me()) if one.id != user_id]
    known = {value for value, _ in others}
    if user.reports_to_id is not None and str(user.reports_to_id) not in known:
        others.append((str(user.reports_to_id), gettext("somebody of another site")))
    form.reports_to.choices = [
        SelectChoice("", gettext("Nobody")),
        *(SelectChoice(value, name) for value, name in others),
    ]
    if form.validate_on_submit():
        lead = form.reports_to.data
        at = Employed(UUID(lead) if lead else None, form.department.data, form.contractor.data)
        try:
            with unit_of_work():
                lines.place(user_id, at, actor=me())
        except Refused as refused:
            form.reports_to.errors = [labels.refusal(refused.refusal)]
        else:
            flash(gettext("Saved."), "success")
            return redirect(url_for("admin.edit_user", user_id=user_id), 303)
    return render_template("admin/place_user.html", form=form, user=user), 422 if form.errors else 200
