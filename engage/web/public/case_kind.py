"""We ask the person whether their grievance may be treated as something else; they say yes or no."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from engage.domain.guards import Refusal, Refused
from engage.queries import own_case
from engage.queries.own_case import Holder
from engage.services import cases, converting, sent_forms
from engage.services.answers import SignOff
from engage.unit_of_work import unit_of_work
from engage.web.filters import speak_in
from engage.web.locale import gettext
from engage.web.public.blueprint import bp
from engage.web.public.case_forms import YES, AgreeForm
from engage.web.public.case_session import prepared, token_of, with_case


@bp.route("/case/kind", methods=["GET", "POST"])
@with_case
def agree_to_kind(holder: Holder) -> ResponseReturnValue:
    form = prepared(AgreeForm(), holder)
    if form.validate_on_submit():
        agreed = form.agreed.data == YES
        with unit_of_work():
            case = cases.lock_of_person(holder.case_id)
            if sent_forms.is_first(case.id, token_of(form)):
                said = SignOff(words=form.words.data)
                converting.answer(case, agreed=agreed, actor=holder.actor, sign_off=said)
        said_so = gettext("Thank you. We answer you on this page.")
        flash(said_so if agreed else gettext("Thank you. It stays a problem that must be put right."), "success")
        return redirect(url_for("public.show_case"), 303)
    case = own_case.facts(holder.actor)
    speak_in(case.site.time_zone)
    asked = own_case.asked_to_convert(case)
    if asked is None:
        raise Refused(Refusal("nothing_asked"))
    page = render_template("public/agree_to_kind.html", form=form, reference=case.reference, asked=asked)
    return page, 422 if form.errors else 200
