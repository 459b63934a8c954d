"""One's own phone number, for what cannot wait where a mail does not arrive."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from govuk_frontend_wtf.wtforms_widgets import GovTextInput
from wtforms import StringField
from wtforms.validators import Length

from engage.queries import accounts as known
from engage.services import own_phone
from engage.services.own_phone import BadNumber
from engage.unit_of_work import unit_of_work
from engage.web import gate
from engage.web.account.blueprint import bp
from engage.web.proof_forms import without_nul


class PhoneForm(FlaskForm):
    """A number, or none."""

    phone = StringField(
        _l("Phone number"),
        description=_l("Begin with + and the number of the country. Leave it empty to take it away."),
        widget=GovTextInput(),
        filters=[without_nul],
        validators=[Length(max=40)],
    )


@bp.route("/phone", methods=["GET", "POST"])
def leave_phone() -> ResponseReturnValue:
    form, account = PhoneForm(), gate.me()
    if not form.is_submitted():
        form.phone.data = known.row_of(account).phone
    if form.validate_on_submit():
        try:
            with unit_of_work():
                own_phone.leave(account.id, form.phone.data or "", actor=account.actor)
        except BadNumber:
            form.phone.errors = [gettext("Enter a number with that of its country, like +381641234567.")]
        else:
            flash(gettext("Your phone number is changed."), "success")
            return redirect(url_for("account.show_account"), 303)
    return render_template("account/leave_phone.html", form=form), 422 if form.errors else 200
