"""Offering a resolution: talks before it, proposals and their approval."""

import uuid
from collections.abc import Collection

from sqlalchemy import func, select

from engage import clock, vault
from engage.domain import guards, policy
from engage.domain.case import CaseClass, Writer
from engage.domain.deadlines import Promise
from engage.domain.events import (
    ConsultationHeld,
    ProposalApproved,
    ProposalDrafted,
    ProposalReturned,
    ProposalSent,
)
from engage.domain.guards import Refusal, Refused, stop_if
from engage.domain.lifecycle import Action, next_stage
from engage.domain.policy import Actor, NotAllowed, Permission, Role
from engage.extensions import db
from engage.models import Approval, Case, Proposal, Remedy
from engage.services import arrangements, cases, circumstances, conflicts, conversation, deadlines, findings, wording
from engage.services.findings import Line, Offer
from engage.services.timeline import digest_of, record


def consult(case: Case, words: str, *, actor: Actor, held: bool = True, without: str | None = None) -> None:
    """Record that we talked with the person, or tried to: date, place, language and who, in the note's words.

    `without` says why we met although something the person needs for it was not arranged.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: we met, something they need was not arranged, and no reason is given.
    """
    policy.require(actor, Permission.NOTE, case.facts)
    if held:
        arrangements.refuse_meeting(case, without)
        words = "\n\n".join(filter(None, [words, without]))
    message = conversation.add(case, words, writer=Writer.NOTE, actor=actor, tells=False)
    content = conversation.digest_of_message(message)
    record(case, ConsultationHeld(message_id=message.id, held=held), actor=actor, content=content)
    deadlines.meet(case, Promise.CONSULT, actor=actor)


def propose(case: Case, offer: Offer, *, actor: Actor) -> Proposal:
    """Draft a proposal; it goes to the person at once, or after the approvals that its severity and its words need.

    Words that seem to take a right or to buy silence wait for somebody else at every level (domain R34).

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: a guard says no, it could not be kept and counted, see `findings.check`, or a group would have to keep
            silent (R46).
        IllegalTransition: the case is not at a stage from which something is proposed.
    """
    policy.require(actor, Action.PROPOSE, case.facts)
    next_stage(case.stage, Action.PROPOSE)
    guards.stop_if(guards.why_not_propose(circumstances.of(case)))
    findings.check(case, offer)
    words = wording.found(*offer.told)
    stop_if(guards.why_not_keep_silent(words.silence, is_collective=case.is_collective))
    number = 1 + (db.session.scalar(select(func.max(Proposal.number)).where(Proposal.case_id == case.id)) or 0)
    proposal = Proposal(
        id=uuid.uuid4(),
        case_id=case.id,
        number=number,
        round=max(case.round, 1),
        shared_findings=offer.shared_findings,
        internal_findings=offer.internal_findings,
        finding=offer.finding,
        close_type=offer.close_type,
        root_cause=offer.root_cause,
        further_causes=list(offer.further_causes),
        involvement=offer.involvement,
        why_not_investigated=offer.why_not_investigated,
        salt=vault.salt(),
        drafted_by_id=actor.id,
        drafted_at=clock.utcnow(),
    )
    db.session.add(proposal)
    db.session.flush()
    db.session.add_all(_remedy(case, proposal, line, place) for place, line in enumerate(offer.lines, start=1))
    db.session.flush()
    db.session.refresh(proposal, ["remedies", "approvals"])
    event = ProposalDrafted(proposal_id=proposal.id, round=proposal.round, held_by_words=bool(words.phrases))
    record(case, event, actor=actor, content=digest_of_proposal(proposal))
    if not roles_missing(case, proposal):
        _send(case, proposal, actor)
    return proposal


def approve_proposal(case: Case, checks: Collection[str], *, actor: Actor, why_no_waiver: str | None = None) -> None:
    """Add the actor's approval; the last one that was missing sends the proposal to the person.

    `checks` are the rights that the actor looked at and found in order, of `guards.RIGHTS`; `why_no_waiver` says why
    words that seem to take a right or to buy silence do not.

    Raises:
        NotAllowed: policy refuses the actor, it is the actor's own work, or the actor approved it before.
        Refused: nothing waits for approval, a right was not found in order, or such words stand there without a why.
    """
    policy.require(actor, Permission.APPROVE_PROPOSAL, case.facts)
    proposal = _waiting(case)
    phrases = wording.found_in_proposal(proposal).phrases
    stop_if(guards.why_not_approve(checks, phrases, why_no_waiver))
    missing = roles_missing(case, proposal)
    mine = next((role for role in missing if actor.has(role, case.site_id)), None)
    has_approved = any(row.user_id == actor.id for row in proposal.approvals)
    if mine is None or has_approved or actor.id in conflicts.worked_on(case):
        raise NotAllowed("own work, or not this approval")
    given = Approval(proposal_id=proposal.id, user_id=actor.id, role=mine.value, approved_at=clock.utcnow())
    given.checks = list(guards.RIGHTS)
    if phrases:
        given.cleared, given.why_no_waiver = list(phrases), why_no_waiver
    db.session.add(given)
    db.session.flush()
    db.session.refresh(proposal, ["approvals"])
    event = ProposalApproved(proposal_id=proposal.id, role=mine.value)
    content = digest_of(proposal.salt, *phrases, why_no_waiver) if phrases else None
    record(case, event, actor=actor, role=mine.value, content=content)
    if not roles_missing(case, proposal):
        _send(case, proposal, actor)


