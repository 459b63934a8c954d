"""Signing in and out, and one's own password."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user, login_fresh

from engage.domain import second_factor as rules
from engage.queries import accounts as known
from engage.services import accounts, passkeys, second_factor, sessions, sign_in, single_sign_on
from engage.services.accounts import WrongPassword
from engage.services.new_passwords import WeakPassword
from engage.services.passwords import SHORTEST
from engage.services.sign_in import TooSoon
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from engage.web import gate, labels, step_up, training_words
from engage.web.account import session
from engage.web.account.blueprint import bp
from engage.web.account.forms import ChangePasswordForm, SignInForm
from engage.web.account.password_words import are_same, words_of_weakness
from engage.web.account.proving import let_in, way_on


@bp.route("/sign-in", methods=["GET", "POST"], endpoint="sign_in")
def show_sign_in() -> ResponseReturnValue:
    if current_user.is_authenticated and login_fresh() and request.method == "GET":
        return redirect(url_for(gate.home_of(gate.me().actor)), 303)
    form = SignInForm()
    status = 200
    if form.validate_on_submit():
        try:
            if answer := _try(form):
                return answer
            if not form.form_errors:
                form.form_errors.append(gettext("The address and the password do not fit together."))
        except TooSoon as error:
            form.form_errors.append(step_up.words_of_wait(error))
            status = 429
    elif not form.is_submitted():
        form.next.data = request.args.get("next")
    return door(form), status if status != 200 or not form.errors else 422


def door(form: SignInForm) -> str:
    """Return the page with every way in that there is here."""
    provider = settings().OIDC_NAME if single_sign_on.is_on() else None
    return render_template("account/sign_in.html", form=form, passkeys=passkeys.are_possible(), provider=provider)


def _try(form: SignInForm) -> ResponseReturnValue | None:
    """Let the sender in, or on to the code; or return None. The slow look at the password holds nobody else up."""
    email, password = form.email.data, form.password.data
    place = session.place_of(email)
    with unit_of_work():
        sign_in.take_try(email, place)
    user_id = sign_in.checked(email, password)
    if user_id is None:
        return None
    if not sign_in.may_use_password(user_id):
        form.form_errors.append(gettext("Use %(name)s: passwords are off here.", name=settings().OIDC_NAME))
        return None
    with unit_of_work():
        user = sign_in.renew(user_id, password)
        key, actor, needs_code = user.session_key, user.actor, second_factor.is_set_up(user_id)
        session_id = None if needs_code else sign_in.begin(user_id, place, session.browser())
    if session_id is None:
        session.enter_half(user_id, key, way_on(form.next.data))
        return redirect(url_for("account.sign_in_code"), 303)
    session.enter(user_id, key, session_id)
    return let_in(way_on(form.next.data) or url_for(gate.home_of(actor)), email)


@bp.route("/sign-out", methods=["POST"])
def sign_out() -> ResponseReturnValue:
    with unit_of_work():
        accounts.end_sessions(gate.me().id)
    session.leave()
    flash(gettext("You are signed out, here and everywhere."), "success")
    answer = make_response(redirect(url_for("account.sign_in"), 303))
    # Not the cookies: the banner lies in one, and in another what keeps strangers from slowing the owner down.
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@bp.route("/")
def show_account() -> ResponseReturnValue:
    everywhere, names = gettext("All sites"), dict(gate.me().places)
    roles = sorted(
        (names[held.site_id] if held.site_id else everywhere, labels.label("role", held.role))
        for held in gate.me().actor.memberships
    )
    account = gate.me()
    user = known.row_of(account)
    return render_template(
        "account/show_account.html",
        account=account,
        resting=training_words.resting(user),
        courses=[line for line in training_words.lines_of(user) if line.needed_by],
        roles=roles,
        is_demanded=rules.is_demanded_of(account.actor),
        passkeys=passkeys.of(account.id),
        passkeys_possible=passkeys.are_possible(),
        codes_left=second_factor.codes_left(account.id),
        sessions=known.sessions_of(account),
    )


@bp.route("/password", methods=["GET", "POST"])
def change_password() -> ResponseReturnValue:
    form, account = ChangePasswordForm(), gate.me()
    if form.validate_on_submit() and are_same(form):
        try:
            with unit_of_work():
                key = accounts.change_password(account.id, form.present.data, form.new.data)
                sessions.go_on(session.own_id(), key)
        except WrongPassword:
            form.present.errors = [gettext("This is not your password.")]
        except WeakPassword as error:
            form.new.errors = [words_of_weakness(error.code)]
        else:
            session.enter(account.id, key, session.own_id(), step_up.proved_at())
            flash(gettext("Your password is changed. Sessions elsewhere have ended."), "success")
            return redirect(url_for(gate.home_of(account.actor)), 303)
    must, status = account.must_change_password, 422 if form.errors else 200
    return render_template("account/change_password.html", form=form, shortest=SHORTEST, must=must), status
