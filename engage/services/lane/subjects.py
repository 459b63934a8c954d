"""Whom a report is about: named by a focal point, and from then on it exists neither for them nor for their line."""

import uuid
from collections.abc import Collection

from sqlalchemy import select

from engage.domain.conflicts import Employed, SubjectKind, kept_out
from engage.domain.guards import Refusal, Refused
from engage.domain.lane import Happened
from engage.domain.lane_policy import LanePermission, require_in_lane
from engage.domain.policy import Actor
from engage.extensions import db
from engage.models import LaneReport, LaneSubject, StaffUser
from engage.notify import lane_rules
from engage.services.lane.record import record


def name(report: LaneReport, user_id: uuid.UUID, *, actor: Actor) -> None:
    """Keep a member of staff out of the report, with everybody above and below them in the line (domain R02, 5.4).

    Doing it again changes nothing. Where the actor is one of them, the focal points who are left are told.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: there is no such member of staff.
    """
    _keep_out(report, actor, users=[user_id])


def name_place(report: LaneReport, kind: SubjectKind, place: str, *, actor: Actor) -> None:
    """Keep everybody of a department or a contractor out of the report, with their line; else as `name`.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: nobody of ours is there.
    """
    _keep_out(report, actor, names=[(kind, place)])


def _keep_out(
    report: LaneReport,
    actor: Actor,
    *,
    users: Collection[uuid.UUID] = (),
    names: Collection[tuple[SubjectKind, str]] = (),
) -> None:
    require_in_lane(actor, LanePermission.NAME_SUBJECT, report.facts)
    people = {
        row.id: Employed(row.reports_to_id, row.department, row.contractor)
        for row in db.session.execute(
            select(StaffUser.id, StaffUser.reports_to_id, StaffUser.department, StaffUser.contractor)
        )
    }
    about = kept_out(people, users=users, names=names) & people.keys()
    if not about:
        raise Refused(Refusal("lane_nobody_of_that_name"))
    new = about - report.facts.subjects
    if not new:
        return
    report.subjects.extend(LaneSubject(user_id=one) for one in sorted(new))
    db.session.flush()
    event = record(report, Happened.SUBJECT_NAMED, actor=actor)
    if actor.id in new:
        lane_rules.tell_focal_points(report, event_id=event.id)
