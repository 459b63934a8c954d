"""Taking a case in hand: found within what the actor may see, locked, and looked at as guards need it."""

import uuid
from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Select, select

from engage import clock
from engage.domain import guards, policy, retaliation
from engage.domain.case import CaseClass
from engage.domain.events import (
    AssigneeLeft,
    CaseAssessed,
    CaseRestricted,
    DowngradeDeclined,
    ExtensionDeclined,
    ProposalReturned,
    ScreenOutDeclined,
)
from engage.domain.lifecycle import Action, Stage, next_stage
from engage.domain.policy import SYSTEM, Actor, Party
from engage.domain.received_mail import MailState
from engage.extensions import db
from engage.models import (
    Appeal,
    Case,
    CaseEvent,
    Deadline,
    ExtensionRequest,
    PenGuess,
    Proposal,
    Rating,
    ReceivedMail,
    Screening,
    StaffUser,
)
from engage.notify import mail_rules
from engage.scope import visible_to
from engage.services import deadlines, pausing, search_index
from engage.services.timeline import record


class ChangedMeanwhile(RuntimeError):
    """Someone else changed the case after the form was opened."""


class MovedMeanwhile(RuntimeError):
    """The case went into the restricted lane after its person opened the form: the case exists for nobody any more."""


def lock(reference: str, actor: Actor) -> Case:
    """Return the case for changing, so that the second of two at once waits and then meets the lifecycle.

    Raises:
        NoResultFound: there is no such case, or the actor may not know of it.
    """
    return lock_where(Case.reference == reference, actor)


def lock_where(condition: ColumnElement[bool], actor: Actor) -> Case:
    """Return the one case that fits the condition for changing, as `lock` does.

    Raises:
        NoResultFound: there is no such case, or the actor may not know of it.
    """
    return db.session.scalars(
        select(Case)
        .where(condition, visible_to(actor))
        .with_for_update(of=Case)
        .execution_options(populate_existing=True)
    ).one()


def lock_own(case_id: uuid.UUID) -> Case:
    """Return a case that the service itself works on, for changing; a person's own is `lock_of_person`.

    Raises:
        NoResultFound: there is no such case.
    """
    return db.session.scalars(
        select(Case).where(Case.id == case_id).with_for_update(of=Case).execution_options(populate_existing=True)
    ).one()


def lock_of_person(case_id: uuid.UUID) -> Case:
    """Return the case of the person whose browser holds it, for changing.

    Raises:
        MovedMeanwhile: it is a report of the restricted lane by now; what they send has to go there.
    """
    case = lock_own(case_id)
    if case.moved_at is not None:
        raise MovedMeanwhile
    return case


def lock_if_free(case_id: uuid.UUID) -> Case | None:
    """Return a case for changing, or None while somebody else has it in hand. For the sweep, which comes again.

    SQLite has one writer at a time, so there the caller waits instead.
    """
    return db.session.scalars(
        select(Case)
        .where(Case.id == case_id)
        .with_for_update(of=Case, skip_locked=True)
        .execution_options(populate_existing=True)
    ).one_or_none()


def expect_version(case: Case, version: int | None) -> None:
    """Let the form pass if nobody changed the case since it was opened. What the service notes by itself is no change.

    Raises:
        ChangedMeanwhile: somebody did.
    """
    if version is None or version == case.version:
        return
    by_somebody = select(CaseEvent.id).where(
        CaseEvent.case_id == case.id, CaseEvent.number > version, CaseEvent.actor_party != Party.SYSTEM.value
    )
    if db.session.scalars(by_somebody.limit(1)).first() is not None:
        raise ChangedMeanwhile(case.reference)


def latest_proposal(case: Case) -> Proposal | None:
    """Return the newest proposal, sent or not, or None."""
    return db.session.scalar(_newest_proposal(case))


def standing_proposal(case: Case) -> Proposal:
    """Return the proposal that lies with the person or was accepted; a guard or the stage says that there is one.

    Raises:
        NoResultFound: there is none.
    """
    return db.session.scalars(_newest_proposal(case)).one()


def _newest_proposal(case: Case) -> Select[Proposal]:
    return select(Proposal).where(Proposal.case_id == case.id).order_by(Proposal.number.desc()).limit(1)


def owes_retaliation_look(case: Case) -> bool:
    """Whether what the person risks has to be looked at anew before we go on."""
    return retaliation.owes_look(case.retaliation_risk, case.retaliation_stage, case.stage)


def open_appeal(case: Case) -> Appeal | None:
    """Return the appeal that is not decided yet, or None; see Case.appeal."""
    return case.appeal


def open_screening(case: Case) -> Screening | None:
    """Return the request to screen the case out that waits for the second person, or None."""
    return db.session.scalar(select(Screening).where(Screening.case_id == case.id, Screening.decided_at.is_(None)))


def open_rating(case: Case) -> Rating | None:
    """Return the lower rating that waits for the second person, or None."""
    waiting = select(Rating).where(Rating.case_id == case.id, Rating.needs_second, Rating.decided_at.is_(None))
    return db.session.scalar(waiting)


def open_extension_request(case: Case) -> ExtensionRequest | None:
    """Return the wish for more time that waits for somebody further up, or None; moot once the date is another one."""
    waiting = (
        select(ExtensionRequest)
        .join(Deadline, Deadline.id == ExtensionRequest.deadline_id)
        .where(ExtensionRequest.case_id == case.id, ExtensionRequest.decided_at.is_(None), Deadline.ended_at.is_(None))
    )
    return db.session.scalar(waiting)