def return_proposal(case: Case, words: str, *, actor: Actor) -> None:
    """Send a draft back to whoever works the case, with the reason.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: nothing waits for approval.
    """
    policy.require(actor, Permission.APPROVE_PROPOSAL, case.facts)
    proposal = _waiting(case)
    proposal.returned_at, proposal.returned_words = clock.utcnow(), words
    event = ProposalReturned(proposal_id=proposal.id)
    record(case, event, actor=actor, content=digest_of(proposal.salt, words))


def send_if_approved(case: Case, *, actor: Actor) -> None:
    """Send a draft that waits for nobody any more, because the case was found to be less serious."""
    draft = cases.latest_proposal(case)
    waits = draft is not None and draft.sent_at is None and draft.returned_at is None
    if draft is not None and waits and not roles_missing(case, draft):
        _send(case, draft, actor)


def roles_to_approve(case: Case, *, held_by_words: bool = False) -> tuple[Role, ...]:
    """Return the roles whose approval a proposal of the case needs. Source: product 3, domain 2.2.

    One that a panel brought back before anybody judged it needs a second person: level 3 counts then (product 4). Words
    that seem to take a right or to buy silence need somebody else at every level; below the level from which the
    human-rights lead sees a case, that is an approver. Ours, docs/decisions/0024.
    """
    level = case.level or guards.APPROVAL_LEVEL
    if level < guards.APPROVAL_LEVEL and not held_by_words:
        return ()
    if case.class_ is CaseClass.RESTRICTED:
        return (Role.FOCAL,)  # a second focal point: nobody else may know
    if level < guards.RIGHTS_LEVEL:
        return (Role.APPROVER,)
    return (Role.APPROVER, Role.RIGHTS_LEAD)


def roles_missing(case: Case, proposal: Proposal) -> list[Role]:
    """Return the roles that have not approved the proposal yet."""
    given = {row.role for row in proposal.approvals if row.user_id not in case.facts.subjects}
    held = bool(wording.found_in_proposal(proposal).phrases)
    return [role for role in roles_to_approve(case, held_by_words=held) if role.value not in given]


def digest_of_proposal(proposal: Proposal) -> str:
    """Return the salted digest under which the record keeps a proposal and its remedies."""
    remedies = [part for remedy in proposal.remedies for part in (remedy.type_code, remedy.words)]
    sums = [f"{one.number}: {one.amount} {one.currency}" for one in proposal.remedies if one.amount]
    rest = filter(None, [proposal.involvement, proposal.why_not_investigated, *sums])  # older ones have none of these
    return digest_of(proposal.salt, proposal.shared_findings, proposal.internal_findings, *remedies, *rest)


def _waiting(case: Case) -> Proposal:
    proposal = cases.latest_proposal(case)
    if proposal is None or proposal.sent_at is not None or proposal.returned_at is not None:
        raise Refused(Refusal("nothing_to_approve"))
    return proposal


def _send(case: Case, proposal: Proposal, actor: Actor) -> None:
    """Offer the proposal to the person: it is their turn, and what it fulfils is met."""
    cases.move(case, Action.PROPOSE)
    case.round = proposal.round
    case.unread_reply = False  # what we found and offer answers what the person wrote
    proposal.sent_at = clock.utcnow()
    proposal.respond_by = deadlines.open_for_proposal(case, proposal)
    deadlines.meet(case, Promise.PROPOSE, actor=actor)
    deadlines.end_all(case, Promise.START_INVESTIGATION, Promise.CONSULT)
    event = ProposalSent(proposal_id=proposal.id, round=proposal.round, respond_by=proposal.respond_by)
    record(case, event, actor=actor, content=digest_of_proposal(proposal))


def _remedy(case: Case, proposal: Proposal, line: Line, place: int) -> Remedy:
    return Remedy(
        case_id=case.id,
        proposal_id=proposal.id,
        number=place,
        type_code=line.type_code,
        words=line.words,
        amount=line.money.parts if line.money else None,
        currency=line.money.currency if line.money else None,
        salt=vault.salt(),
        owner_id=line.owner_id or case.assignee_id,
        due_at=line.due_at,
    )
