"""One's own passkeys: asked for, added, removed, and signing in with one."""

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user
from flask_wtf import FlaskForm

from engage.domain.guards import Refused
from engage.domain.second_factor import PasskeyUse
from engage.queries import accounts as known
from engage.services import passkeys, sessions, sign_in
from engage.services.passkeys import WrongPasskey
from engage.unit_of_work import unit_of_work
from engage.web import gate, labels, passkey_questions, step_up
from engage.web.account import session, views
from engage.web.account.blueprint import bp
from engage.web.account.forms import AddPasskeyForm, PasskeySignInForm, SignInForm
from engage.web.account.proving import let_in, way_on

_JSON = {"Content-Type": "application/json"}


@bp.route("/passkey-question", methods=["POST"])
def ask_passkey() -> ResponseReturnValue:
    """Answer with a question for a device, as JSON; 401 where who asks has to sign in, or to prove themself, first."""
    use = request.form.get("use", "")
    if use == PasskeyUse.ADD and current_user.is_authenticated and step_up.is_recent():
        return passkey_questions.asked(PasskeyUse.ADD, gate.me().id), _JSON
    if use == PasskeyUse.PROVE and (account := _known()) is not None:
        return passkey_questions.asked(PasskeyUse.PROVE, account), _JSON
    if use == PasskeyUse.SIGN_IN:
        return passkey_questions.asked(PasskeyUse.SIGN_IN, None), _JSON
    return "{}", 401, _JSON


def _known() -> uuid.UUID | None:
    """Whoever is signed in, or has given a password and not more."""
    if current_user.is_authenticated:
        return gate.me().id
    half = session.half_entered()
    return half.account.id if half is not None else None


@bp.route("/sign-in/passkey", methods=["POST"])
def sign_in_passkey() -> ResponseReturnValue:
    form = PasskeySignInForm()
    user_id = None
    if form.validate_on_submit():
        user_id = passkey_questions.answered_by(form.answer.data, PasskeyUse.SIGN_IN)
    account = known.by_id(user_id) if user_id is not None else None
    if account is None:
        again = SignInForm(formdata=None)
        again.form_errors.append(gettext("This passkey does not open an account. Try again, or use your password."))
        return views.door(again), 422
    with unit_of_work():
        session_id = sign_in.begin(account.id, session.place_of(account.email), session.browser())
    session.enter(account.id, account.session_key, session_id)
    return let_in(way_on(form.next.data) or url_for(gate.home_of(account.actor)), account.email)


@bp.route("/passkeys/add", methods=["GET", "POST"])
def add_passkey() -> ResponseReturnValue:
    if answer := step_up.asked():
        return answer
    form, account = AddPasskeyForm(), gate.me()
    if form.validate_on_submit():
        try:
            question = passkey_questions.taken(PasskeyUse.ADD, account.id)
            with unit_of_work():
                key = passkeys.add(account.id, question or b"", form.answer.data, form.name.data)
                sessions.go_on(session.own_id(), key)
        except WrongPasskey:
            form.name.errors = [gettext("Your device did not answer as it should. Press the button once more.")]
        except Refused as refused:
            form.name.errors = [labels.refusal(refused.refusal)]
        else:
            session.enter(account.id, key, session.own_id())
            flash(gettext("The passkey is added. Sessions elsewhere have ended."), "success")
            return redirect(url_for("account.show_account"), 303)
    page = render_template("account/add_passkey.html", form=form, possible=passkeys.are_possible())
    return page, 422 if form.errors else 200


@bp.route("/passkeys/<uuid:passkey_id>/remove", methods=["GET", "POST"])
def remove_passkey(passkey_id: uuid.UUID) -> ResponseReturnValue:
    if answer := step_up.asked():
        return answer
    form, account = FlaskForm(), gate.me()
    row = known.passkey_of(account, passkey_id)
    if form.validate_on_submit():
        try:
            with unit_of_work():
                passkeys.remove(account.id, passkey_id)
        except Refused as refused:
            flash(labels.refusal(refused.refusal), "warning")
        else:
            flash(gettext("The passkey opens nothing any more."), "success")
        return redirect(url_for("account.show_account"), 303)
    return render_template("account/remove_passkey.html", form=form, passkey=row)
