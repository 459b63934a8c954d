"""Asking a second person to refuse a request for information."""

from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from engage.services import refusing
from engage.web.staff import form_fields as fields
from engage.web.staff import offered
from engage.web.staff.acting import act, me, opened
from engage.web.staff.blueprint import bp
from engage.web.staff.form_fields import StaffForm


class RefuseInformationForm(StaffForm):
    reason = fields.choose(_l("Why can it not be given?"), needed=_l("Choose a reason"))
    explanation = fields.words(
        _l("Explain it to the person"),
        hint=_l("They get these words. They can appeal. Give what can be given: part of it is better than nothing."),
        needed=_l("Write an explanation for the person"),
    )
    referral = fields.words(
        _l("Where else can they ask for it, or complain?"),
        hint=_l("Name of the place and how to reach it."),
        needed=_l("Write where they can turn to"),
    )


@bp.route("/cases/<reference>/refuse-information", methods=["GET", "POST"])
def refuse_information_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), RefuseInformationForm()
    form.reason.choices = offered.terms(page, refusing.REASONS)
    return act(
        page,
        form,
        lambda case: refusing.ask(case, form.reason.data, form.explanation.data, form.referral.data, actor=me()),
        done=gettext("You asked for it. A second person has to decide before anything is closed."),
        lead=gettext(
            "Information is never refused because it is awkward or a lot of work, and nobody has to say why they want "
            "it. A second person decides; the person gets your words and can appeal."
        ),
    )
