"""The second half of signing in, and the page that asks who is signed in to prove it anew."""

from uuid import UUID

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engage.domain.second_factor import PasskeyUse
from engage.services import second_factor, sign_in
from engage.services.sign_in import TooSoon
from engage.unit_of_work import unit_of_work
from engage.web import gate, passkey_questions, step_up
from engage.web.account import session
from engage.web.account.blueprint import bp
from engage.web.account.forms import CodeForm
from engage.web.account.session import Half


@bp.route("/sign-in/code", methods=["GET", "POST"], endpoint="sign_in_code")
def show_sign_in_code() -> ResponseReturnValue:
    half = session.half_entered()
    if half is None:
        return redirect(url_for("account.sign_in"), 303)
    form, status = CodeForm(), 200
    if form.validate_on_submit():
        try:
            if answer := _try(half, form.code.data):
                return answer
            by_passkey = passkey_questions.is_answer(form.code.data)
            form.code.errors = [step_up.words_of_wrong_passkey() if by_passkey else step_up.words_of_wrong_code()]
            form.code.data = ""
        except TooSoon as error:
            form.code.errors = [step_up.words_of_wait(error)]
            status = 429
    return render_template(
        "account/sign_in_code.html", form=form, account=half.account
    ), status if status != 200 or not form.errors else 422


def _try(half: Half, typed: str) -> ResponseReturnValue | None:
    """Let the sender in, or return None."""
    account = half.account
    place = session.place_of(account.email)
    with unit_of_work():
        sign_in.take_try(account.email, place, of_code=True)
    if not _is_right(account.id, typed):
        return None
    with unit_of_work():
        session_id = sign_in.begin(account.id, place, session.browser(), by_code=True)
    session.enter(account.id, account.session_key, session_id)
    return let_in(half.next or url_for(gate.home_of(account.actor)), account.email)


def _is_right(user_id: UUID, typed: str) -> bool:
    if passkey_questions.is_answer(typed):
        return passkey_questions.answered_by(typed, PasskeyUse.PROVE, user_id) is not None
    with unit_of_work():
        return second_factor.passes(user_id, typed)


def let_in(address: str, email: str) -> ResponseReturnValue:
    """Return the answer to whoever has signed in, whose browser is known from now on."""
    return session.remember_browser(make_response(redirect(address, 303)), email)


def way_on(asked: str | None) -> str | None:
    """Return the page that was asked for before, if it is one of ours for staff."""
    if asked and asked.startswith(("/staff/", "/admin/", "/account/")) and "\\" not in asked and "//" not in asked:
        return asked
    return None


@bp.route("/prove", methods=["GET", "POST"])
def prove() -> ResponseReturnValue:
    wanted = way_on(request.values.get("next")) or url_for(gate.home_of(gate.me().actor))
    form = step_up.form_for(gate.me(), is_sent=request.method == "POST")
    status = step_up.tried(form) if request.method == "POST" else 200
    if status is None:
        return redirect(wanted, 303)
    return step_up.page(form, status, url_for("account.prove", next=wanted))
