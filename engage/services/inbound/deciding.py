"""What somebody of ours finds of a mail in the pen. The worker carries it out: it alone can open the mail."""

import uuid

from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from engage import clock
from engage.domain import policy
from engage.domain.events import MailPlaced
from engage.domain.guards import Refusal, Refused, stop_if
from engage.domain.lane_policy import LanePermission, may_in_lane
from engage.domain.policy import Actor, Permission
from engage.domain.received_mail import Decision, MailState, NotOurs, Outcome
from engage.extensions import db
from engage.incoming.mail import Incoming
from engage.models import Case, LaneReport, PenItem, ReceivedMail, Site, StaffUser
from engage.queries import lane_reports
from engage.scope import pen_of, visible_to
from engage.services import audit
from engage.services.audit import Change
from engage.services.inbound import finding, into_cases, into_lane, penning, placing, raw_copy, receiving
from engage.services.inbound.files import Gate
from engage.services.timeline import record
from engage.unit_of_work import after_commit

_NEEDS = {Decision.ATTACH: Permission.REPLY, Decision.ATTACH_AS_NOTE: Permission.NOTE}


def make_case(mail_id: uuid.UUID, site_code: str, *, actor: Actor) -> None:
    """Let a case of the site be made of the mail. Pressed twice it is done once.

    Raises:
        NoResultFound: there is no such mail, or the actor may not know of it.
        Refused: somebody placed it already, it may belong to a restricted case, or there is no such site.
    """
    row = _taken(mail_id, Decision.MAKE_CASE, actor)
    if row is None:
        return
    site = db.session.scalar(select(Site).where(Site.code == site_code.upper(), Site.is_open))
    stop_if(Refusal("mail_no_such_site") if site is None else None)
    stop_if(Refusal("mail_restricted") if row.is_restricted else None)
    row.site_id = site.id if site is not None else None
    _hand_over(row, Decision.MAKE_CASE, actor)


def attach(mail_id: uuid.UUID, reference: str, *, from_person: bool, actor: Actor) -> None:
    """Let the mail become part of a case: a message of its person, or a note among staff. Pressed twice, done once.

    Of a case that moved into the restricted lane it becomes part of the report, and nobody outside sees it from now on.

    Raises:
        NoResultFound: there is no such mail, or the actor may not know of it.
        Refused: somebody placed it already, or the actor works no case or report of this reference.
    """
    decision = Decision.ATTACH if from_person else Decision.ATTACH_AS_NOTE
    row = _taken(mail_id, decision, actor)
    if row is None:
        return
    if (report_id := lane_reports.moved_from(reference, actor)) is not None:
        report = db.session.get_one(LaneReport, report_id)
        row.is_restricted, row.site_id = True, report.site_id
        db.session.get_one(PenItem, row.id).target_id = report.case_id
        _hand_over(row, decision, actor)
        return
    case = db.session.scalar(
        select(Case).where(Case.reference == reference, visible_to(actor), Case.erased_at.is_(None))
    )
    if case is None or not policy.may(actor, _NEEDS[decision], case.facts):
        raise Refused(Refusal("mail_no_such_case"))
    db.session.get_one(PenItem, row.id).target_id = case.id
    _hand_over(row, decision, actor)


def put_aside(mail_id: uuid.UUID, why: NotOurs, *, actor: Actor) -> None:
    """Find that the mail is not for us; nobody is told. Spam is erased at once, the rest after some weeks.

    Raises:
        NoResultFound: there is no such mail, or the actor may not know of it.
        Refused: somebody placed it already.
    """
    row = _taken(mail_id, Decision.NOT_OURS, actor)
    if row is None:
        return
    _decide(row, Decision.NOT_OURS, actor)
    row.not_ours = why
    placing.done(row, Outcome.NOT_OURS)
    if why is NotOurs.SPAM:
        raw_copy.forget(row)


