"""The person has everything erased. They alone decide it; what law or a court keeps is said, with until when."""

from dataclasses import dataclass
from datetime import datetime

from engage.domain import policy
from engage.domain.guards import Refusal, Refused
from engage.domain.lifecycle import Stage
from engage.domain.policy import Actor, Permission
from engage.domain.retention import ASKED, Scope
from engage.models import Case
from engage.services import answers, erasing, holds, retention_schedule
from engage.unit_of_work import after_commit


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why everything cannot be erased now, in words for the person, and until when where somebody can say."""

    words: str
    until: datetime | None
    is_hold: bool


def obstacle(case: Case) -> Obstacle | None:
    """Return what forbids erasing everything of the case now, or None."""
    if (hold := holds.standing(case.id)) is not None:
        return Obstacle(hold.words, None, is_hold=True)
    if (law := retention_schedule.forbidding(case)) is not None:
        return Obstacle(law.rule.law or "", law.at, is_hold=False)
    return None


def erase_everything(case: Case, *, actor: Actor, pressured: bool | None = None) -> None:
    """Erase all that is there of the case and its person; one that is open is withdrawn by it, and nothing is owed.

    `pressured` is what they say when asked whether somebody pressed them; a yes is told at once, as at withdrawing.
    What is left is a tombstone. No code opens it any more.

    Raises:
        NotAllowed: anyone but the person.
        Refused: a hold stands, or a law keeps it.
    """
    policy.require(actor, Permission.OWN_DATA, case.facts)
    if (found := obstacle(case)) is not None:
        raise Refused(Refusal("hold_stands" if found.is_hold else "law_keeps_it"))
    if case.stage is not Stage.CLOSED:
        answers.withdraw(case, actor=actor, pressured=pressured)
    erasing.erase(case, Scope.EVERYTHING, ASKED, actor=actor)
    after_commit(erasing.settle)
