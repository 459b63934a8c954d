"""Second and third tier: a panel of people who touched nothing before, an outside body, and taking a case up again."""

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import select

from engage import clock, vault
from engage.domain import guards, policy
from engage.domain.case import CaseClass, Writer
from engage.domain.deadlines import Promise
from engage.domain.events import (
    AppealDecided,
    CaseAssigned,
    CaseReferred,
    CaseReopened,
    PanelSeated,
    ReviewOffered,
    ReviewReported,
)
from engage.domain.guards import Refusal, Refused
from engage.domain.lifecycle import Action, Stage, next_stage
from engage.domain.outside import body_in, why_not_agree_on, why_not_give_to
from engage.domain.policy import Actor, Party, Permission, Role
from engage.domain.wall_clock import instant_of
from engage.extensions import db
from engage.models import Access, Appeal, Case, CaseEvent, IndependentReview, PanelSeat
from engage.queries import outside_parts
from engage.scope import people_with
from engage.services import answers, cases, circumstances, conflicts, conversation, deadlines, panels, pausing
from engage.services.deadline_rows import zone_of
from engage.services.timeline import digest_of, record

NOT_UPHELD = "not_upheld"
OUTCOMES = ("upheld", "partly_upheld", NOT_UPHELD)  # for the person, partly for them, as it was decided before


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
    facts = circumstances.of(case)
    guards.stop_if(guards.why_not_appeal(facts, clock.utcnow(), late_reason))
    is_late = guards.why_not_appeal(facts, clock.utcnow()) is not None
    cases.open_again(case, Action.APPEAL)
    pausing.resume_as_answered(case, actor=actor)  # what we waited for in our own time stops no clock of the panel
    return answers.lodge(case, words, actor=actor, late_reason=late_reason, is_late=is_late)


def touched(case: Case) -> frozenset[uuid.UUID]:
    """Return the members of staff who acted on the case, read it or were given it: none of them may sit on its panel.

    Who sits on the panel now reads and acts for it. Who sat on an earlier one has decided the case once (R03, R32).
    """
    acted = db.session.scalars(
        select(CaseEvent.actor_id).where(CaseEvent.case_id == case.id, CaseEvent.actor_id.is_not(None))
    )
    read = db.session.scalars(select(Access.user_id).where(Access.case_id == case.id))
    given = db.session.scalars(
        select(CaseEvent.payload).where(CaseEvent.case_id == case.id, CaseEvent.kind == CaseAssigned.__name__)
    )
    held = {uuid.UUID(json.loads(payload)["assignee_id"]) for payload in given}
    row = cases.open_appeal(case)
    seated = {seat.user_id for seat in row.seats} if row is not None else set()
    return frozenset({user for user in (*acted, *read, *held, case.assignee_id) if user is not None} - seated)


def free_for_panel(case: Case) -> list[uuid.UUID]:
    """Return who may sit on the case's panel: panel members, no subjects, nobody who touched it before."""
    role = Role.PANEL if people_with(Role.PANEL, case) else Role.FOCAL
    return [user for user in people_with(role, case) if user not in touched(case)]


def could_join_panel(case: Case) -> list[uuid.UUID]:
    """Return who could be made a panel member of the case: active people of its site, or of all, who never touched it.

    Administrators have no part in cases (product 6). In the restricted lane nobody is named: who may know of such a
    case is for the administrator alone to say.
    """
    if case.class_ is CaseClass.RESTRICTED:
        return []
    never = (Role.ADMIN, Role.PANEL, Role.FOCAL)
    people = [user for role in Role if role not in never for user in people_with(role, case)]
    left_out = touched(case) | {user for role in never for user in people_with(role, case)}
    return [user for user in dict.fromkeys(people) if user not in left_out]


def _why_no_panel(case: Case, appeal: Appeal | None) -> Refusal:
    if appeal is None:
        return Refusal("no_appeal")
    return Refusal("nobody_named" if free_for_panel(case) else "nobody_free_for_panel")


def seat_panel(case: Case, user_ids: Iterable[uuid.UUID], *, actor: Actor) -> None:
    """Name the people who will decide the appeal. Naming them again replaces them.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: no appeal is open, nobody was named or is free at all, or somebody touched the case before.
    """
    policy.require(actor, Permission.SEAT_PANEL, case.facts)
    wanted, row = list(dict.fromkeys(user_ids)), cases.open_appeal(case)
    if row is None or not wanted:
        raise Refused(_why_no_panel(case, row))
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
    deadlines.meet(case, Promise.FORM_PANEL, actor=actor, subject_id=row.id)


