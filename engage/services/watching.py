"""Watching a case: to hear what happens to one that somebody else works on."""

from sqlalchemy import delete

from engage import clock
from engage.domain import policy
from engage.domain.case import CaseClass
from engage.domain.guards import Refusal, Refused
from engage.domain.policy import Actor, Permission
from engage.extensions import db, insert_into
from engage.models import Case, Watching


def watch(case: Case, *, actor: Actor) -> None:
    """Let the actor hear what happens to the case, as long as they may see it. Doing it again changes nothing.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: the case is restricted, whose news goes by its own rules.
    """
    policy.require(actor, Permission.READ_UNMASKED, case.facts)
    if case.class_ is CaseClass.RESTRICTED:
        raise Refused(Refusal("restricted_is_not_watched"))
    row = insert_into(Watching).values(case_id=case.id, user_id=actor.id, since=clock.utcnow())
    db.session.execute(row.on_conflict_do_nothing())


def stop(case: Case, *, actor: Actor) -> None:
    """Let the actor hear no more of the case by watching it. Safe where they do not watch it.

    Raises:
        NotAllowed: policy refuses the actor.
    """
    policy.require(actor, Permission.READ_UNMASKED, case.facts)
    db.session.execute(delete(Watching).where(Watching.case_id == case.id, Watching.user_id == actor.id))


def watches(case: Case, actor: Actor) -> bool:
    """Whether the actor watches the case."""
    return db.session.get(Watching, {"case_id": case.id, "user_id": actor.id}) is not None
