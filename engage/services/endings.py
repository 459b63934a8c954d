"""How staff bring a case to its end: remedies done, verified, answered, lapsed. Never without the person's answer."""

import uuid
from dataclasses import dataclass

from engage import clock
from engage.domain import guards, policy
from engage.domain.case import Writer
from engage.domain.deadlines import Promise
from engage.domain.events import (
    CaseAnswered,
    CaseLapsed,
    CaseVerified,
    CheckedAfterwards,
    RemedyFinished,
    RetaliationFound,
)
from engage.domain.guards import Refusal, Refused
from engage.domain.lifecycle import Action, Stage, next_stage
from engage.domain.policy import Actor, NotAllowed, Permission, Role
from engage.extensions import db
from engage.models import AfterCheck, Case, Deadline, Message, Remedy
from engage.services import cases, circumstances, conflicts, conversation, deadlines, ratings, triage
from engage.services.timeline import digest_of, record

STAYED_RIGHT = ("yes", "partly", "no")


def finish_remedy(case: Case, remedy_id: uuid.UUID, evidence: str, *, actor: Actor) -> None:
    """Say that a remedy is done, with what shows it; the person is asked to confirm.

    Raises:
        NotAllowed: neither staff of the case nor the remedy's owner.
        Refused: there is no such remedy to finish.
    """
    remedy = db.session.get(Remedy, remedy_id)
    if remedy is None or remedy.case_id != case.id or remedy.finished_at or case.stage is not Stage.IMPLEMENTING:
        raise Refused(Refusal("nothing_to_finish"))
    if remedy.proposal_id != cases.standing_proposal(case).id:
        raise Refused(Refusal("nothing_to_finish"))  # of an offer that was not accepted
    policy.require(actor, Permission.FINISH_REMEDY, case.facts)
    remedy.evidence, remedy.finished_at, remedy.confirmed = evidence, clock.utcnow(), None
    event = RemedyFinished(remedy_id=remedy.id)
    record(case, event, actor=actor, content=digest_of(remedy.salt, evidence))
    deadlines.refresh(case)


def verify(case: Case, *, actor: Actor, reason: str | None = None) -> None:
    """Close the case: every remedy is evidenced and confirmed, or an approver says why not.

    Ours: where the person had said no to a remedy before they were asked again, they read that reason, and the notice
    that it is finished says how to appeal. Elsewhere it is a note: it may say of somebody why they cannot be reached.

    Raises:
        NotAllowed: policy refuses the actor; an unconfirmed remedy takes an approver.
        Refused: a remedy is open and no reason given, the person said no and was not asked again, or the reason is that
            of somebody who worked on the case.
        IllegalTransition: nothing is being carried out.
    """
    policy.require(actor, Action.VERIFY, case.facts)
    next_stage(case.stage, Action.VERIFY)
    facts = circumstances.of(case)
    unconfirmed = facts.remedies - facts.remedies_confirmed
    guards.stop_if(guards.why_not_verify(facts, reason))
    if unconfirmed and not (actor.has(Role.APPROVER, case.site_id) or actor.has(Role.FOCAL, case.site_id)):
        raise NotAllowed("an approver's reason")
    if unconfirmed:
        _refuse_own_work(case, actor)
    proposal = cases.standing_proposal(case)
    content = None
    if reason:
        writer = Writer.STAFF if any(remedy.was_refused for remedy in proposal.remedies) else Writer.NOTE
        message = conversation.add(case, reason, writer=writer, actor=actor, tells=False)
        content = conversation.digest_of_message(message)
    cases.finish(case, Action.VERIFY, proposal.close_type, proposal.causes)
    record(case, CaseVerified(close_type=proposal.close_type, unconfirmed=unconfirmed), actor=actor, content=content)


