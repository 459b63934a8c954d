"""What the person says: accept, ask for a change or a meeting, refuse, withdraw; by the page or by word of mouth."""

import uuid
from dataclasses import dataclass

from engage import clock, vault
from engage.domain import guards, policy
from engage.domain.case import PORTAL as PORTAL
from engage.domain.case import Answer, Writer
from engage.domain.deadlines import Promise
from engage.domain.events import (
    CaseAppealed,
    CaseWithdrawn,
    FeedbackGiven,
    ProposalAccepted,
    ProposalCountered,
    ProposalRefused,
    RemedyConfirmed,
)
from engage.domain.guards import Refusal, Refused
from engage.domain.lifecycle import Action, Stage
from engage.domain.policy import Actor, NotAllowed, Party, Permission
from engage.extensions import db
from engage.models import Appeal, Case, Feedback, Proposal, Remedy
from engage.services import cases, conversation, deadlines, meetings, pausing, ratings, sites
from engage.services.timeline import digest_of, record


@dataclass(frozen=True, slots=True)
class SignOff:
    """How an answer was given: on the page, or by word of mouth with a signature, a thumbprint, a witness … (R45).

    `read_back` says whether a spoken answer was read back and confirmed; None on the page.
    """

    mode: str = PORTAL
    read_back: bool | None = None
    words: str | None = None


def accept(case: Case, *, actor: Actor, sign_off: SignOff = SignOff()) -> None:
    """Accept the proposal: its remedies begin, or the case closes when nothing is left to do.

    What is left to do includes telling the people of a group how it ended (domain R46).

    Raises:
        NotAllowed: neither the person nor staff who may record their answer.
        Refused: nothing waits for an answer, or a spoken answer was not read back.
    """
    proposal = _answered(case, Action.ACCEPT, Answer.ACCEPT, actor, sign_off)
    owes_word = case.is_collective and not cases.group_was_told(case, proposal.sent_at)
    if proposal.remedies or owes_word:
        cases.move(case, Action.ACCEPT, Stage.IMPLEMENTING)
        deadlines.open_for_remedies(case, proposal.remedies)
        if owes_word:
            meetings.owe_report_back(case)
    else:
        cases.finish(case, Action.ACCEPT, proposal.close_type, proposal.root_cause)
    _record_answer(case, proposal, ProposalAccepted(proposal_id=proposal.id, sign_off=sign_off.mode), actor)


def counter(case: Case, *, actor: Actor, wants_meeting: bool = False, sign_off: SignOff = SignOff()) -> None:
    """Ask for a change or a meeting: the next round begins and it is our turn, three rounds at most.

    Raises:
        NotAllowed, Refused: as `accept`; Refused also when the rounds are used up.
    """
    answer = Answer.MEET if wants_meeting else Answer.COUNTER
    proposal = _answered(case, Action.COUNTER, answer, actor, sign_off)
    cases.move(case, Action.COUNTER)
    case.round += 1
    deadlines.open_again(case, Promise.PROPOSE)
    event = ProposalCountered(proposal_id=proposal.id, wants_meeting=wants_meeting, sign_off=sign_off.mode)
    _record_answer(case, proposal, event, actor)


def refuse(case: Case, *, actor: Actor, wants_panel: bool, sign_off: SignOff = SignOff()) -> None:
    """Refuse the proposal: a panel looks at it, or the case closes as not agreed, which can still be appealed.

    Raises:
        NotAllowed, Refused: as `accept`.
    """
    proposal = _answered(case, Action.REFUSE, Answer.REFUSE, actor, sign_off)
    if wants_panel:
        cases.move(case, Action.REFUSE, Stage.APPEALED)
        deadlines.end_all(case)
    else:
        cases.finish(case, Action.REFUSE, "not_agreed", proposal.root_cause)
    event = ProposalRefused(proposal_id=proposal.id, wants_panel=wants_panel, sign_off=sign_off.mode)
    _record_answer(case, proposal, event, actor)
    if wants_panel:
        lodge(case, sign_off.words or "", actor=actor)


def lodge(case: Case, words: str, *, actor: Actor, late_reason: str | None = None, is_late: bool = False) -> Appeal:
    """Add the appeal itself and start the panel's time. The stage was moved by the caller."""
    appeal = Appeal(
        id=uuid.uuid4(),
        case_id=case.id,
        words=words,
        salt=vault.salt(),
        is_late=is_late,
        late_reason=late_reason,
        lodged_at=clock.utcnow(),
    )
    case.panel_offered = False
    db.session.add(appeal)
    db.session.flush()
    db.session.refresh(case, ["appeals"])
    content = digest_of(appeal.salt, words, late_reason)
    record(case, CaseAppealed(appeal_id=appeal.id, is_late=is_late), actor=actor, content=content)
    deadlines.open_for_appeal(case, appeal)
    return appeal


