"""What is established of a case after triage, as deeds of anybody."""

from datetime import timedelta

from engage import clock
from engage.domain.policy import Actor, Permission
from engage.domain.retaliation import Harm, Likelihood
from engage.domain.severity import Level
from engage.services import arrangements, asking_for_time, corrective, explanations, investigation, ratings, risks
from engage.services.assessing import Rerating
from engage.services.corrective import Change
from tests import states
from tests.lives.deeds import DAY, an_open_deadline
from tests.lives.life import Life, deed

P = Permission


@deed(P.RATE)
def rate_again(life: Life, actor: Actor) -> None:
    level = life.one_of(*Level)
    facts = life.one_of((), (), ("ongoing_harm",), ("retaliation",))
    phase = life.one_of("preliminary", "final")
    found = Rerating(phase, level, level, frozenset(facts), "We measured.", "The road is closed.")
    life.act(actor, ratings.rate_again, found)


@deed(P.APPROVE_RATING)
def decide_on_a_lower_level(life: Life, actor: Actor) -> None:
    life.act(actor, ratings.decide_downgrade, approve=life.one_of(True, False))


@deed(P.ASSESS_RETALIATION)
def look_at_what_they_risk(life: Life, actor: Actor) -> None:
    likelihood = life.one_of(*Likelihood)
    life.act(actor, risks.look, likelihood, life.one_of(*Harm), life.one_of("We meet elsewhere.", None))


@deed(P.ARRANGE)
def ask_for_help(life: Life, actor: Actor) -> None:
    life.act(actor, arrangements.ask_for, life.one_of("interpreter", "transport", "no such thing"))


@deed(P.ARRANGE)
def arrange_help(life: Life, actor: Actor) -> None:
    there = [row.id for row in arrangements.items_of(life.case.id)] or [life.case.id]
    life.act(actor, arrangements.finish, life.one_of(*there), "A cousin translates.")


@deed(P.EXPLAIN)
def explain_in_writing(life: Life, actor: Actor) -> None:
    owed = [row.id for row in explanations.owed_by(life.case)] or [life.case.id]
    life.act(actor, explanations.write, life.one_of(*owed), "The laboratory was closed.")


@deed(P.NOTE)
def plan_the_investigation_anew(life: Life, actor: Actor) -> None:
    life.act(actor, investigation.plan_anew, states.plan(), why=life.one_of("The driver is away.", None))


@deed(P.CORRECT)
def decide_what_is_changed(life: Life, actor: Actor) -> None:
    owner = life.cast.staff[life.one_of(*life.cast.staff)]
    shared = life.one_of(None, "We water the road every morning.")
    change = Change("Wet the road twice a day.", owner.id, clock.utcnow() + timedelta(days=20), shared)
    life.act(actor, corrective.decide, change)


@deed(P.EXTEND)
def ask_for_more_time(life: Life, actor: Actor) -> None:
    row = an_open_deadline(life)
    chosen, due = (row.id, row.due_at) if row else (life.case.id, clock.utcnow())
    new_date = due + life.one_of(1, 5, 400) * DAY
    life.act(actor, asking_for_time.ask, chosen, "The expert is away.", new_date)


@deed(P.EXTEND_AGAIN)
def decide_on_more_time(life: Life, actor: Actor) -> None:
    life.act(actor, asking_for_time.decide, approve=life.one_of(True, False), words=life.one_of("", "Hurry."))
