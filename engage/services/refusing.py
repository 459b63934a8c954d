"""Refusing a request for information: a reason of the list, written words, and a second person (domain R62).

Two people, as for turning a grievance away: ours, because here too somebody goes home without what they came for. The
second one decides in `triage.decide_screen_out`; the person can appeal, and reads where else to ask.
"""

from engage.domain import guards, policy
from engage.domain.events import RefusalAsked
from engage.domain.lifecycle import Action, next_stage
from engage.domain.policy import Actor
from engage.models import Case, Screening
from engage.services import circumstances, triage
from engage.services.timeline import digest_of, record

REASONS = "information_refusals"


def ask(case: Case, reason_code: str, words: str, referral: str, *, actor: Actor) -> Screening:
    """Ask a second person to refuse what is asked for: why, in words for the person, and where else they can ask.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: it is no request for information, is asked already, the reason is none of the list, or words or where
            else to ask are missing.
        IllegalTransition: it was not acknowledged yet, or is closed.
    """
    policy.require(actor, Action.ANSWER, case.facts)
    next_stage(case.stage, Action.ANSWER)
    guards.stop_if(guards.why_not_refuse_information(circumstances.of(case)))
    row = triage.asked_of_second(case, REASONS, reason_code, words, referral, actor=actor)
    content = digest_of(row.salt, words, referral)
    record(case, RefusalAsked(screening_id=row.id, reason_code=reason_code), actor=actor, content=content)
    return row
