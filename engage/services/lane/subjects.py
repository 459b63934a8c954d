"""Whom a report is about: named by a focal point, and from then on the report does not exist for them."""

import uuid

from engage.domain.guards import Refusal, Refused
from engage.domain.lane import Happened
from engage.domain.lane_policy import LanePermission, require_in_lane
from engage.domain.policy import Actor
from engage.extensions import db
from engage.models import LaneReport, LaneSubject, StaffUser
from engage.services.lane.record import record


def name(report: LaneReport, user_id: uuid.UUID, *, actor: Actor) -> None:
    """Keep a member of staff out of the report. Doing it again changes nothing.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: there is no such member of staff.
    """
    require_in_lane(actor, LanePermission.NAME_SUBJECT, report.facts)
    if user_id in report.facts.subjects:
        return
    if db.session.get(StaffUser, user_id) is None:
        raise Refused(Refusal("lane_nobody_of_that_name"))
    report.subjects.append(LaneSubject(report_id=report.id, user_id=user_id))
    db.session.flush()
    record(report, Happened.SUBJECT_NAMED, actor=actor)
