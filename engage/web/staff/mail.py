"""The holding pen: mail that nobody could place by machine, and what somebody of ours makes of it."""

import uuid

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.domain.guards import Refused
from engage.domain.policy import NotAllowed
from engage.domain.received_mail import Decision, MailState, NotOurs
from engage.queries import pen
from engage.services.inbound import deciding
from engage.unit_of_work import unit_of_work
from engage.web.labels import refusal
from engage.web.staff.acting import limits, me
from engage.web.staff.blueprint import bp
from engage.web.staff.mail_forms import PlaceMailForm, form_for


@bp.route("/mail")
def list_mail() -> ResponseReturnValue:
    _sorts()
    return render_template(
        "staff/list_mail.html",
        rows=pen.waiting(me()),
        count=pen.count_waiting(me()),
        overdue=pen.count_overdue(me()),
    )


@bp.route("/mail/<uuid:mail_id>", methods=["GET", "POST"])
def place_mail(mail_id: uuid.UUID) -> ResponseReturnValue:
    _sorts()
    page = pen.page(mail_id, me())
    form, why, status = form_for(page), None, 200
    if form.validate_on_submit():
        try:
            with unit_of_work():
                _place(mail_id, form)
        except Refused as error:
            why, status = refusal(error.refusal), 409
        else:
            flash(gettext("It is written down. What is to be done is done in a moment."), "success")
            return redirect(url_for("staff.list_mail"), 303)
        page = pen.page(mail_id, me())
    elif form.is_submitted():
        status = 422
    is_open = page.mail.state is MailState.PEN
    shown = {"page": page, "form": form, "why": why, "limits": limits(), "is_open": is_open}
    return render_template("staff/place_mail.html", **shown), status


def _sorts() -> None:
    if not pen.sorts_mail(me()):
        raise NotAllowed("list_mail")


def _place(mail_id: uuid.UUID, form: PlaceMailForm) -> None:
    match form.decision.data:
        case Decision.MAKE_CASE:
            deciding.make_case(mail_id, form.site.data, actor=me())
        case Decision.NOT_OURS:
            deciding.put_aside(mail_id, NotOurs(form.why.data), actor=me())
        case decision:
            is_from_person = decision == Decision.ATTACH
            deciding.attach(mail_id, form.case_reference, from_person=is_from_person, actor=me())
