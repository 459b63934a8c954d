"""Whom a report is about: named by a focal point, and from then on it exists neither for them nor for their line.

Who that is follows who reports to whom, as it does with cases: the rows of lane_subject are worked out here.
"""

import logging
import uuid
from collections.abc import Collection, Mapping

from sqlalchemy import delete, select

from engage.domain.conflicts import Employed, SubjectKind, as_compared, kept_out
from engage.domain.guards import Refusal, Refused
from engage.domain.lane import Happened
from engage.domain.lane_policy import LanePermission, require_in_lane
from engage.domain.policy import Actor
from engage.extensions import db
from engage.models import LaneNamed, LaneReport, LaneSubject
from engage.notify import lane_rules
from engage.scope import focal_points
from engage.services.lane.record import lock_own, record
from engage.services.people import employed

log = logging.getLogger(__name__)


def name(report: LaneReport, user_id: uuid.UUID, *, actor: Actor) -> None:
    """Keep a member of staff out of the report, with everybody above and below them in the line (domain R02, 5.4).

    Doing it again changes nothing. Where the actor is one of them, the focal points who are left are told.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: there is no such member of staff.
    """
    _keep_out(report, new_row(report.id, SubjectKind.PERSON, user_id=user_id), actor)


def name_place(report: LaneReport, kind: SubjectKind, place: str, *, actor: Actor) -> None:
    """Keep everybody of a department or a contractor out of the report, with their line; else as `name`.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: nobody of ours is there.
    """
    _keep_out(report, new_row(report.id, kind, place=" ".join(place.split())), actor)


def new_row(
    report_id: uuid.UUID, kind: SubjectKind, *, user_id: uuid.UUID | None = None, place: str | None = None
) -> LaneNamed:
    """Return what was named, which is in no session yet."""
    return LaneNamed(id=uuid.uuid4(), report_id=report_id, kind=kind, user_id=user_id, name=place, with_line=True)


def people_moved() -> None:
    """Work out anew who is kept out of every report that is about somebody, after people changed places in the line.

    A report that would be left to nobody keeps whoever was kept out before, and the log says so: never to nobody.
    """
    people, named = employed(), _named()
    for report_id, rows in named.items():
        report = lock_own(report_id)
        before, wanted = report.facts.subjects, _about(people, rows)
        if wanted == before:
            continue
        _write(report, wanted)
        if not focal_points(report):
            log.error(
                "a report in the restricted lane would be left to nobody by who reports to whom; see check-config"
            )
            _write(report, before)


def _keep_out(report: LaneReport, row: LaneNamed, actor: Actor) -> None:
    require_in_lane(actor, LanePermission.NAME_SUBJECT, report.facts)
    people = employed()
    about = _about(people, [row]) & people.keys()
    if not about:
        raise Refused(Refusal("lane_nobody_of_that_name"))
    if _as_compared(row) not in map(_as_compared, _named(report.id).get(report.id, ())):
        db.session.add(row)
    new = about - report.facts.subjects
    if not new:
        return
    report.subjects.extend(LaneSubject(user_id=one) for one in sorted(new))
    db.session.flush()
    event = record(report, Happened.SUBJECT_NAMED, actor=actor)
    if actor.id in new:
        lane_rules.tell_focal_points(report, event_id=event.id)


def _named(report_id: uuid.UUID | None = None) -> Mapping[uuid.UUID, list[LaneNamed]]:
    """What was named in one report, or in all of them, in an order in which they can be locked."""
    wanted = select(LaneNamed).order_by(LaneNamed.report_id, LaneNamed.id)
    found: dict[uuid.UUID, list[LaneNamed]] = {}
    for row in db.session.scalars(wanted.where(LaneNamed.report_id == report_id) if report_id else wanted):
        found.setdefault(row.report_id, []).append(row)
    return found


def _as_compared(row: LaneNamed) -> tuple[object, ...]:
    return row.kind, row.user_id, as_compared(row.name or ""), row.with_line


def _about(people: Mapping[uuid.UUID, Employed], rows: Collection[LaneNamed]) -> frozenset[uuid.UUID]:
    """Everybody who is kept out by what was named."""
    with_line = [row for row in rows if row.with_line]
    alone = {row.user_id for row in rows if row.user_id is not None and not row.with_line}
    return frozenset(alone) | kept_out(
        people,
        users=[row.user_id for row in with_line if row.user_id is not None],
        names=[(row.kind, row.name) for row in with_line if row.name is not None],
    )


def _write(report: LaneReport, wanted: Collection[uuid.UUID]) -> None:
    db.session.execute(delete(LaneSubject).where(LaneSubject.report_id == report.id))
    db.session.add_all(LaneSubject(report_id=report.id, user_id=one) for one in sorted(wanted))
    db.session.flush()
    db.session.expire(report, ["subjects"])
