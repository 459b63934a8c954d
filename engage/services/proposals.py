"""Finding out and offering a resolution: investigation, consultation, proposals and their approval."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from engage import clock, vault
from engage.domain import guards, policy
from engage.domain.case import CaseClass, Writer
from engage.domain.deadlines import Promise
from engage.domain.events import (
    ConsultationHeld,
    InvestigationStarted,
    ProposalApproved,
    ProposalDrafted,
    ProposalReturned,
    ProposalSent,
)
from engage.domain.guards import Refusal, Refused, stop_if
from engage.domain.lifecycle import Action, next_stage
from engage.domain.policy import Actor, NotAllowed, Permission, Role
from engage.extensions import db
from engage.models import Approval, Case, IndependentReview, Proposal, Remedy, StaffUser
from engage.services import arrangements, cases, conflicts, conversation, deadlines, sites, wording
from engage.services.timeline import digest_of, record

MOST_REMEDIES = 20  # ours: more lines than any page or person can follow


@dataclass(frozen=True, slots=True)
class Line:
    """One remedy that is offered; the date is an aware instant."""

    type_code: str
    words: str
    due_at: datetime
    owner_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """What a proposal says, and what closing will need."""

    shared_findings: str
    finding: str
    close_type: str
    root_cause: str
    lines: Sequence[Line] = ()
    internal_findings: str | None = None


def investigate(case: Case, *, actor: Actor) -> None:
    """Begin to establish the facts.

    Raises:
        NotAllowed: policy refuses the actor.
        IllegalTransition: the case is not assessed, or past it.
    """
    policy.require(actor, Action.INVESTIGATE, case.facts)
    cases.move(case, Action.INVESTIGATE)
    record(case, InvestigationStarted(), actor=actor)
    deadlines.meet(case, Promise.START_INVESTIGATION, actor=actor)


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
    record(case, ConsultationHeld(message_id=message.id), actor=actor, content=content)
    deadlines.meet(case, Promise.CONSULT, actor=actor)


def propose(case: Case, offer: Offer, *, actor: Actor) -> Proposal:
    """Draft a proposal; it goes to the person at once, or after the approvals its severity needs.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: a guard says no, a code is none of the lists, whoever is to see to a remedy is kept out of the case,
            gone or may not know of it, or its words take a right or buy silence (R34).
        IllegalTransition: the case is not at a stage from which something is proposed.
    """
    policy.require(actor, Action.PROPOSE, case.facts)
    next_stage(case.stage, Action.PROPOSE)
    guards.stop_if(guards.why_not_propose(cases.circumstances(case)))
    _check_codes(case, offer)
    _check_owners(case, offer)
    wording.refuse_waiver(offer.shared_findings, *(line.words for line in offer.lines))
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
        salt=vault.salt(),
        drafted_by_id=actor.id,
        drafted_at=clock.utcnow(),
    )
    db.session.add(proposal)
    db.session.flush()
    db.session.add_all(_remedy(case, proposal, line, place) for place, line in enumerate(offer.lines, start=1))
    db.session.flush()
    db.session.refresh(proposal, ["remedies", "approvals"])
    event = ProposalDrafted(proposal_id=proposal.id, round=proposal.round)
    record(case, event, actor=actor, content=digest_of_proposal(proposal))
    if not roles_to_approve(case):
        _send(case, proposal, actor)
    return proposal


def approve_proposal(case: Case, checks: Collection[str], *, actor: Actor) -> None:
    """Add the actor's approval; the last one that was missing sends the proposal to the person.

    `checks` are the rights that the actor looked at and found in order, of `guards.RIGHTS`.

    Raises:
        NotAllowed: policy refuses the actor, it is the actor's own work, or the actor approved it before.
        Refused: nothing waits for approval, or a right was not found in order.
    """
    policy.require(actor, Permission.APPROVE_PROPOSAL, case.facts)
    proposal = _waiting(case)
    stop_if(guards.why_not_approve(checks))
    missing = roles_missing(case, proposal)
    mine = next((role for role in missing if actor.has(role, case.site_id)), None)
    has_approved = any(row.user_id == actor.id for row in proposal.approvals)
    if mine is None or has_approved or actor.id in conflicts.worked_on(case):
        raise NotAllowed("own work, or not this approval")
    given = Approval(proposal_id=proposal.id, user_id=actor.id, role=mine.value, approved_at=clock.utcnow())
    given.checks = list(guards.RIGHTS)
    db.session.add(given)
    db.session.flush()
    db.session.refresh(proposal, ["approvals"])
    record(case, ProposalApproved(proposal_id=proposal.id, role=mine.value), actor=actor, role=mine.value)
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


def roles_to_approve(case: Case) -> tuple[Role, ...]:
    """Return the roles whose approval a proposal of the case needs. Source: product 3, domain 2.2.

    One that a panel brought back before anybody judged it needs a second person: level 3 counts then (product 4).
    """
    level = case.level or guards.APPROVAL_LEVEL
    if level < guards.APPROVAL_LEVEL:
        return ()
    if case.class_ is CaseClass.RESTRICTED:
        return (Role.FOCAL,)  # a second focal point: nobody else may know
    if level < guards.RIGHTS_LEVEL:
        return (Role.APPROVER,)
    return (Role.APPROVER, Role.RIGHTS_LEAD)


def roles_missing(case: Case, proposal: Proposal) -> list[Role]:
    """Return the roles that have not approved the proposal yet."""
    given = {row.role for row in proposal.approvals if row.user_id not in case.facts.subjects}
    return [role for role in roles_to_approve(case) if role.value not in given]


def digest_of_proposal(proposal: Proposal) -> str:
    """Return the salted digest under which the record keeps a proposal and its remedies."""
    remedies = [part for remedy in proposal.remedies for part in (remedy.type_code, remedy.words)]
    return digest_of(proposal.salt, proposal.shared_findings, proposal.internal_findings, *remedies)


def _waiting(case: Case) -> Proposal:
    proposal = cases.latest_proposal(case)
    if proposal is None or proposal.sent_at is not None or proposal.returned_at is not None:
        raise Refused(Refusal("nothing_to_approve"))
    return proposal


def _send(case: Case, proposal: Proposal, actor: Actor) -> None:
    """Offer the proposal to the person: it is their turn, and what it fulfils is met."""
    cases.move(case, Action.PROPOSE)
    case.round = proposal.round
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
        salt=vault.salt(),
        owner_id=line.owner_id or case.assignee_id,
        due_at=line.due_at,
    )


def _check_codes(case: Case, offer: Offer) -> None:
    lists = {name: {term.code for term in terms} for name, terms in sites.rules_for(case).taxonomy.lists.items()}
    if not offer.shared_findings.strip():
        raise Refused(Refusal("findings_to_share_needed"))
    if len(offer.lines) > MOST_REMEDIES:
        raise Refused(Refusal("too_many_remedies", {"most": MOST_REMEDIES}))
    if (
        offer.finding not in lists["findings"]
        or offer.close_type not in closes_by_answer(case)
        or offer.root_cause not in lists["root_causes"]
        or any(line.type_code not in lists["remedies"] for line in offer.lines)
    ):
        raise Refused(Refusal("not_in_the_list"))
    if any(line.due_at <= clock.utcnow() for line in offer.lines):
        raise Refused(Refusal("date_is_past"))


def _check_owners(case: Case, offer: Offer) -> None:
    owners = dict.fromkeys(line.owner_id for line in offer.lines if line.owner_id is not None)
    conflicts.refuse_kept_out(case, owners, what="remedy")
    for owner_id in owners:
        user = db.session.get(StaffUser, owner_id)
        if user is None or not policy.may(user.actor, Permission.VIEW, case.facts):
            raise Refused(Refusal("owner_cannot_see"))


def closes_by_answer(case: Case) -> tuple[str, ...]:
    """Return the close types that a proposal of the case may carry: of a tier that it has been to, that tier's too."""
    decided = any(appeal.decided_at is not None for appeal in case.appeals)
    reported = select(IndependentReview.id).where(
        IndependentReview.case_id == case.id, IndependentReview.reported_at.is_not(None)
    )
    outside = db.session.scalar(reported.limit(1)) is not None
    return (
        *(["resolved_on_appeal"] if decided else []),
        "agreed_remedied",
        "agreed_explained",
        *(["resolved_independently"] if outside else []),
    )
