"""One's own second factor: set up, its recovery codes, turned off."""

import segno
from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf import FlaskForm
from markupsafe import Markup

from engage.domain import second_factor as rules
from engage.domain.policy import NotAllowed
from engage.services import passkeys, second_factor, sessions
from engage.services.second_factor import WrongCode
from engage.unit_of_work import unit_of_work
from engage.web import gate, step_up
from engage.web.account import session
from engage.web.account.blueprint import bp
from engage.web.account.forms import CodeForm


@bp.route("/second-factor", methods=["GET", "POST"])
def set_up_second_factor() -> ResponseReturnValue:
    if answer := step_up.asked():
        return answer
    form, account, secret = CodeForm(), gate.me(), session.secret_being_set_up()
    if form.validate_on_submit():
        try:
            with unit_of_work():
                key, codes = second_factor.set_up(account.id, secret, form.code.data)
                sessions.go_on(session.own_id(), key)
        except WrongCode:
            form.code.errors = [gettext("This is not the code for this picture. Look at the clock of your phone, too.")]
        else:
            session.enter(account.id, key, session.own_id())
            return _shown_once(codes)
    return (
        render_template(
            "account/set_up_second_factor.html",
            form=form,
            # Segno's, made of numbers; of the person's only the address is in it, as dark and light squares.
            picture=Markup(_picture(second_factor.address_of(secret, account.email))),  # noqa: S704 - see above
            secret=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
            must=rules.is_demanded_of(account.actor) and not account.has_second_factor,
            replaces=account.has_app,
            passkeys_possible=passkeys.are_possible(),
        ),
        422 if form.errors else 200,
    )


@bp.route("/second-factor/codes", methods=["GET", "POST"])
def make_recovery_codes() -> ResponseReturnValue:
    if answer := step_up.asked():
        return answer
    form, account = FlaskForm(), gate.me()
    if not account.has_app:
        raise NotAllowed("recovery codes")
    if form.validate_on_submit():
        with unit_of_work():
            codes = second_factor.make_codes(account.id)
        return _shown_once(codes)
    return render_template("account/make_recovery_codes.html", form=form)


@bp.route("/second-factor/off", methods=["GET", "POST"])
def turn_off_second_factor() -> ResponseReturnValue:
    if answer := step_up.asked():
        return answer
    form, account = FlaskForm(), gate.me()
    if not account.has_app or rules.is_demanded_of(account.actor):
        raise NotAllowed("turning off the second factor")
    if form.validate_on_submit():
        with unit_of_work():
            key = second_factor.turn_off(account.id)
            sessions.go_on(session.own_id(), key)
        session.enter(account.id, key, session.own_id())
        flash(gettext("You sign in by your password alone. Sessions elsewhere have ended."), "success")
        return redirect(url_for("account.show_account"), 303)
    return render_template("account/turn_off_second_factor.html", form=form)


def _picture(address: str) -> str:
    return str(segno.make_qr(address, error="m").svg_inline(scale=4, light="#fff"))


def _shown_once(codes: list[str]) -> ResponseReturnValue:
    """The one page that shows the codes, answered to the POST: nothing stores them and no address leads back to it."""
    return render_template("account/show_recovery_codes.html", codes=codes, home=gate.home_of(gate.me().actor))
