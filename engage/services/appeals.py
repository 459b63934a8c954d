"""Second and third tier: a panel of people who touched nothing before, an outside body, and taking a case up again."""

import uuid
from collections.abc import Iterable

from sqlalchemy import select

from engage import clock, vault
from engage.domain import guards, policy
from engage.domain.case import Writer
from engage.domain.deadlines import Promise
from engage.domain.events import AppealDecided, CaseReferred, CaseReopened, PanelSeated, ReviewReported
from engage.domain.guards import Refusal, Refused
from engage.domain.lifecycle import Action, Stage, next_stage
from engage.domain.policy import Actor, Party, Permission, Role
from engage.extensions import db
from engage.models import Access, Appeal, Case, CaseEvent, IndependentReview, PanelSeat
from engage.scope import people_with
from engage.services import answers, cases, conflicts, conversation, deadlines, panels
from engage.services.timeline import digest_of, record

OUTCOMES = ("upheld", "partly_upheld", "not_upheld")  # for the person, partly for them, as it was decided before


def appeal(case: Case, words: str, *, actor: Actor, late_reason: str | None = None) -> Appeal:
    """Bring a case before a panel: a closed one, after the window with a reason, or one for which a panel was offered.

    Raises:
        NotAllowed: neither the person nor staff who may record what they say.
        Refused: it is late and no reason is given, or it is not closed and no panel was offered.
        IllegalTransition: a panel or an outside body has it already.
    """
    if actor.party is Party.PERSON:
        policy.require(actor, Action.APPEAL, case.facts)
    else:
        policy.require(actor, Permission.RECORD_ANSWER, case.facts)
    next_stage(case.stage, Action.APPEAL)
    facts = cases.circumstances(case)
    guards.stop_if(guards.why_not_appeal(facts, clock.utcnow(), late_reason))
    is_late = guards.why_not_appeal(facts, clock.utcnow()) is not None
    cases.open_again(case, Action.APPEAL)
    return answers.lodge(case, words, actor=actor, late_reason=late_reason, is_late=is_late)


def touched(case: Case) -> frozenset[uuid.UUID]:
    """Return the members of staff who acted on the case or read it: none of them may sit on its panel."""
    acted = db.session.scalars(
        select(CaseEvent.actor_id).where(CaseEvent.case_id == case.id, CaseEvent.actor_id.is_not(None))
    )
    read = db.session.scalars(select(Access.user_id).where(Access.case_id == case.id))
    seated = {seat.user_id for row in case.appeals for seat in row.seats}
    return frozenset({user for user in (*acted, *read, case.assignee_id) if user is not None} - seated)


def free_for_panel(case: Case) -> list[uuid.UUID]:
    """Return who may sit on the case's panel: panel members, no subjects, nobody who touched it before."""
    role = Role.PANEL if people_with(Role.PANEL, case) else Role.FOCAL
    return [user for user in people_with(role, case) if user not in touched(case)]


def seat_panel(case: Case, user_ids: Iterable[uuid.UUID], *, actor: Actor) -> None:
    """Name the people who will decide the appeal. Naming them again replaces them.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: no appeal is open, nobody was named, or somebody touched the case before.
    """
    policy.require(actor, Permission.SEAT_PANEL, case.facts)
    wanted, row = list(dict.fromkeys(user_ids)), cases.open_appeal(case)
    if row is None or not wanted:
        raise Refused(Refusal("no_appeal" if row is None else "nobody_named"))
    conflicts.refuse_kept_out(case, wanted, what="seat")
    if not set(wanted) <= set(free_for_panel(case)):
        raise Refused(Refusal("touched_before"))
    now, sitting = clock.utcnow(), {seat.user_id: seat for seat in row.seats}
    for user, seat in sitting.items():
        if user not in wanted:
            row.seats.remove(seat)
            db.session.delete(seat)
    row.seats += [PanelSeat(appeal_id=row.id, user_id=user, seated_at=now) for user in wanted if user not in sitting]
    db.session.flush()
    record(case, PanelSeated(appeal_id=row.id, members=len(wanted)), actor=actor)


