"""Who the person is to us and how we reach them: changed, tightened, loosened, burned by themselves."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms.fields.choices import SelectChoice

from engage.domain.case import ROADS, Identity, Road
from engage.extensions import csrf
from engage.notify import gateways
from engage.queries import own_case
from engage.queries.own_case import Holder
from engage.services import address_changes, cases, contact, same_person, sent_forms, stopping_mails
from engage.services.contact import ContactRefused, Problem, Values
from engage.services.receipt_codes import DeadLink
from engage.unit_of_work import unit_of_work
from engage.web.public.blueprint import bp
from engage.web.public.case_forms import BurnForm, ContactForm
from engage.web.public.case_session import prepared, token_of, with_case

# The words of each problem, as the person reads them beside the field.
PROBLEMS = {
    Problem.ROAD_NOT_OPEN: lazy_gettext("This way does not fit with who may know your name. Choose another way."),
    Problem.NEEDS_EMAIL: lazy_gettext("Type an e-mail address, so that we can send word to it."),
    Problem.NEEDS_EMAIL_OR_PHONE: lazy_gettext("Type an e-mail address or a phone number."),
    Problem.NEEDS_ALL_AGAIN: lazy_gettext("Type this again, too. Nobody here can see what we have."),
    Problem.NEEDS_FACILITATOR: lazy_gettext("Say who it is and how to reach them."),
    Problem.BAD_EMAIL: lazy_gettext("Type an e-mail address like name@example.org."),
    Problem.BAD_PHONE: lazy_gettext("Type a phone number with the number of the country, like +381 11 123 4567."),
    Problem.WORD_TOO_LONG: lazy_gettext("This word is too long. Use 30 characters or fewer."),
    Problem.TOO_LONG: lazy_gettext("This is too long. Use 200 characters or fewer."),
}


@bp.route("/case/contact", methods=["GET", "POST"])
@with_case
def change_contact(holder: Holder) -> ResponseReturnValue:
    form = prepared(ContactForm(), holder)
    case = own_case.facts(holder.actor)
    if gateways.is_there():
        hidden = gettext("By e-mail or text message, to an address that no one here can see")
        form.road.choices = [
            SelectChoice(one.value, hidden) if one.value == Road.RELAY else one for one in form.road.choices
        ]
    if not form.is_submitted():
        form.identity.data, form.road.data = case.identity.value, case.road.value
        form.same_person.data = same_person.has_agreed(case)
    if form.validate_on_submit():
        try:
            _change(form, holder)
        except ContactRefused as refused:
            for name, problem in refused.problems.items():
                form[name].errors = [str(PROBLEMS[problem])]
        else:
            flash(_told(Road(form.road.data)), "success")
            return redirect(url_for("public.show_case"), 303)
    page = render_template(
        "public/change_contact.html", form=form, road=case.road, roads=ROADS, texts_leave=gateways.is_there()
    )
    return page, 422 if form.errors else 200


@bp.route("/case/address/<link>", methods=["GET", "POST"])
def confirm_address(link: str) -> ResponseReturnValue:
    form = FlaskForm()
    try:
        if form.validate_on_submit():
            with unit_of_work():
                address_changes.confirm(link)
            return render_template("public/address_confirmed.html")
        address_changes.check_link(link)
    except DeadLink:
        return render_template("public/dead_link.html", takes_texts=False), 410
    return render_template("public/confirm_address.html", form=form)


@bp.route("/case/no-more-mails/<code>", methods=["GET", "POST"])
@csrf.exempt  # a mail program sends this form without having seen the page: the code is all it has (RFC 8058, 3.2)
def stop_mails(code: str) -> ResponseReturnValue:
    try:
        if request.method == "POST":
            with unit_of_work():
                is_erased = stopping_mails.stop(code)
            return render_template("public/mails_stopped.html", is_erased=is_erased)
        stopping_mails.check_code(code)
    except DeadLink:
        return render_template("public/dead_stop_link.html"), 410
    return render_template("public/stop_mails.html", form=FlaskForm())


@bp.route("/case/contact/burn", methods=["GET", "POST"])
@with_case
def burn_contact(holder: Holder) -> ResponseReturnValue:
    form = prepared(BurnForm(), holder)
    if form.validate_on_submit():
        with unit_of_work():
            case = cases.lock_of_person(holder.case_id)
            if sent_forms.is_first(case.id, token_of(form)):
                contact.burn(case, actor=holder.actor, name_too=form.name_too.data)
        flash(gettext("It is erased. Nobody here can reach you now. Come back with your code."), "success")
        return redirect(url_for("public.show_case"), 303)
    case = own_case.facts(holder.actor)
    return render_template("public/burn_contact.html", form=form, is_anonymous=case.identity is Identity.ANONYMOUS)


def _change(form: ContactForm, holder: Holder) -> None:
    with unit_of_work():
        case = cases.lock_of_person(holder.case_id)
        if not sent_forms.is_first(case.id, token_of(form)):
            return
        contact.set_contact(
            case,
            identity=Identity(form.identity.data),
            road=Road(form.road.data),
            values=Values(
                name=form.name.data,
                organisation=form.organisation.data,
                email=form.email.data,
                phone=form.phone.data,
                facilitator=form.facilitator.data,
                post=form.post.data,
                word=form.word.data,
            ),
            actor=holder.actor,
            tells_former=form.tells_former.data,
        )
        agreed = form.same_person.data and Road(form.road.data) in contact.ADDRESSED
        same_person.agree(case, agreed=agreed, typed=form.email.data, actor=holder.actor)


def _told(road: Road) -> str:
    match road:
        case Road.NONE:
            return gettext("Changed. We will not reach out to you. Come back with your code.")
        case Road.RELAY:
            return gettext("Changed. We send word to your address, and no one here can see it.")
        case Road.FACILITATOR:
            return gettext("Changed. We send word through the person you named.")
        case _:
            return gettext("Changed. We write or call when there is news.")