def confirm_remedy(
    case: Case,
    remedy_id: uuid.UUID,
    *,
    confirmed: bool,
    actor: Actor,
    sign_off: SignOff = SignOff(),
) -> None:
    """Record the person's word on a remedy that we say is done. A no makes it owed again.

    Raises:
        NotAllowed: neither the person nor staff who may record their answer.
        Refused: there is no such remedy, or it is not done yet.
    """
    require_voice(case, Permission.VIEW, actor, sign_off)
    remedy = db.session.get(Remedy, remedy_id)
    if (
        remedy is None
        or remedy.case_id != case.id
        or remedy.finished_at is None
        or case.stage is not Stage.IMPLEMENTING
    ):
        raise Refused(Refusal("nothing_to_confirm"))
    remedy.confirmed, remedy.confirmed_at = confirmed, clock.utcnow()
    remedy.confirmation_words, remedy.sign_off = sign_off.words, sign_off.mode
    if not confirmed:
        remedy.finished_at = None
    event = RemedyConfirmed(remedy_id=remedy.id, confirmed=confirmed, sign_off=sign_off.mode)
    record(case, event, actor=actor, content=digest_of(remedy.salt, sign_off.words))
    if confirmed:
        deadlines.meet(case, Promise.IMPLEMENT, actor=actor, subject_id=remedy.id)


def withdraw(case: Case, *, actor: Actor, words: str | None = None, pressured: bool | None = None) -> None:
    """End the case on the person's own wish. `pressured` is what they say when asked; a yes is told at once (R52).

    Raises:
        NotAllowed: anyone but the person.
        IllegalTransition: it is closed.
    """
    policy.require(actor, Action.WITHDRAW, case.facts)
    content = None
    if words:
        message = conversation.add(case, words, writer=Writer.PERSON, actor=actor, tells=False)
        content = conversation.digest_of_message(message)
    cases.finish(case, Action.WITHDRAW, "withdrawn")
    record(case, CaseWithdrawn(pressured=pressured), actor=actor, content=content)
    if pressured:
        ratings.find_retaliation(case, actor=actor)


def give_feedback(case: Case, *, process: int, outcome: int, words: str | None, actor: Actor) -> None:
    """Add the answers to the two questions at the end, 1 to 5 each. A second time changes nothing.

    Raises:
        NotAllowed: anyone but the person.
        Refused: the case is not closed.
    """
    if actor.party is not Party.PERSON or actor.case_id != case.id:
        raise NotAllowed("feedback")
    if case.stage is not Stage.CLOSED:
        raise Refused(Refusal("not_closed_yet"))
    if db.session.get(Feedback, case.id) is not None:
        return
    salt = vault.salt()
    db.session.add(
        Feedback(case_id=case.id, process=process, outcome=outcome, salt=salt, words=words, given_at=clock.utcnow())
    )
    record(case, FeedbackGiven(process=process, outcome=outcome), actor=actor, content=digest_of(salt, words))


def require_voice(case: Case, action: Action | Permission, actor: Actor, sign_off: SignOff) -> None:
    """Let pass the person, or staff who record what the person said, with a way it was signed off."""
    if actor.party is Party.PERSON:
        policy.require(actor, action, case.facts)
        return
    policy.require(actor, Permission.RECORD_ANSWER, case.facts)
    modes = {term.code for term in sites.rules_for(case).taxonomy.lists["signoff_modes"]} - {PORTAL}
    if sign_off.mode not in modes:
        raise Refused(Refusal("sign_off_needed"))
    if not sign_off.read_back:
        raise Refused(Refusal("read_back_needed"))


def _answered(case: Case, action: Action, answer: Answer, actor: Actor, sign_off: SignOff) -> Proposal:
    """Check and write the answer on the proposal: their time to answer is met, and we wait for them no longer."""
    require_voice(case, action, actor, sign_off)
    facts = cases.circumstances(case)
    guards.stop_if(guards.why_not_counter(facts) if action is Action.COUNTER else guards.why_not_respond(facts))
    proposal = cases.standing_proposal(case)
    proposal.answer, proposal.answer_words = answer, sign_off.words
    proposal.answered_at, proposal.sign_off, proposal.read_back = clock.utcnow(), sign_off.mode, sign_off.read_back
    deadlines.meet(case, Promise.ANSWER, actor=actor)
    pausing.resume_as_answered(case, actor=actor)
    return proposal


def _record_answer(
    case: Case, proposal: Proposal, event: ProposalAccepted | ProposalCountered | ProposalRefused, actor: Actor
) -> None:
    record(case, event, actor=actor, content=digest_of(proposal.salt, proposal.answer_words))
    deadlines.refresh(case)
