"""The blueprint of the administrators' pages. A session that moved to another address or browser signs in again."""

from flask import Blueprint

from engage.domain.policy import Actor
from engage.web import gate

bp = Blueprint("admin", __name__, url_prefix="/admin")
gate.close(bp, *gate.LOOKS_AFTER, fresh=True)


def me() -> Actor:
    """Return the administrator who is asking."""
    return gate.me().actor