def hand_back_if_lost(case: Case) -> None:
    """Unassign a case from somebody who can work it no longer: they left, or it is at another place now."""
    holder = db.session.get(StaffUser, case.assignee_id) if case.assignee_id else None
    if holder is not None and not policy.may(holder.actor, Action.PROPOSE, case.facts):
        case.assignee_id = None
        record(case, AssigneeLeft(assignee_id=holder.id), actor=SYSTEM)


def take_back_requests(case: Case, asked_by: Collection[uuid.UUID] | None = None) -> None:
    """End what waits for a second person: all of it, or what these users asked for; whoever asked is told.

    So it is when the case ends, when a panel takes it over, and when somebody who asked is kept out of it. Whoever
    works the case then asks again if they want it.
    """
    now, draft = clock.utcnow(), latest_proposal(case)
    screening, rating, time = open_screening(case), open_rating(case), open_extension_request(case)
    waits = draft is not None and draft.sent_at is None and draft.returned_at is None
    if draft is not None and waits and (asked_by is None or draft.drafted_by_id in asked_by):
        draft.returned_at = now
        record(case, ProposalReturned(proposal_id=draft.id), actor=SYSTEM)
    if screening is not None and (asked_by is None or screening.asked_by_id in asked_by):
        screening.decided_at, screening.is_approved = now, False
        record(case, ScreenOutDeclined(screening_id=screening.id), actor=SYSTEM)
    if rating is not None and (asked_by is None or rating.rated_by_id in asked_by):
        rating.decided_at, rating.is_approved = now, False
        record(case, DowngradeDeclined(rating_id=rating.id), actor=SYSTEM)
    if time is not None and (asked_by is None or time.asked_by_id in asked_by):
        time.decided_at, time.is_approved = now, False
        promise = db.session.get_one(Deadline, time.deadline_id).promise
        record(case, ExtensionDeclined(request_id=time.id, promise=promise.value), actor=SYSTEM)


def finish(case: Case, action: Action, close_type: str, causes: Sequence[str] = ()) -> None:
    """Move the case to closed with exactly one close type; what was still owed ends, and the checks begin.

    `causes` are the root causes in their order; without any, those of an earlier end stay.

    Raises:
        IllegalTransition: the action does not close the case from where it is.
    """
    move(case, action, Stage.CLOSED)
    case.closed_at = clock.utcnow()
    case.close_type = close_type
    case.panel_offered = False
    if causes:
        case.root_cause, case.further_causes = causes[0], list(causes[1:])
    take_back_requests(case)
    deadlines.end_all(case)
    pausing.end_all(case, actor=SYSTEM)
    deadlines.open_checks(case)
    deadlines.refresh(case)


def was_assessed(case: Case) -> bool:
    """Whether triage ever judged the case."""
    judged = select(CaseEvent.id).where(CaseEvent.case_id == case.id, CaseEvent.kind == CaseAssessed.__name__)
    return db.session.scalar(judged.limit(1)) is not None


def open_again(case: Case, action: Action, wanted: Stage | None = None) -> None:
    """Take a closed case up again, or let a panel take it over; what was owed or asked before is no longer.

    Raises:
        IllegalTransition: the action does not lead out of closed.
    """
    move(case, action, wanted)
    case.closed_at = case.close_type = None
    take_back_requests(case)
    hand_back_if_lost(case)
    deadlines.end_all(case)


def move(case: Case, action: Action, wanted: Stage | None = None) -> None:
    """Set the stage the action leads to. The only place where a stage is set.

    Raises:
        Refused: the person risks something, and nobody has looked at it since the last stage (retaliation).
        IllegalTransition: the table has no such step.
    """
    stage = next_stage(case.stage, action, wanted)
    guards.stop_if(guards.why_not_move_on(action, owes_look=owes_retaliation_look(case)))
    if stage is not case.stage:
        case.retaliation_stage = None  # looked at anew at every stage, also at one that the case comes back to (R52)
    case.stage = stage


def restrict(case: Case, reason: str, *, actor: Actor) -> None:
    """Leave the case to the focal point alone. Doing it again changes nothing; who may do it, the caller knows."""
    if case.class_ is not CaseClass.RESTRICTED:
        case.class_ = CaseClass.RESTRICTED
        case.assignee_id = None  # whoever had it can no longer see it
        search_index.forget(case.id)
        _hide_mail(case)
        record(case, CaseRestricted(reason=reason), actor=actor)


def _hide_mail(case: Case) -> None:
    """Leave what waits in the holding pen and may belong to the case to focal points, who are told.

    What was decided and waits for the worker is none of it, which looks at the class of the case itself.
    """
    guessed = select(PenGuess.mail_id).where(PenGuess.case_id == case.id)
    waits = (ReceivedMail.state == MailState.PEN, ReceivedMail.is_restricted.is_(False))
    for mail in db.session.scalars(select(ReceivedMail).where(ReceivedMail.id.in_(guessed), *waits).with_for_update()):
        mail.is_restricted, mail.site_id = True, case.site_id
        mail_rules.tell_of_pen(mail, now=clock.utcnow())
