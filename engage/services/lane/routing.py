"""A report that came in without a site goes to the focal points of the site it belongs to."""

import uuid

from sqlalchemy import select

from engage.domain.guards import Refusal, stop_if
from engage.domain.lane import Happened
from engage.domain.lane_policy import LanePermission, require_in_lane
from engage.domain.policy import Actor
from engage.extensions import db
from engage.models import LaneReport, Site
from engage.notify import lane_rules
from engage.services.lane.record import record


def route(report: LaneReport, site_id: uuid.UUID, *, actor: Actor) -> None:
    """Give the report to an open site, whose focal points are told. Clocks go on from when it came in.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: it belongs to a site already, or there is no such open site.
    """
    require_in_lane(actor, LanePermission.ROUTE, report.facts)
    at_intake = db.session.get_one(Site, report.site_id).is_group_intake
    there = db.session.scalar(select(Site.id).where(Site.id == site_id, Site.is_open, ~Site.is_group_intake))
    stop_if(None if at_intake and there is not None else Refusal("lane_cannot_route"))
    report.site_id = site_id
    db.session.flush()
    event = record(report, Happened.ROUTED, actor=actor)
    lane_rules.tell_focal_points(report, event_id=event.id)
