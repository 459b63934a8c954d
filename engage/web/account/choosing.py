"""Choosing a password by a link from a mail, and asking for such a link. Open to anyone."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.services import account_links, choosing_password, sign_in
from engage.services import single_sign_on as sso
from engage.services.account_links import DeadLink
from engage.services.new_passwords import WeakPassword
from engage.services.passwords import SHORTEST
from engage.services.sign_in import TooSoon
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from engage.web import step_up
from engage.web.account import session, single_sign_on
from engage.web.account.blueprint import bp
from engage.web.account.forms import ChoosePasswordForm, ForgotPasswordForm
from engage.web.account.password_words import are_same, words_of_weakness

# Tries to ask are counted as guesses are, apart from them: who asks slows down no sign-in.
_ASKING = "forgot"


@bp.route("/forgot-password", methods=["GET", "POST"])
def forgot_password() -> ResponseReturnValue:
    form, status = ForgotPasswordForm(), 200
    if form.validate_on_submit():
        try:
            with unit_of_work():
                sign_in.take_try(f"{_ASKING} {form.email.data}", session.place_of(form.email.data))
                choosing_password.ask_for_reset(form.email.data)
        except TooSoon as error:
            form.email.errors, status = [step_up.words_of_wait(error)], 429
        else:
            flash(gettext("If somebody here has this address, a link goes to it in the next minutes. It works once."))
            return redirect(url_for("account.forgot_password"), 303)
    return render_template("account/forgot_password.html", form=form), 422 if form.errors and status == 200 else status


@bp.route("/choose-password", methods=["GET", "POST"])
def choose_password() -> ResponseReturnValue:
    form = ChoosePasswordForm()
    if "provider" in request.form:
        return _by_provider(form)
    if form.validate_on_submit() and are_same(form):
        try:
            with unit_of_work():
                choosing_password.choose(form.code.data, form.new.data)
        except DeadLink as dead:
            form.code.errors = [_words_of_death(dead.code)]
        except WeakPassword as error:
            form.new.errors = [words_of_weakness(error.code)]
        else:
            flash(gettext("Your password is chosen. Sign in with it."), "success")
            return redirect(url_for("account.sign_in"), 303)
    return _choice(form)


def _by_provider(form: ChoosePasswordForm) -> ResponseReturnValue:
    """On to single sign-on with the invitation, which is used up when its holder comes back."""
    try:
        account_links.owner_of(form.code.data or "")
    except DeadLink as dead:
        form.code.errors = [_words_of_death(dead.code)]
        return _choice(form)
    return single_sign_on.page_for_invited(form.code.data)


def _choice(form: ChoosePasswordForm) -> ResponseReturnValue:
    provider = settings().OIDC_NAME if sso.is_on() else None
    page = render_template("account/choose_password.html", form=form, shortest=SHORTEST, provider=provider)
    return page, 422 if form.errors else 200


def _words_of_death(code: str) -> str:
    return {
        "unknown": gettext("This code opens nothing. Check each letter and number, or ask for a new one below."),
        "used": gettext(
            "This code was used already. If it was you, sign in with the password that you chose. If it was not you, "
            "ask for a new one below and tell an administrator today."
        ),
        "replaced": gettext("There is a newer code. Use the one in the newest mail, or ask for another below."),
        "too_old": gettext("This code is too old. Ask for a new one below."),
    }[code]
