"""What those who decide an appeal do, as deeds of anybody."""

from engage.domain.lifecycle import Action
from engage.domain.policy import Actor, Permission
from engage.services import appeals, cases, panels
from tests.lives.life import Life, deed

A, P = Action, Permission


def is_not_ready(life: Life, actor: Actor) -> bool:
    """Only those who sit on this very appeal, and said that they have no conflict of interest, decide it."""
    appeal = cases.open_appeal(life.case)
    seats = appeal.seats if appeal else []
    return actor.id not in {seat.user_id for seat in seats if seat.declared_at is not None}


@deed(P.DELIBERATE)
def declare(life: Life, actor: Actor) -> None:
    life.act(actor, panels.give_up if life.seldom() else panels.declare)


@deed(P.DELIBERATE)
def write_for_the_panel(life: Life, actor: Actor) -> None:
    life.act(actor, panels.write_note, "The road is not watered.", dissents=life.one_of(True, False))


@deed(A.DECIDE, unless=is_not_ready)
def decide(life: Life, actor: Actor) -> None:
    life.act(actor, appeals.decide, "upheld", "They were right.", to_proposal=life.one_of(True, False))
