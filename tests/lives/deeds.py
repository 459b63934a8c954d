"""Everything that can be done with a case, as deeds of anybody: the steps of the lifecycle, and what is done beside."""

from datetime import timedelta

from sqlalchemy import select

from engage import clock
from engage.domain.case import Kind
from engage.domain.conflicts import SubjectKind
from engage.domain.errands import ErrandResult
from engage.domain.guards import RIGHTS
from engage.domain.lifecycle import Action
from engage.domain.policy import Actor, Party, Permission, Role
from engage.domain.retaliation import Harm, Likelihood
from engage.domain.severity import Level
from engage.extensions import db
from engage.models import Deadline, Errand
from engage.services import (
    answers,
    appeals,
    cases,
    circumstances,
    conflicts,
    conversation,
    delays,
    endings,
    investigation,
    pauses,
    pausing,
    proposals,
    triage,
)
from engage.services import errands as errand_services
from engage.services.answers import SignOff
from engage.unit_of_work import unit_of_work
from tests import states
from tests.lives.life import Life, deed, has_worked

A, P = Action, Permission
DAY = timedelta(days=1)


def by(actor: Actor) -> SignOff:
    """How the answer was given: on the page, or told to staff and read back."""
    return SignOff() if actor.party is Party.PERSON else SignOff("witness", read_back=True)


def cannot_excuse(life: Life, actor: Actor) -> bool:
    """What the person has not confirmed takes the word of an approver who did not work on the case."""
    facts = circumstances.of(life.case)
    site_id = life.cast.site_id
    excuses = actor.has(Role.APPROVER, site_id) or actor.has(Role.FOCAL, site_id)
    return facts.remedies > facts.remedies_confirmed and (not excuses or has_worked(life, actor))


@deed(A.ACKNOWLEDGE)
def acknowledge(life: Life, actor: Actor) -> None:
    life.act(actor, triage.acknowledge, how=life.one_of("notice", "in_person"))


@deed(A.ASSESS)
def assess(life: Life, actor: Actor) -> None:
    level = life.one_of(*Level)
    facts = life.one_of((), (), (), ("ongoing_harm",), ("retaliation",), ("fatality",), ("sexual_violence",))
    harm = life.one_of(Harm.LIGHT, Harm.LIGHT, Harm.LIGHT, Harm.GRAVE)
    found = states.assessment(
        level,
        facts=frozenset(facts),
        likelihood=life.one_of(*Likelihood),
        harm=harm,
        measures="We meet away from the site.",
        immediate_action="The road is closed until tomorrow.",
        community=life.one_of(None, "Upper village", " upper VILLAGE"),
    )
    life.act(actor, triage.assess, found)


@deed(A.SCREEN_OUT)
def ask_to_screen_out(life: Life, actor: Actor) -> None:
    life.act(actor, triage.ask_screen_out, "not_connected", "It is the road of the town.", "The town hall.")


@deed(P.APPROVE_SCREEN_OUT)
def decide_on_screening_out(life: Life, actor: Actor) -> None:
    life.act(actor, triage.decide_screen_out, approve=life.one_of(True, True, False))


@deed(A.INVESTIGATE)
def investigate(life: Life, actor: Actor) -> None:
    life.act(actor, investigation.investigate, states.plan())


@deed(A.PROPOSE)
def propose(life: Life, actor: Actor) -> None:
    words = ["Water the road.", "Pave it."][: life.one_of(0, 1, 1, 2)]
    more = {"shared_findings": "We pay once, and you waive every claim."} if life.seldom() else {}
    life.act(actor, proposals.propose, states.offer(*words, **more))


@deed(P.APPROVE_PROPOSAL)
def approve_the_proposal(life: Life, actor: Actor) -> None:
    life.act(actor, proposals.approve_proposal, RIGHTS, why_no_waiver=life.one_of("The court stays open.", None))


@deed(P.APPROVE_PROPOSAL)
def return_the_proposal(life: Life, actor: Actor) -> None:
    life.act(actor, proposals.return_proposal, "Too little.")


