"""The blueprint of the account pages: closed to strangers but for the two pages of signing in."""

from flask import Blueprint

from engage.web import gate

bp = Blueprint("account", __name__, url_prefix="/account")
gate.close(bp, but=frozenset({"account.sign_in", "account.sign_in_code"}))
