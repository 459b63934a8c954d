"""What looks as if a program sent it is looked through by a human: nothing is dropped, nobody left unanswered."""

from collections.abc import Iterable

from sqlalchemy import select

from engage.domain import policy
from engage.domain.events import SiftedAsNoise, SiftedAsReal
from engage.domain.guards import Refusal, Refused
from engage.domain.lifecycle import Stage
from engage.domain.policy import Actor, Permission
from engage.extensions import db
from engage.models import Case
from engage.scope import to_sift_by
from engage.services import conversation, triage
from engage.services.timeline import digest_of, record


def take_as_real(case: Case, *, actor: Actor) -> None:
    """Find that the case is a concern like any other; whoever is told of new cases hears of it now.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: it does not look like spam, or somebody has looked at it already.
    """
    _take_in_hand(case, actor)
    record(case, SiftedAsReal(by_id=actor.id), actor=actor)


def take_as_noise(case: Case, words: str, *, actor: Actor) -> None:
    """Find no concern in the case: its sender is answered with the words, and it goes on as any other case does.

    It is counted, its promises run on, and only two people can end it, with a reason, by screening out (product 3).

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: it does not look like spam, somebody has looked at it already, or there are no words.
    """
    if not words.strip():
        raise Refused(Refusal("noise_needs_words"))
    _take_in_hand(case, actor)
    if case.stage is Stage.RECEIVED:
        triage.acknowledge(case, actor=actor)
    message = conversation.reply(case, words, actor=actor)
    content = digest_of(message.salt, words)
    record(case, SiftedAsNoise(message_id=message.id), actor=actor, content=content)


def take_all(references: Iterable[str], noise: str | None, *, actor: Actor) -> int:
    """Find all of these to be concerns, or noise where there are words for their senders; returns how many were.

    What somebody else has looked at meanwhile, and what the actor may not judge, is left as it is. Safe to run twice.

    Raises:
        Refused: the words are empty.
    """
    found = db.session.scalars(
        select(Case)
        .where(Case.reference.in_(set(references)), to_sift_by(actor))
        .order_by(Case.id)  # two at once wait for each other in the same order
        .with_for_update(of=Case)
        .execution_options(populate_existing=True)
    ).all()
    for case in found:
        if noise is None:
            take_as_real(case, actor=actor)
        else:
            take_as_noise(case, noise, actor=actor)
    return len(found)


def _take_in_hand(case: Case, actor: Actor) -> None:
    policy.require(actor, Permission.SIFT, case.facts)
    if not case.flagged:
        raise Refused(Refusal("not_flagged"))
    case.flagged = False
