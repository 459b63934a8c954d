"""One's own sessions: ended one by one, or all but this one. Nobody is asked to prove anything for it."""

import uuid

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.services import sessions
from engage.unit_of_work import unit_of_work
from engage.web import gate
from engage.web.account import session
from engage.web.account.blueprint import bp


@bp.route("/sessions/<uuid:session_id>/end", methods=["POST"])
def end_session(session_id: uuid.UUID) -> ResponseReturnValue:
    with unit_of_work():
        sessions.end(gate.me().id, session_id)
    flash(gettext("The session has ended."), "success")
    return redirect(url_for("account.show_account"), 303)


@bp.route("/sessions/end-others", methods=["POST"])
def end_other_sessions() -> ResponseReturnValue:
    with unit_of_work():
        sessions.end_others(gate.me().id, session.own_id())
    flash(gettext("All other sessions have ended."), "success")
    return redirect(url_for("account.show_account"), 303)
