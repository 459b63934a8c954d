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

    Until the worker has done it, the same person may choose again. The mail stays with those of the site to which it
    came: who chose another keeps it in sight, and if no case can be made of it, it comes back to them.

    Raises:
        NoResultFound: there is no such mail, or the actor may not know of it.
        Refused: somebody placed it already, it may belong to a restricted case, or there is no such site.
    """
    row = _locked(mail_id, actor)
    site_id = db.session.scalar(select(Site.id).where(Site.code == site_code.upper(), Site.is_open))
    if _is_done(row, Decision.MAKE_CASE, site_id, actor):
        return
    if site_id is None:
        raise Refused(Refusal("mail_no_such_site"))
    stop_if(Refusal("mail_restricted") if row.is_restricted else None)
    _hand_over(row, Decision.MAKE_CASE, site_id, actor)


def attach(mail_id: uuid.UUID, reference: str, *, from_person: bool, actor: Actor) -> None:
    """Let the mail become part of a case: a message of its person, or a note among staff. Pressed twice, done once.

    Of a case that moved into the restricted lane it becomes part of the report, and nobody outside sees it from now on.
    Until the worker has done it, the same person may choose again: who typed a wrong reference goes back.

    Raises:
        NoResultFound: there is no such mail, or the actor may not know of it.
        Refused: somebody placed it already, or the actor works no case or report of this reference.
    """
    decision = Decision.ATTACH if from_person else Decision.ATTACH_AS_NOTE
    row = _locked(mail_id, actor)
    if (report_id := lane_reports.moved_from(reference, actor)) is not None:
        report = db.session.get_one(LaneReport, report_id)
        if not _is_done(row, decision, report.case_id, actor):
            row.is_restricted, row.site_id = True, report.site_id
            _hand_over(row, decision, report.case_id, actor)
        return
    case = db.session.scalar(
        select(Case).where(Case.reference == reference, visible_to(actor), Case.erased_at.is_(None))
    )
    if _is_done(row, decision, case.id if case is not None else None, actor):
        return
    if case is None or not policy.may(actor, _NEEDS[decision], case.facts):
        raise Refused(Refusal("mail_no_such_case"))
    _hand_over(row, decision, case.id, actor)


def put_aside(mail_id: uuid.UUID, why: NotOurs, *, actor: Actor) -> None:
    """Find that the mail is not for us; nobody is told. Spam is erased at once, the rest after some weeks.

    Raises:
        NoResultFound: there is no such mail, or the actor may not know of it.
        Refused: somebody placed it already.
    """
    row = _locked(mail_id, actor)
    if _is_done(row, Decision.NOT_OURS, why, actor):
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
    target_id = db.session.get_one(PenItem, row.id).target_id
    if row.decision is Decision.MAKE_CASE:
        return _made_case(row, mail, gate, actor, target_id)
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


def _made_case(row: ReceivedMail, mail: Incoming, gate: Gate, actor: Actor, site_id: uuid.UUID | None) -> bool:
    site = db.session.get(Site, site_id) if site_id is not None else None
    has_words = mail.text.strip() or mail.subject or gate.checked
    if site is None or not has_words or not into_cases.can_be_answered(mail):
        return False
    case = into_cases.new_case(mail, gate, site, row.received_at)
    record(case, MailPlaced(mail_id=row.id, placed_as=Outcome.CASE_MADE.value), actor=actor)
    row.case_id = case.id
    placing.done(row, Outcome.CASE_MADE)
    return True


def _locked(mail_id: uuid.UUID, actor: Actor) -> ReceivedMail:
    return db.session.scalars(
        select(ReceivedMail)
        .where(ReceivedMail.id == mail_id, pen_of(actor))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _is_done(row: ReceivedMail, decision: Decision, target: uuid.UUID | NotOurs | None, actor: Actor) -> bool:
    """Whether the actor decided just this before; if not, it can be decided now.

    What the worker has still to do it may do otherwise, since it looks first whether the mail is a survivor's. Nothing
    looks at what is put aside.

    Raises:
        NoResultFound: it never was in the pen.
        Refused: it is placed otherwise already, or somebody else decided.
    """
    if row.state is MailState.PEN:
        return False
    if row.decided_by_id is None:
        raise NoResultFound("it never was in the pen")
    is_own = row.decided_by_id == actor.id
    if is_own and row.decision is decision and _target_of(row) == target:
        return True
    may_change = is_own and row.state is MailState.RECEIVED and decision is not Decision.NOT_OURS
    stop_if(None if may_change else Refusal("mail_placed"))
    return False


def _target_of(row: ReceivedMail) -> uuid.UUID | NotOurs | None:
    """What was decided on, by what became of it where it is done."""
    if row.state is MailState.RECEIVED:
        return db.session.get_one(PenItem, row.id).target_id
    if row.decision is Decision.MAKE_CASE:
        return db.session.scalar(select(Case.site_id).where(Case.id == row.case_id))
    if row.lane_report_id is not None:
        return db.session.scalar(select(LaneReport.case_id).where(LaneReport.id == row.lane_report_id))
    return row.not_ours or row.case_id


def _hand_over(row: ReceivedMail, decision: Decision, target_id: uuid.UUID | None, actor: Actor) -> None:
    """Let the worker take the mail at once, and anew where it has it in hand; staff read it until that is done."""
    _decide(row, decision, actor)
    db.session.get_one(PenItem, row.id).target_id = target_id
    row.state, row.not_before, row.attempts = MailState.RECEIVED, clock.utcnow(), 0
    after_commit(receiving.nudge)


def _decide(row: ReceivedMail, decision: Decision, actor: Actor) -> None:
    row.decision, row.decided_by_id, row.decided_at = decision, actor.id, clock.utcnow()
    if not row.is_restricted:  # whoever reads the record of changes may not know that there is such a mail
        audit.note(Change.MAIL_SORTED, actor=actor, subject_id=row.id, after={"decision": decision.value})
