"""How staff bring a case to its end: remedies done, verified, answered, lapsed. Never without the person's answer."""

import uuid

from engage import clock
from engage.domain import guards, policy
from engage.domain.case import Writer
from engage.domain.deadlines import Promise
from engage.domain.events import CaseAnswered, CaseLapsed, CaseVerified, CheckedAfterwards, RemedyFinished
from engage.domain.guards import Refusal, Refused
from engage.domain.lifecycle import Action, Stage, next_stage
from engage.domain.policy import Actor, NotAllowed, Permission, Role
from engage.extensions import db
from engage.models import Case, Remedy
from engage.services import cases, conversation, deadlines
from engage.services.timeline import digest_of, record


def finish_remedy(case: Case, remedy_id: uuid.UUID, evidence: str, *, actor: Actor) -> None:
    """Say that a remedy is done, with what shows it; the person is asked to confirm.

    Raises:
        NotAllowed: neither staff of the case nor the remedy's owner.
        Refused: there is no such remedy to finish.
    """
    remedy = db.session.get(Remedy, remedy_id)
    if remedy is None or remedy.case_id != case.id or case.stage is not Stage.IMPLEMENTING:
        raise Refused(Refusal("nothing_to_finish"))
    policy.require(actor, Permission.FINISH_REMEDY, case.facts)
    remedy.evidence, remedy.finished_at, remedy.confirmed = evidence, clock.utcnow(), None
    event = RemedyFinished(remedy_id=remedy.id)
    record(case, event, actor=actor, content=digest_of(remedy.salt, evidence))
    deadlines.refresh(case)


def verify(case: Case, *, actor: Actor, reason: str | None = None) -> None:
    """Close the case: every remedy is evidenced and confirmed, or an approver says why not.

    Raises:
        NotAllowed: policy refuses the actor; an unconfirmed remedy takes an approver.
        Refused: a remedy is open and no reason given.
        IllegalTransition: nothing is being carried out.
    """
    policy.require(actor, Action.VERIFY, case.facts)
    next_stage(case.stage, Action.VERIFY)
    facts = cases.circumstances(case)
    unconfirmed = facts.remedies - facts.remedies_confirmed
    guards.stop_if(guards.why_not_verify(facts, reason))
    if unconfirmed and not (actor.has(Role.APPROVER, case.site_id) or actor.has(Role.FOCAL, case.site_id)):
        raise NotAllowed("an approver's reason")
    proposal = cases.standing_proposal(case)
    content = None
    if reason:
        message = conversation.add(case, reason, writer=Writer.NOTE, actor=actor, tells=False)
        content = conversation.digest_of_message(message)
    cases.finish(case, Action.VERIFY, proposal.close_type, proposal.root_cause)
    record(case, CaseVerified(close_type=proposal.close_type, unconfirmed=unconfirmed), actor=actor, content=content)


def answer(case: Case, words: str, *, actor: Actor) -> None:
    """Answer a question, a suggestion, a compliment or a request for information, which closes it.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: it is a grievance.
        IllegalTransition: it was not acknowledged yet, or is closed.
    """
    policy.require(actor, Action.ANSWER, case.facts)
    guards.stop_if(guards.why_not_answer(cases.circumstances(case)))
    next_stage(case.stage, Action.ANSWER)
    message = conversation.add(case, words, writer=Writer.STAFF, actor=actor, tells=False)
    deadlines.meet(case, Promise.PROPOSE, actor=actor)
    cases.finish(case, Action.ANSWER, "answered")
    event = CaseAnswered(message_id=message.id)
    record(case, event, actor=actor, content=conversation.digest_of_message(message))


def lapse(case: Case, *, actor: Actor) -> None:
    """Close a case whose person stayed silent, after honest attempts and sixty days. They may come back any time.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: too early, too few attempts, or too few ways tried.
        IllegalTransition: no proposal lies with the person.
    """
    policy.require(actor, Action.LAPSE, case.facts)
    next_stage(case.stage, Action.LAPSE)
    guards.stop_if(guards.why_not_lapse(cases.circumstances(case), clock.utcnow()))
    proposal = cases.standing_proposal(case)
    cases.finish(case, Action.LAPSE, "lapsed", proposal.root_cause)
    record(case, CaseLapsed(proposal_id=proposal.id), actor=actor)


def check_afterwards(case: Case, words: str, *, reached: bool, actor: Actor) -> None:
    """Record the talk held after closure, or the attempt; the earliest check that is owed is met.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: no check is owed.
    """
    policy.require(actor, Permission.NOTE, case.facts)
    row = deadlines.first_open(case, Promise.CHECK_AFTERWARDS)
    if row is None:
        raise Refused(Refusal("no_check_owed"))
    message = conversation.add(case, words, writer=Writer.NOTE, actor=actor, tells=False)
    event = CheckedAfterwards(deadline_id=row.id, reached=reached)
    record(case, event, actor=actor, content=conversation.digest_of_message(message))
    deadlines.meet(case, Promise.CHECK_AFTERWARDS, actor=actor, subject_id=row.subject_id)