def decide(case: Case, outcome: str, words: str, *, actor: Actor, to_proposal: bool) -> None:
    """Give the panel's reasoned decision: a new proposal has to follow, or the case closes.

    With it the person is offered the third tier, whatever was decided (domain R33).

    Raises:
        NotAllowed: the actor does not sit on the panel of this very appeal.
        Refused: no panel sits, the actor has not said that they have no conflict of interest, no reasons are given, or
            the outcome is unknown.
        IllegalTransition: no appeal is open.
    """
    policy.require(actor, Action.DECIDE, case.facts)
    next_stage(case.stage, Action.DECIDE)
    facts = circumstances.of(case)
    guards.stop_if(guards.why_not_decide(facts))
    row, seat = panels.open_seat(case, actor)
    panels.stop_if_undeclared(seat)
    if outcome not in OUTCOMES or not words.strip():
        raise Refused(Refusal("reasons_needed"))
    row.outcome, row.decision, row.decided_at = outcome, words, clock.utcnow()
    deadlines.meet(case, Promise.DECIDE_APPEAL, actor=actor, subject_id=row.id)
    # Whoever was not heard has agreed to nothing, and is not counted among the resolved (domain 3.6, K2).
    ends_as = "not_agreed" if outcome == NOT_UPHELD else "resolved_on_appeal"
    _conclude(case, Action.DECIDE, to_proposal=to_proposal, close_type=ends_as)
    content = digest_of(row.salt, words)
    record(case, AppealDecided(appeal_id=row.id, outcome=outcome), actor=actor, role=Role.PANEL.value, content=content)
    record(case, ReviewOffered(appeal_id=row.id), actor=actor, role=Role.PANEL.value)


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms a body looks at a case, as both sides agreed. The days are those of the site.

    `why_other` says why it is none of the bodies that the site's directory names.
    """

    words: str
    is_binding: bool = False
    begins_on: date | None = None
    report_by: date | None = None
    why_other: str | None = None


def refer(case: Case, body: str, terms: Terms, *, actor: Actor) -> None:
    """Give the case to a body outside the company, which the person agreed to.

    Until it reports nothing of ours falls due: the case was closed, so no clock runs that would have to be stopped.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: no body or terms are given, the body stands in no directory of the site and it is not said why, or it
            would report before it begins or before today.
        IllegalTransition: the case is not closed.
    """
    policy.require(actor, Action.REFER, case.facts)
    zone, now = zone_of(case), clock.utcnow()
    is_listed = body_in(outside_parts.directory(case.site_id), body) is not None
    today = now.astimezone(zone).date()
    guards.stop_if(why_not_give_to(body, terms.words, terms.why_other, is_listed=is_listed))
    guards.stop_if(why_not_agree_on(terms.begins_on, terms.report_by, today))
    cases.open_again(case, Action.REFER)
    row = IndependentReview(
        id=uuid.uuid4(),
        case_id=case.id,
        body=body,
        why_other=None if is_listed else terms.why_other,
        terms=terms.words,
        salt=vault.salt(),
        begins_at=instant_of(datetime.combine(terms.begins_on, time(12)), zone) if terms.begins_on else None,
        report_by=instant_of(datetime.combine(terms.report_by, time(23, 59)), zone) if terms.report_by else None,
        is_binding=terms.is_binding,
        referred_at=now,
    )
    db.session.add(row)
    content = digest_of(row.salt, body, row.terms, row.why_other)
    record(case, CaseReferred(review_id=row.id), actor=actor, content=content)


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

    What ended before anybody judged it goes back to triage, which is owed anew, too.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: no reason is given.
        IllegalTransition: it is not closed.
    """
    policy.require(actor, Action.REOPEN, case.facts)
    if not reason.strip():
        raise Refused(Refusal("reason_needed"))
    by_person = actor.party is Party.PERSON
    was_judged = cases.was_assessed(case)
    cases.open_again(case, Action.REOPEN, None if was_judged else Stage.ACKNOWLEDGED)
    case.round = 0
    case.unread_reply = by_person
    writer = Writer.PERSON if by_person else Writer.NOTE
    message = conversation.add(case, reason, writer=writer, actor=actor, tells=False)
    deadlines.open_again(case, Promise.PROPOSE)
    if not was_judged and not case.kind.takes_short_road:
        deadlines.open_again(case, Promise.ASSESS)
    content = conversation.digest_of_message(message)
    record(case, CaseReopened(by_person=by_person), actor=actor, content=content)