@deed(A.ACCEPT, recorded=True)
def accept(life: Life, actor: Actor) -> None:
    life.act(actor, answers.accept, sign_off=by(actor))


@deed(A.COUNTER, recorded=True)
def counter(life: Life, actor: Actor) -> None:
    life.act(actor, answers.counter, wants_meeting=life.seldom(), sign_off=by(actor))


@deed(A.REFUSE, recorded=True)
def refuse(life: Life, actor: Actor) -> None:
    life.act(actor, answers.refuse, wants_panel=life.one_of(True, False), sign_off=by(actor))


@deed(A.LAPSE, unless=has_worked)
def let_lapse(life: Life, actor: Actor) -> None:
    life.act(actor, endings.lapse)


@deed(A.VERIFY, unless=cannot_excuse)
def verify(life: Life, actor: Actor) -> None:
    facts = circumstances.of(life.case)
    reason = "They moved away." if facts.remedies > facts.remedies_confirmed else None
    life.act(actor, endings.verify, reason=reason)


@deed(A.APPEAL, recorded=True)
def appeal(life: Life, actor: Actor) -> None:
    life.act(actor, appeals.appeal, "It was not looked into.", late_reason="I was ill.")


@deed(P.SEAT_PANEL)
def seat_a_panel(life: Life, actor: Actor) -> None:
    case = life.case
    free = appeals.free_for_panel(case)
    some = life.dice.sample(free, min(len(free), life.one_of(1, 2))) if free else []
    anybody = [life.one_of(*life.cast.staff.values()).id]
    life.act(actor, appeals.seat_panel, anybody if life.seldom() else some)


@deed(A.REFER)
def refer(life: Life, actor: Actor) -> None:
    life.act(actor, appeals.refer, "The ombuds office", appeals.Terms("Its own rules.", why_other="Both want it."))


@deed(A.REPORT)
def report(life: Life, actor: Actor) -> None:
    life.act(actor, appeals.report, "partly_upheld", "Half of it.", to_proposal=life.one_of(True, False))


@deed(A.REOPEN)
def reopen(life: Life, actor: Actor) -> None:
    life.act(actor, appeals.reopen, "The dust is back.")


@deed(A.ANSWER)
def answer(life: Life, actor: Actor) -> None:
    life.act(actor, endings.answer, "We water the road at six.")


@deed(A.WITHDRAW)
def withdraw(life: Life, actor: Actor) -> None:
    life.act(actor, answers.withdraw, pressured=life.one_of(None, True, False))


@deed(P.FINISH_REMEDY)
def finish_a_remedy(life: Life, actor: Actor) -> None:
    proposal = cases.latest_proposal(life.case)
    remedies = proposal.remedies if proposal else []
    chosen = life.one_of(*remedies).id if remedies else life.case.id
    life.act(actor, endings.finish_remedy, chosen, "A photo of the road.")


@deed(P.VIEW, recorded=True)
def confirm_a_remedy(life: Life, actor: Actor) -> None:
    proposal = cases.latest_proposal(life.case)
    remedies = proposal.remedies if proposal else []
    chosen = life.one_of(*remedies).id if remedies else life.case.id
    confirmed = life.one_of(True, True, False)
    life.act(actor, answers.confirm_remedy, chosen, confirmed=confirmed, sign_off=by(actor))


@deed(P.ASSIGN)
def assign(life: Life, actor: Actor) -> None:
    likely = [life.cast.staff[name].id for name in ("officer", "another_officer", "coordinator", "second_focal")]
    chosen = life.one_of(*life.cast.staff.values()).id if life.seldom() else life.one_of(*likely)
    life.act(actor, triage.assign, chosen)


@deed(P.CONVERT)
def convert(life: Life, actor: Actor) -> None:
    life.act(actor, triage.convert, life.one_of(*Kind))


@deed(P.RESTRICT)
def restrict(life: Life, actor: Actor) -> None:
    life.act(actor, triage.restrict, "sexual_violence")