def answer(case: Case, words: str, *, actor: Actor) -> None:
    """Answer a question, a suggestion, a compliment or a request for information, which closes it.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: it is a grievance.
        IllegalTransition: it was not acknowledged yet, or is closed.
    """
    policy.require(actor, Action.ANSWER, case.facts)
    guards.stop_if(guards.why_not_answer(circumstances.of(case)))
    next_stage(case.stage, Action.ANSWER)
    triage.decline_open(case, actor)  # who answers refuses nothing
    message = conversation.add(case, words, writer=Writer.STAFF, actor=actor, tells=False)
    deadlines.meet(case, Promise.PROPOSE, actor=actor)
    cases.finish(case, Action.ANSWER, "answered")
    event = CaseAnswered(message_id=message.id)
    record(case, event, actor=actor, content=conversation.digest_of_message(message))


def lapse(case: Case, *, actor: Actor) -> None:
    """Close a case whose person stayed silent, after honest attempts and sixty days. They may come back any time.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: too early, too few attempts, too few ways tried, or the actor worked on the case.
        IllegalTransition: no proposal lies with the person.
    """
    policy.require(actor, Action.LAPSE, case.facts)
    next_stage(case.stage, Action.LAPSE)
    guards.stop_if(guards.why_not_lapse(circumstances.of(case), clock.utcnow()))
    _refuse_own_work(case, actor)
    proposal = cases.standing_proposal(case)
    cases.finish(case, Action.LAPSE, "lapsed", proposal.causes)
    record(case, CaseLapsed(proposal_id=proposal.id), actor=actor)


def _refuse_own_work(case: Case, actor: Actor) -> None:
    """Let pass an approver who is somebody else: nobody approves their own work (product 6, domain R03)."""
    if actor.id in conflicts.worked_on(case):
        raise Refused(Refusal("own_work"))


@dataclass(frozen=True, slots=True)
class AfterTalk:
    """What a talk after closure brought out. Both answers are missing where nobody was reached."""

    words: str
    stayed_right: str | None = None  # yes, partly, no
    punished: bool | None = None

    @property
    def reached(self) -> bool:
        """Whether the person was reached, so that they could answer."""
        return self.stayed_right is not None or self.punished is not None


def check_afterwards(case: Case, talk: AfterTalk, *, actor: Actor) -> None:
    """Record the talk held after closure, or the attempt; the earliest check that is owed is met.

    Whoever says that somebody was punished for speaking up sets off the matrix of urgent facts at once (domain R52),
    also before a talk counts as a check; then the check stays owed.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: no check is owed, it is too early for it, or one of the two questions has no answer.
    """
    policy.require(actor, Permission.NOTE, case.facts)
    if talk.reached and (talk.stayed_right not in STAYED_RIGHT or talk.punished is None):
        raise Refused(Refusal("check_needs_answers"))
    row = deadlines.first_open(case, Promise.CHECK_AFTERWARDS)
    if row is None:
        raise Refused(Refusal("no_check_owed"))
    too_early = guards.why_not_check(row.starts_at, row.due_at, clock.utcnow())
    if not talk.punished:
        guards.stop_if(too_early)
    message = conversation.add(case, talk.words, writer=Writer.NOTE, actor=actor, tells=False)
    check = None if too_early else _meet(case, row, talk, message, actor)
    if talk.punished:
        content = conversation.digest_of_message(message)
        record(case, RetaliationFound(check_id=check.id if check else None), actor=actor, content=content)
        ratings.find_retaliation(case, actor=actor)


def _meet(case: Case, row: Deadline, talk: AfterTalk, message: Message, actor: Actor) -> AfterCheck:
    check = AfterCheck(
        id=uuid.uuid4(),
        case_id=case.id,
        deadline_id=row.id,
        reached=talk.reached,
        stayed_right=talk.stayed_right,
        punished=talk.punished,
        message_id=message.id,
        recorded_by_id=actor.id,
        recorded_at=clock.utcnow(),
    )
    db.session.add(check)
    event = CheckedAfterwards(deadline_id=row.id, reached=talk.reached)
    record(case, event, actor=actor, content=conversation.digest_of_message(message))
    deadlines.meet(case, Promise.CHECK_AFTERWARDS, actor=actor, subject_id=row.subject_id)
    return check
