"""The blueprint of the account pages: open to strangers are signing in and choosing a password by a link."""

from flask import Blueprint

from engage.web import gate

bp = Blueprint("account", __name__, url_prefix="/account")
_OPEN = ("sign_in", "sign_in_code", "sign_in_passkey", "ask_passkey", "forgot_password", "choose_password")
gate.close(bp, but=frozenset(f"account.{name}" for name in _OPEN))
