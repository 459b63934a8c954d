"""Triage: confirming receipt, judging how serious a case is and whose it is, and screening out by two people."""

import uuid

from engage import clock, vault
from engage.domain import guards, outside, policy
from engage.domain.case import Kind, Road
from engage.domain.deadlines import Promise
from engage.domain.events import (
    CaseAcknowledged,
    CaseAssessed,
    CaseAssigned,
    CaseConverted,
    CaseRouted,
    CaseScreenedOut,
    InformationRefused,
    ScreenOutAsked,
    ScreenOutDeclined,
)
from engage.domain.guards import Refusal, Refused
from engage.domain.lifecycle import Action, next_stage
from engage.domain.outside import WORKER_MATTER
from engage.domain.policy import Actor, NotAllowed, Permission
from engage.domain.triage import Danger, needs_immediate_action
from engage.extensions import db
from engage.models import Case, Screening, Site, StaffUser, Statement
from engage.services import (
    arrangements,
    cases,
    circumstances,
    conflicts,
    deadlines,
    ratings,
    referrals,
    risks,
    search_index,
    security,
    sites,
)
from engage.services.assessing import Assessment
from engage.services.timeline import digest_of, record

BY_NOTICE = "notice"  # on the road the person chose, and on their case page


def acknowledge(case: Case, *, actor: Actor, how: str = BY_NOTICE) -> None:
    """Tell the person that we have the concern, what happens and when.

    The promise is met at once where the case page is their only road or they were told in person, else when the
    notice reaches them or the tries to tell them are logged (product 4).

    Raises:
        NotAllowed: policy refuses the actor.
        IllegalTransition: it was acknowledged before.
    """
    policy.require(actor, Action.ACKNOWLEDGE, case.facts)
    cases.move(case, Action.ACKNOWLEDGE)
    record(case, CaseAcknowledged(how=how), actor=actor)
    if how != BY_NOTICE or case.road is Road.NONE:
        deadlines.meet(case, Promise.ACKNOWLEDGE, actor=actor)


def assess(case: Case, found: Assessment, *, actor: Actor) -> None:
    """Judge the case; every date is recomputed from receipt, and urgent facts are told at once.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: a guard says no: another kind of case, or no word on immediate action at level 4 or 5, or where
            somebody is in danger now.
        IllegalTransition: it is not waiting to be assessed.
    """
    policy.require(actor, Action.ASSESS, case.facts)
    guards.stop_if(guards.why_not_assess(circumstances.of(case)))
    ratings.refuse_unknown_facts(case, found.facts)
    rating = ratings.judge(case, found)
    if needs_immediate_action(rating.level, found.danger) and not found.immediate_action:
        code = "danger_needs_action" if found.danger is Danger.NOW else "immediate_action_needed"
        raise Refused(Refusal(code, {"level": int(rating.level)}))
    risks.refuse_without_measures(found.likelihood, found.harm, found.measures)
    cases.move(case, Action.ASSESS)
    case.category, case.subcategory = found.category, found.subcategory
    case.danger, case.complexity = found.danger.value, found.complexity.value
    _describe(case, found)
    ratings.set_on(case, ratings.first(case, found, rating, actor=actor), actor=actor)  # before anybody is told
    decline_open(case, actor)  # whoever judges it takes it on: nothing is left for a second person
    case.retaliation_risk = risks.set_on(case, found.likelihood, found.harm)
    record(
        case,
        CaseAssessed(
            level=int(rating.level),
            potential=int(found.potential),
            category=found.category,
            subcategory=found.subcategory,
            ongoing_harm=case.ongoing_harm,
            retaliation_risk=case.retaliation_risk,
            danger=found.danger.value,
            complexity=found.complexity.value,
        ),
        actor=actor,
    )
    deadlines.meet(case, Promise.ASSESS, actor=actor)
    deadlines.recompute_at_assessment(case)
    if found.immediate_action:
        ratings.record_interim_measure(case, found.immediate_action, possible=found.immediate_possible, actor=actor)
    if found.measures:
        risks.record_look(case, found.measures, actor=actor)
    arrangements.open_at_assessment(case, found.support, actor=actor)
    ratings.tell_urgent(case, found.facts | set(rating.floors), actor=actor)  # the category may say as much as a fact
    search_index.index(case)


def _describe(case: Case, found: Assessment) -> None:
    """Name the case and its place for lists; the person's own words stay as they are."""
    statement = db.session.get_one(Statement, case.id)
    statement.title = found.title or statement.title
    statement.community = found.community or statement.community


def assign(case: Case, assignee_id: uuid.UUID, *, actor: Actor) -> None:
    """Give the case to a member of staff who may work it.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: the assignee is a subject of the case, gone, or could not see it.
    """
    policy.require(actor, Permission.ASSIGN, case.facts)
    conflicts.refuse_kept_out(case, [assignee_id], what="assign")
    user = db.session.get(StaffUser, assignee_id)
    before, case.assignee_id = case.assignee_id, assignee_id
    if user is None or not policy.may(user.actor, Action.PROPOSE, case.facts):
        case.assignee_id = before
        raise Refused(Refusal("cannot_work_this_case"))
    record(case, CaseAssigned(assignee_id=assignee_id), actor=actor)


