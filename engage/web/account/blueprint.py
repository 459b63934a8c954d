"""The blueprints of the account pages: open to strangers are signing in, choosing a password and stopping mails.

What somebody was told is theirs like their account, whatever their role; its address lies beside the pages of cases.
"""

from flask import Blueprint

from engage.web import gate

bp = Blueprint("account", __name__, url_prefix="/account")
_OPEN = (
    "ask_passkey",
    "choose_password",
    "finish_single_sign_on",
    "forgot_password",
    "sign_in",
    "sign_in_code",
    "sign_in_passkey",
    "start_single_sign_on",
    "stop_notices",
)
gate.close(bp, but=frozenset(f"account.{name}" for name in _OPEN))

told_bp = Blueprint("notifications", __name__, url_prefix="/staff/notifications")
gate.close(told_bp)
