"""The blueprints of the staff pages: of cases, closed to everybody who may see none, and of the restricted lane.

The second does not exist for anybody but focal points, whatever else they may.
"""

from flask import Blueprint

from engage.web import gate

bp = Blueprint("staff", __name__, url_prefix="/staff")
gate.close(bp, *sorted(gate.SEES_CASES))

lane_bp = Blueprint("lane", __name__, url_prefix="/staff/lane")
gate.close(lane_bp, *sorted(gate.LANE), hidden=True)
