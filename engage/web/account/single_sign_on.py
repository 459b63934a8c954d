"""Single sign-on: to the provider, and back. The way back is a page whose button does it: no GET changes anything."""

from datetime import datetime

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import HiddenField

from engage import clock
from engage.domain.second_factor import is_demanded_of
from engage.domain.single_sign_on import LEEWAY
from engage.queries import accounts as known
from engage.queries.accounts import Account
from engage.services import foreign_identities, second_factor, sign_in, single_sign_on
from engage.services.account_links import DeadLink
from engage.services.foreign_identities import SomebodyElse, Unknown
from engage.services.single_sign_on import Identity, NotSignedIn, ProviderDown
from engage.settings import settings
from engage.unit_of_work import release, unit_of_work
from engage.web import gate, step_up
from engage.web.account import session
from engage.web.account.blueprint import bp
from engage.web.account.proving import let_in, way_on
from engage.web.account.session import Away

_ANSWER = ("code", "state", "error", "iss")


class ReturnForm(FlaskForm):
    """What the provider sent along with the browser."""

    code = HiddenField()
    state = HiddenField()
    error = HiddenField()
    iss = HiddenField()


@bp.route("/sso")
def start_single_sign_on() -> ResponseReturnValue:
    proves = "prove" in request.args and current_user.is_authenticated
    kept = session.take_invitation()  # the ordinary button drops it: whoever presses that is not known to be invited
    invited_by = kept if "invited" in request.args else None
    if "invited" in request.args and invited_by is None:
        return _said("stale", 422)
    try:
        return _sent_away(way_on(request.args.get("next")), proves=proves, invited_by=invited_by)
    except ProviderDown:
        return _said("down", 503)


def page_for_invited(code: str) -> ResponseReturnValue:
    """Answer to somebody who holds an invitation and takes single sign-on instead of a password.

    A link and no redirect: after a form browsers go to no other site, since our pages forbid it.
    """
    session.keep_invitation(code)
    return render_template("account/sso_go.html", provider=settings().OIDC_NAME)


def _sent_away(wanted: str | None, *, proves: bool, invited_by: str | None) -> ResponseReturnValue:
    if not single_sign_on.is_on():
        return _said("off", 404)
    release()  # no connection waits for somebody else's server
    address, asked = single_sign_on.begin(anew=proves)
    session.go_away(asked, wanted=wanted, proves=proves, invited_by=invited_by)
    return redirect(address, 303)


@bp.route("/sso/return", methods=["GET", "POST"])
def finish_single_sign_on() -> ResponseReturnValue:
    if request.method == "GET":
        given = {name: request.args.get(name, "") for name in _ANSWER}
        return render_template("account/sso_return.html", form=ReturnForm(formdata=None, data=given))
    form, away = ReturnForm(), session.come_back()
    if away is None or not form.validate_on_submit():
        return _said("stale", 422)
    answer = {name: form[name].data for name in _ANSWER if form[name].data}
    release()
    try:
        return _finished(single_sign_on.finish(answer, away.asked), away)
    except ProviderDown:
        return _said("down", 503)
    except NotSignedIn:
        return _said("refused", 422)
    except SomebodyElse:
        return _said("somebody_else", 403)
    except (Unknown, DeadLink):
        return _said("unknown", 403)


def _finished(identity: Identity, away: Away) -> ResponseReturnValue:
    with unit_of_work():
        user_id = foreign_identities.let_in(identity, invited_by=away.invited_by or None)
    account = known.by_id(user_id)
    if account is None:
        raise Unknown
    if away.proves:
        return _proved(account, identity, away)
    if second_factor.is_set_up(account.id) and not identity.has_second_factor:
        session.enter_half(account.id, account.session_key, away.wanted)
        return redirect(url_for("account.sign_in_code"), 303)
    with unit_of_work():
        session_id = sign_in.begin(account.id, session.place_of(account.email), session.browser())
    session.enter(account.id, account.session_key, session_id, by_provider=identity.has_second_factor)
    return let_in(away.wanted or url_for(gate.home_of(account.actor)), account.email)


def _proved(account: Account, identity: Identity, away: Away) -> ResponseReturnValue:
    """Take it as a proof where it is the same person, who signed in there since they were sent away.

    Whoever has to have a second factor, or has one, proves it with that, unless the provider asked for one itself.
    """
    needs_more = second_factor.is_set_up(account.id) or is_demanded_of(account.actor)
    is_enough = identity.has_second_factor or not needs_more
    if not current_user.is_authenticated or gate.me().id != account.id or not is_enough:
        return _said("refused", 422)
    if not _is_fresh(identity.at, away.left_at):
        return _said("refused", 422)
    step_up.note_proof(clock.utcnow())
    return redirect(away.wanted or url_for(gate.home_of(account.actor)), 303)


def _is_fresh(at: datetime | None, left_at: datetime) -> bool:
    return at is not None and at >= left_at - LEEWAY


def _said(what: str, status: int) -> ResponseReturnValue:
    """The page that says what went wrong and what to do."""
    return render_template("account/sso_problem.html", what=what, provider=settings().OIDC_NAME), status
