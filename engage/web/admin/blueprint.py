"""The blueprint of the administrators' pages.

A session that moved to another address or browser signs in again; a change asks for a proof that is not old.
"""

from flask import Blueprint

from engage.domain.policy import Actor
from engage.web import gate, step_up

bp = Blueprint("admin", __name__, url_prefix="/admin")
gate.close(bp, *gate.LOOKS_AFTER, fresh=True)
bp.before_request(step_up.before_a_change)


def me() -> Actor:
    """Return the administrator who is asking."""
    return gate.me().actor
