"""Codes: the door to a case, a new code for an old one, and the way back for those who lost theirs."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage import vault
from engage.domain import receipts
from engage.notify import gateways
from engage.queries import own_case, own_report
from engage.queries.own_case import Holder
from engage.services import cases, receipt_codes
from engage.services.lane import codes as lane_codes
from engage.services.receipt_codes import DeadLink, WrongCode
from engage.unit_of_work import unit_of_work
from engage.web import limits
from engage.web.public import case_session
from engage.web.public.blueprint import bp
from engage.web.public.case_forms import ChangeCodeForm, CodeForm, LostCodeForm, NewCodeForm
from engage.web.public.case_session import is_plain_token, new_plain_token, prepared, receipt_held, token_of, with_case
from engage.web.public.own_report import show_new_code

# No door here turns anybody away. A limit for everybody lets a single sender shut all others out, and a flood gains
# nothing: a code has 80 bits, a link 192, and a case sends few links by itself. Only who tries address after address
# for one concern from one place gets no link for a while; the answer is the same.


@bp.route("/case", methods=["GET", "POST"])
def enter_code() -> ResponseReturnValue:
    form = CodeForm()
    if form.validate_on_submit():
        try:
            with unit_of_work():
                opened = receipt_codes.open_case(form.code.data)
        except WrongCode:
            form.code.errors = [gettext("This code does not open anything. Check each letter and number.")]
        else:
            case_session.enter(opened)
            return redirect(url_for("public.show_case"), 303)
    return render_template("public/enter_code.html", form=form), 422 if form.errors else 200


@bp.route("/case/code", methods=["GET", "POST"])
def change_code() -> ResponseReturnValue:
    if shown := _shown_again():
        return shown
    return _change_code()


@with_case
def _change_code(holder: Holder) -> ResponseReturnValue:
    form = prepared(ChangeCodeForm(), holder)
    if form.validate_on_submit():
        with unit_of_work():
            case = cases.lock_of_person(holder.case_id)
            why = "first_use" if holder.must_change else "person"
            new = receipt_codes.change_code(case, token_of(form), why=why)
        return show_new_code(new)
    return render_template("public/change_code.html", form=form, must_change=holder.must_change)


@bp.route("/case/lost", methods=["GET", "POST"])
def lost_code() -> ResponseReturnValue:
    form = LostCodeForm()
    if form.validate_on_submit():
        about = vault.digest(receipts.reference_as_issued(form.reference.data), vault.LIMITS)
        may_send = not limits.is_too_fast(limits.LOST_CODES, f"lost:{about}")
        with unit_of_work():
            receipt_codes.ask_for_link(form.reference.data, form.address.data, may_send=may_send)
        flash(
            gettext("If this concern has an e-mail address, a link is on its way to it. It works once, for 24 hours.")
        )
        return redirect(url_for("public.lost_code"), 303)
    return render_template("public/lost_code.html", form=form), 422 if form.errors else 200


@bp.route("/case/link/<link>", methods=["GET", "POST"])
def use_code_link(link: str) -> ResponseReturnValue:
    form = NewCodeForm()
    try:
        if form.validate_on_submit() and is_plain_token(form.form_token.data):
            with unit_of_work():
                new = receipt_codes.code_from_link(link, form.form_token.data)
            return show_new_code(new)
        receipt_codes.check_link(link)
    except DeadLink:
        return render_template("public/dead_link.html", takes_texts=gateways.is_there()), 410
    form.form_token.data = new_plain_token()
    return render_template("public/use_code_link.html", form=form, link=link)


def _shown_again() -> ResponseReturnValue | None:
    """The answer to the second click: its cookie still holds the code that died by the first."""
    token, receipt_id = request.form.get("form_token", "")[:32], receipt_held()
    if request.method != "POST" or receipt_id is None or not is_plain_token(token):
        return None
    if own_case.holder(receipt_id) is not None or own_report.holder(receipt_id) is not None:
        return None
    new = receipt_codes.changed_before(receipt_id, token) or lane_codes.changed_before(receipt_id, token)
    return show_new_code(new) if new else None