@deed(P.NAME_SUBJECT)
def say_whom_it_is_about(life: Life, actor: Actor) -> None:
    chosen = life.one_of(*life.cast.staff.values()).id
    life.act(actor, conflicts.name_person, chosen)


@deed(P.NAME_SUBJECT)
def say_which_department_it_is_about(life: Life, actor: Actor) -> None:
    life.act(actor, conflicts.name_place, SubjectKind.DEPARTMENT, life.one_of("Haulage", "Drilling"))


@deed(P.REMOVE_SUBJECT)
def say_whom_it_is_not_about(life: Life, actor: Actor) -> None:
    named = conflicts.named_in(life.case.id)
    chosen = life.one_of(*named).id if named else life.case.id
    life.act(actor, conflicts.remove, chosen, "It was another one.")


@deed(P.REPLY)
def write(life: Life, actor: Actor) -> None:
    is_person = actor.party is Party.PERSON
    life.act(actor, conversation.write_as_person if is_person else conversation.reply, "Is there any news?")


@deed(P.NOTE)
def consult(life: Life, actor: Actor) -> None:
    life.act(actor, proposals.consult, "We met at the school.", held=life.one_of(True, False), without="No bus runs.")


@deed(P.TELL_PERSON)
def try_to_reach(life: Life, actor: Actor) -> None:
    life.act(actor, conversation.log_attempt, life.one_of("phone", "visit"), reached=life.seldom())


@deed(P.TELL_PERSON)
def carry_a_word(life: Life, actor: Actor) -> None:
    owed = select(Errand.id).where(Errand.case_id == life.case.id, Errand.finished_at.is_(None))
    found = db.session.scalars(owed.order_by(Errand.made_at)).first()
    with unit_of_work():
        cases.lock(life.reference, actor)
        errand_services.finish(found or life.case.id, life.one_of(*ErrandResult), actor=actor)


def an_open_deadline(life: Life) -> Deadline | None:
    rows = db.session.scalars(select(Deadline).where(Deadline.case_id == life.case.id, Deadline.ended_at.is_(None)))
    found = sorted(rows, key=lambda row: (row.due_at, row.promise.value))
    return life.one_of(*found) if found else None


@deed(P.EXTEND)
def put_off(life: Life, actor: Actor) -> None:
    row = an_open_deadline(life)
    chosen, due = (row.id, row.due_at) if row else (life.case.id, clock.utcnow())
    life.act(actor, delays.extend, chosen, "The expert is away.", due + life.one_of(1, 5, 400) * DAY)


@deed(P.TELL_PERSON)
def tell_of_a_delay(life: Life, actor: Actor) -> None:
    row = an_open_deadline(life)
    said = delays.Delay("We measured.", "The expert is away.")
    chosen = row.id if row else life.case.id
    life.act(actor, delays.tell_delay, chosen, said, clock.utcnow() + life.one_of(1, 5, 400) * DAY)


@deed(P.PAUSE)
def stop_the_clock(life: Life, actor: Actor) -> None:
    reason = life.one_of("waiting_for_person", "community_decision", "harvest")
    begins = life.one_of(None, None, clock.utcnow() + 2 * DAY)
    ends = clock.utcnow() + life.one_of(3, 10, 29) * DAY
    stop = pauses.Stop(reason, "Your community decides.", ends, begins, life.one_of("The elders, in a letter.", None))
    life.act(actor, pauses.pause, stop)


@deed(P.PAUSE)
def let_the_clock_run(life: Life, actor: Actor) -> None:
    lasting = pausing.not_over(life.case)
    chosen = life.one_of(*lasting).id if lasting else life.case.id
    life.act(actor, pauses.end_pause, chosen, asked_by="The elders.")


@deed(P.NOTE)
def look_afterwards(life: Life, actor: Actor) -> None:
    life.act(actor, endings.check_afterwards, endings.AfterTalk("They are well.", *life.one_of(("yes", False), ())))
