"""What has to do with bodies outside, as deeds of anybody: none of it moves the case."""

from sqlalchemy import select

from engage.domain.outside import PROCEEDINGS, Basis, ReferralKind
from engage.domain.policy import Actor, Permission
from engage.extensions import db
from engage.models import Proceeding, Referral
from engage.services import proceedings, referrals
from tests.lives.life import Life, deed

P = Permission


@deed(P.RECORD_PROCEEDING)
def say_who_else_has_it(life: Life, actor: Actor) -> None:
    seen = proceedings.Elsewhere(life.one_of(*PROCEEDINGS), "A body", life.one_of("The house.", " "))
    life.act(actor, proceedings.record_proceeding, seen)


@deed(P.RECORD_PROCEEDING)
def say_how_it_ended_elsewhere(life: Life, actor: Actor) -> None:
    rows = db.session.scalars(select(Proceeding.id).where(Proceeding.case_id == life.case.id)).all()
    life.act(actor, proceedings.end_proceeding, life.one_of(*(rows or [life.case.id])), "They agreed.")


@deed(P.HAND_OVER)
def hand_it_over(life: Life, actor: Actor) -> None:
    kind, basis = life.one_of(*ReferralKind), life.one_of(*Basis)
    matter = referrals.Matter(kind, "A place", "The wage.", basis, life.one_of("By phone.", ""), "Nobody is named.")
    life.act(actor, referrals.hand_over, matter, reminder="Ask if they take it.")


@deed(P.HAND_OVER)
def say_if_they_take_it(life: Life, actor: Actor) -> None:
    rows = db.session.scalars(select(Referral.id).where(Referral.case_id == life.case.id)).all()
    chosen = life.one_of(*(rows or [life.case.id]))
    life.act(actor, referrals.settle, chosen, accepted=life.one_of(True, False), words="By letter.")
