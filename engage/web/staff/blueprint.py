"""The blueprint of the staff pages, closed to everybody who may see no case."""

from flask import Blueprint

from engage.web import gate

bp = Blueprint("staff", __name__, url_prefix="/staff")
gate.close(bp, *sorted(gate.SEES_CASES))