def route(case: Case, site_id: uuid.UUID, *, actor: Actor) -> None:
    """Move a case from the group intake to the site it belongs to; its clocks go on from receipt.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: it is at a site already, or the site takes no concerns.
    """
    policy.require(actor, Permission.ROUTE, case.facts)
    here, there = db.session.get(Site, case.site_id), db.session.get(Site, site_id)
    if here is None or not here.is_group_intake or there is None or there.is_group_intake or not there.is_open:
        raise Refused(Refusal("cannot_route"))
    case.site_id = there.id
    case.rule_set_id = sites.rule_set_in_force(there.id, clock.utcnow())
    db.session.flush()
    db.session.expire(case, ["site", "rule_set"])
    deadlines.recompute_at_routing(case)
    security.keep_out(case)
    record(case, CaseRouted(from_site_id=here.id, to_site_id=there.id), actor=actor)
    cases.hand_back_if_lost(case)


def convert(case: Case, kind: Kind, *, actor: Actor) -> None:
    """Change what sort of thing the case is. Into a grievance starts the grievance promises at the original receipt.

    A grievance is made less in services.converting, with the person's agreement on the record (R60).

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: it is a grievance, or past acknowledgement.
    """
    policy.require(actor, Permission.CONVERT, case.facts)
    guards.stop_if(guards.why_not_convert(circumstances.of(case), kind, person_agreed=False))
    change_kind(case, kind, actor=actor)


def change_kind(case: Case, kind: Kind, *, actor: Actor) -> None:
    """Give the case its new kind and the promises of it; who may and when, the caller knows."""
    decline_open(case, actor)
    before, case.kind = case.kind, kind
    if kind.takes_short_road:
        deadlines.end_all(case, Promise.ASSESS, Promise.CONSULT, Promise.START_INVESTIGATION)
        cases.take_back_requests(case)
    deadlines.open_at_conversion(case)
    security.keep_out(case)
    record(case, CaseConverted(from_kind=before.value, to_kind=kind.value), actor=actor)


def restrict(case: Case, reason: str, *, actor: Actor) -> None:
    """Move the case to the restricted class at once: from now on it exists for the focal point alone.

    Doing it again changes nothing. There is no way back in this release.

    Raises:
        NotAllowed: policy refuses the actor.
    """
    policy.require(actor, Permission.RESTRICT, case.facts)
    cases.restrict(case, reason, actor=actor)


def ask_screen_out(case: Case, reason_code: str, words: str, referral: str, *, actor: Actor) -> Screening:
    """Ask a second person to screen the case out: a reason of the list, an explanation, and where else to turn.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: it cannot be screened out now, the reason is none of the list, the matter of a worker was not taken
            elsewhere yet, or words or referral are missing.
        IllegalTransition: it is past screening.
    """
    policy.require(actor, Action.SCREEN_OUT, case.facts)
    next_stage(case.stage, Action.SCREEN_OUT)
    guards.stop_if(guards.why_not_screen_out(circumstances.of(case)))
    row = asked_of_second(case, "screening_out_reasons", reason_code, words, referral, actor=actor)
    content = digest_of(row.salt, words, referral)
    record(case, ScreenOutAsked(screening_id=row.id, reason_code=reason_code), actor=actor, content=content)
    return row


def asked_of_second(case: Case, listed: str, reason_code: str, words: str, referral: str, *, actor: Actor) -> Screening:
    """Add a request that a second person decides on, with a reason of the list and words for the person.

    Raises:
        Refused: the reason is none of the list, or words or where else to turn are missing.
    """
    if reason_code not in {term.code for term in sites.rules_for(case).taxonomy.lists[listed]}:
        raise Refused(Refusal("not_a_reason"))
    guards.stop_if(outside.why_not_screen_out_as(reason_code, referrals.accepted_in(case)))
    if not words.strip() or not referral.strip():
        raise Refused(Refusal("words_and_referral_needed"))
    row = Screening(
        id=uuid.uuid4(),
        case_id=case.id,
        reason_code=reason_code,
        words=words,
        referral=referral,
        salt=vault.salt(),
        asked_by_id=actor.id,
        asked_at=clock.utcnow(),
    )
    db.session.add(row)
    return row


def decide_screen_out(case: Case, *, approve: bool, actor: Actor) -> None:
    """Say yes or no to a request of somebody else: to screen a grievance out, or to refuse information.

    Yes closes the case, appealable; no leaves it where it was.

    Raises:
        NotAllowed: policy refuses the actor, or it is the actor's own request.
        Refused: nothing was asked.
    """
    policy.require(actor, Permission.APPROVE_SCREEN_OUT, case.facts)
    row = cases.open_screening(case)
    if row is None:
        raise Refused(Refusal("nothing_to_decide"))
    if row.asked_by_id == actor.id:
        raise NotAllowed("own request")
    if not approve:
        _decline(case, row, actor)
        return
    row.decided_at, row.decided_by_id, row.is_approved = clock.utcnow(), actor.id, True
    if case.kind is Kind.INFORMATION_REQUEST:
        deadlines.meet(case, Promise.PROPOSE, actor=actor)
        cases.finish(case, Action.ANSWER, "information_refused")
        record(case, InformationRefused(screening_id=row.id, reason_code=row.reason_code), actor=actor)
        return
    cases.finish(case, Action.SCREEN_OUT, "transferred" if row.reason_code == WORKER_MATTER else "screened_out")
    record(case, CaseScreenedOut(screening_id=row.id, reason_code=row.reason_code), actor=actor)


def decline_open(case: Case, actor: Actor) -> None:
    """Take back what a second person was asked for, since something else is done with the case."""
    if asked := cases.open_screening(case):
        _decline(case, asked, actor)


def _decline(case: Case, row: Screening, actor: Actor) -> None:
    row.decided_at, row.decided_by_id, row.is_approved = clock.utcnow(), actor.id, False
    record(case, ScreenOutDeclined(screening_id=row.id), actor=actor)