def decide(case: Case, outcome: str, words: str, *, actor: Actor, to_proposal: bool) -> None:
    """Give the panel's reasoned decision: a new proposal has to follow, or the case closes.

    Raises:
        NotAllowed: the actor does not sit on the panel of this very appeal.
        Refused: no panel sits, the actor has not said that they have no conflict of interest, no reasons are given, or
            the outcome is unknown.
        IllegalTransition: no appeal is open.
    """
    policy.require(actor, Action.DECIDE, case.facts)
    next_stage(case.stage, Action.DECIDE)
    facts = cases.circumstances(case)
    guards.stop_if(guards.why_not_decide(facts))
    row, seat = panels.open_seat(case, actor)
    panels.stop_if_undeclared(seat)
    if outcome not in OUTCOMES or not words.strip():
        raise Refused(Refusal("reasons_needed"))
    row.outcome, row.decision, row.decided_at = outcome, words, clock.utcnow()
    deadlines.meet(case, Promise.DECIDE_APPEAL, actor=actor, subject_id=row.id)
    _conclude(case, Action.DECIDE, to_proposal=to_proposal, close_type="resolved_on_appeal")
    content = digest_of(row.salt, words)
    record(case, AppealDecided(appeal_id=row.id, outcome=outcome), actor=actor, role=Role.PANEL.value, content=content)


def refer(case: Case, body: str, terms: str, *, is_binding: bool, actor: Actor) -> None:
    """Give the case to a body outside the company, which the person agreed to.

    Raises:
        NotAllowed: policy refuses the actor.
        IllegalTransition: the case is not closed.
    """
    policy.require(actor, Action.REFER, case.facts)
    cases.open_again(case, Action.REFER)
    row = IndependentReview(
        id=uuid.uuid4(),
        case_id=case.id,
        body=body,
        terms=terms,
        salt=vault.salt(),
        is_binding=is_binding,
        referred_at=clock.utcnow(),
    )
    db.session.add(row)
    record(case, CaseReferred(review_id=row.id), actor=actor, content=digest_of(row.salt, body, terms))


def report(case: Case, outcome: str, words: str, *, actor: Actor, to_proposal: bool) -> None:
    """Record what the outside body found: a new proposal has to follow, or the case closes.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: no review is open, no words are given, or the outcome is unknown.
        IllegalTransition: the case lies with no outside body.
    """
    policy.require(actor, Action.REPORT, case.facts)
    next_stage(case.stage, Action.REPORT)
    row = db.session.scalar(
        select(IndependentReview)
        .where(IndependentReview.case_id == case.id, IndependentReview.reported_at.is_(None))
        .order_by(IndependentReview.referred_at.desc())  # one before it may have been withdrawn
        .limit(1)
    )
    if row is None or outcome not in OUTCOMES or not words.strip():
        raise Refused(Refusal("reasons_needed"))
    row.outcome, row.report, row.reported_at = outcome, words, clock.utcnow()
    _conclude(case, Action.REPORT, to_proposal=to_proposal, close_type="resolved_independently")
    record(case, ReviewReported(review_id=row.id, outcome=outcome), actor=actor, content=digest_of(row.salt, words))


def _conclude(case: Case, action: Action, *, to_proposal: bool, close_type: str) -> None:
    if to_proposal:
        cases.move(case, action, Stage.PROPOSED)
        case.round = 1  # talks begin anew on new ground
        deadlines.open_again(case, Promise.PROPOSE)
    else:
        cases.finish(case, action, close_type)


def reopen(case: Case, reason: str, *, actor: Actor) -> None:
    """Take a closed case up again: it is assessed, and a proposal is owed anew. No time bar.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: no reason is given.
        IllegalTransition: it is not closed.
    """
    policy.require(actor, Action.REOPEN, case.facts)
    if not reason.strip():
        raise Refused(Refusal("reason_needed"))
    by_person = actor.party is Party.PERSON
    cases.open_again(case, Action.REOPEN)
    case.round = 0
    case.unread_reply = by_person
    writer = Writer.PERSON if by_person else Writer.NOTE
    message = conversation.add(case, reason, writer=writer, actor=actor, tells=False)
    deadlines.open_again(case, Promise.PROPOSE)
    content = conversation.digest_of_message(message)
    record(case, CaseReopened(by_person=by_person), actor=actor, content=content)