def carry_out(row: ReceivedMail, mail: Incoming, raw: bytes, gate: Gate) -> None:
    """Do what was decided of a mail, in the open unit of work. What cannot be done any more goes back into the pen.

    Whatever was decided, nothing of the restricted lane leaves it: what could not be read before is looked at first.
    """
    row.kind, row.why = mail.kind, mail.why
    answer = finding.answered(mail)
    guesses, was_hidden = finding.guesses(mail, answer), row.is_restricted
    penning.leave_to_focal_points(row, mail, answer)
    if (report_id := finding.report_of(answer)) is not None:
        into_lane.keep(row, report_id, mail)
        placing.done(row, Outcome.LANE)
    elif not was_hidden and (row.is_restricted or penning.is_for_focal_points(guesses)):
        penning.put(row, mail, raw, guesses)
    elif not _carried_out(row, mail, gate):
        penning.put(row, mail, raw, guesses, "could_not_be_placed")


def _carried_out(row: ReceivedMail, mail: Incoming, gate: Gate) -> bool:
    actor = db.session.get_one(StaffUser, row.decided_by_id).actor
    if row.decision is Decision.MAKE_CASE:
        return _made_case(row, mail, gate, actor)
    target_id = db.session.get_one(PenItem, row.id).target_id
    case = into_cases.lock(target_id) if target_id is not None else None
    as_note = row.decision is Decision.ATTACH_AS_NOTE
    needed = Permission.NOTE if as_note else Permission.REPLY
    penning.hide_with(case, row)
    if (report := into_lane.lock(target_id)) is not None:
        return _into_lane(row, mail, report, actor)
    if case is None or not policy.may(actor, needed, case.facts):
        return False
    message = into_cases.note(case, mail, gate, actor=actor) if as_note else into_cases.message(case, mail, gate)
    outcome = Outcome.NOTE if as_note else Outcome.MESSAGE
    record(case, MailPlaced(mail_id=row.id, placed_as=outcome.value), actor=actor)
    row.case_id, row.message_id = case.id, message.id
    placing.done(row, outcome)
    return True


def _into_lane(row: ReceivedMail, mail: Incoming, report: LaneReport, actor: Actor) -> bool:
    if report.erased_at is not None or not may_in_lane(actor, LanePermission.NOTE, report.facts):
        return False
    into_lane.keep(row, report.id, mail, from_person=row.decision is Decision.ATTACH)
    placing.done(row, Outcome.LANE)
    return True


def _made_case(row: ReceivedMail, mail: Incoming, gate: Gate, actor: Actor) -> bool:
    if not into_cases.can_be_answered(mail) or not (mail.text.strip() or mail.subject or gate.checked):
        return False
    case = into_cases.new_case(mail, gate, db.session.get_one(Site, row.site_id), row.received_at)
    record(case, MailPlaced(mail_id=row.id, placed_as=Outcome.CASE_MADE.value), actor=actor)
    row.case_id = case.id
    placing.done(row, Outcome.CASE_MADE)
    return True


def _taken(mail_id: uuid.UUID, decision: Decision, actor: Actor) -> ReceivedMail | None:
    """The mail, locked; None where the same person pressed the same button before."""
    row = db.session.scalars(
        select(ReceivedMail)
        .where(ReceivedMail.id == mail_id, pen_of(actor))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if row.state is MailState.PEN:
        return row
    if row.decided_by_id is None:
        raise NoResultFound("it never was in the pen")
    if row.decision is decision and row.decided_by_id == actor.id:
        return None
    raise Refused(Refusal("mail_placed"))


def _hand_over(row: ReceivedMail, decision: Decision, actor: Actor) -> None:
    """Let the worker take the mail at once; staff read it until it is where it belongs."""
    _decide(row, decision, actor)
    row.state, row.not_before, row.attempts = MailState.RECEIVED, clock.utcnow(), 0
    after_commit(receiving.nudge)


def _decide(row: ReceivedMail, decision: Decision, actor: Actor) -> None:
    row.decision, row.decided_by_id, row.decided_at = decision, actor.id, clock.utcnow()
    if not row.is_restricted:  # whoever reads the record of changes may not know that there is such a mail
        audit.note(Change.MAIL_SORTED, actor=actor, subject_id=row.id, after={"decision": decision.value})
