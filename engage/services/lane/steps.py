"""Steps of a report: what she says, what a focal point does. Each is checked against the one table and recorded."""

import uuid

from engage import clock, lane_keys, vault
from engage.domain import lane as rules
from engage.domain.guards import stop_if
from engage.domain.lane import HER_ANSWERS, Course, Happened, How, Side, Step
from engage.domain.lane_clocks import Clock
from engage.domain.lane_policy import LanePermission, require_in_lane
from engage.domain.policy import Actor, Party
from engage.extensions import db
from engage.models import LaneConsent, LaneReferral, LaneReport
from engage.notify import lane_rules
from engage.services import sent_forms
from engage.services.lane import clocks, words
from engage.services.lane.record import record
from engage.services.timeline import digest_of


def side_of(report: LaneReport, actor: Actor) -> Side:
    """Return on whose side the actor stands in the report."""
    if actor.party is not Party.PERSON:
        return Side.FOCAL
    return Side.REPORTER if report.for_other else Side.SURVIVOR


def take(report: LaneReport, step: Step, *, actor: Actor, how: How = How.PAGE, content: str | None = None) -> None:
    """Take a step, record it, and tell the other side. One that leads where the report is already changes nothing,
    unless there is `content` to it: another service is offered, and the record speaks of each.

    What she said is kept as consent with how she said it: on her page, or to the focal point who writes it down.

    Raises:
        NotAllowed: policy refuses the actor.
        IllegalStep: it does not lead anywhere from here, or is not this side's to take.
        Refused: something is missing before the end, or she would rather not hear.
    """
    require_in_lane(actor, LanePermission.TAKE_STEP, report.facts)
    side = side_of(report, actor)
    is_theirs = rules.is_theirs(step, side, for_other=report.for_other)
    if content is None and is_theirs and rules.is_there(report.position, step):
        return
    after = rules.next_position(report.position, step, side, for_other=report.for_other)
    if step is Step.CLOSE:
        stop_if(rules.why_not_close(report.position, owes_child=clocks.owes_child(report)))
    if step is Step.SHARE_OUTCOME:
        stop_if(rules.why_not_share(report.position))
    report.support, report.process, report.telling = after.support, after.process, after.telling
    _follow_course(report, after.course)
    if step is Step.OFFER_SUPPORT:
        clocks.meet(report, Clock.SUPPORT)
    said = {"how": how.value} if step in HER_ANSWERS else {}
    if said:
        db.session.add(_consent(report, step, how, actor))
    event = record(report, Happened.STEP_TAKEN, actor=actor, content=content, step=step.value, **said)
    if side is Side.FOCAL:
        lane_rules.tell_holder(report, event_id=event.id)
    else:
        lane_rules.tell_focal_points(report, event_id=event.id)


def offer(report: LaneReport, service: str, *, same_contact: bool, actor: Actor, mark: str | None = None) -> None:
    """Note that a service was offered, and whether in the same talk in which she came. Sent twice, it is noted once.

    Raises: see `take`.
    """
    _refer(report, Step.OFFER_SUPPORT, service, same_contact, actor, mark)


def bring(report: LaneReport, service: str, *, actor: Actor, mark: str | None = None) -> None:
    """Note that she was brought to a service, which needs her yes. Sent twice, it is noted once.

    Raises: see `take`.
    """
    _refer(report, Step.MAKE_REFERRAL, service, False, actor, mark)


def consider_child(report: LaneReport, best: str, *, actor: Actor, mark: str | None = None) -> None:
    """Write down what is best for the child and why. A guardian is told nothing by it, here or by any notice.

    Raises:
        NotAllowed: policy refuses the actor.
    """
    require_in_lane(actor, LanePermission.CONSIDER_CHILD, report.facts)
    words.note(report, best, Happened.CHILD_CONSIDERED, actor=actor, mark=mark)
    clocks.meet(report, Clock.CHILD)


def _refer(report: LaneReport, step: Step, service: str, same_contact: bool, actor: Actor, mark: str | None) -> None:
    row_id = sent_forms.row_of(mark, actor)
    if db.session.get(LaneReferral, row_id) is not None:
        return
    values = {"service": service, "salt": vault.salt()}
    take(report, step, actor=actor, content=digest_of(values["salt"], service))
    sealed = lane_keys.sealed(lane_keys.key_of(report.id), values, row_id, LaneReferral.__tablename__)
    db.session.add(
        LaneReferral(
            id=row_id,
            report_id=report.id,
            sealed=sealed,
            is_made=step is Step.MAKE_REFERRAL,
            same_contact=same_contact,
            by_id=actor.id,
            at=clock.utcnow(),
        )
    )


def _consent(report: LaneReport, step: Step, how: How, actor: Actor) -> LaneConsent:
    written_by = actor.id if actor.party is Party.STAFF else None
    return LaneConsent(
        id=uuid.uuid4(), report_id=report.id, said=step, how=how, written_by_id=written_by, at=clock.utcnow()
    )


def _follow_course(report: LaneReport, course: Course) -> None:
    if course is report.course:
        return
    report.course = course
    if course is not Course.OPEN:
        report.ended_at = clock.utcnow()
        clocks.end_all(report)
        return
    report.ended_at = None
    if report.support is rules.Support.REPORTED:
        clocks.begin(report, Clock.SUPPORT)
