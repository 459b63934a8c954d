"""What the person risks by speaking up: looked at in triage, and again at every stage while it is medium or more."""

from engage.domain import policy
from engage.domain.case import Writer
from engage.domain.events import RetaliationAssessed
from engage.domain.guards import Refusal, Refused
from engage.domain.policy import Actor, Permission
from engage.domain.retaliation import Harm, Likelihood, Risk, risk_of
from engage.models import Case
from engage.services import conversation
from engage.services.timeline import record


def look(case: Case, likelihood: Likelihood, harm: Harm, measures: str | None, *, actor: Actor) -> None:
    """Say anew what the person risks at the stage the case is in; the measures become a note among staff.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: the risk is medium or more and nothing is said of what keeps the person safe.
    """
    policy.require(actor, Permission.ASSESS_RETALIATION, case.facts)
    refuse_without_measures(likelihood, harm, measures)
    set_on(case, likelihood, harm)
    record_look(case, measures, actor=actor)


def record_look(case: Case, measures: str | None, *, actor: Actor) -> None:
    """Put on the record what the case says of the risk; the measures become a note among staff."""
    content = None
    if measures:
        note = conversation.add(case, measures, writer=Writer.NOTE, actor=actor, tells=False)
        content = conversation.digest_of_message(note)
    event = RetaliationAssessed(
        likelihood=case.retaliation_likelihood or "",
        severity=case.retaliation_severity or "",
        risk=case.retaliation_risk or "",
        at_stage=case.stage.value,
    )
    record(case, event, actor=actor, content=content)


def refuse_without_measures(likelihood: Likelihood, harm: Harm, measures: str | None) -> None:
    """Let a risk pass of which it is said what is done about it, where there is something to do.

    Raises:
        Refused: the risk is medium or more and nothing is said.
    """
    if risk_of(likelihood, harm) is not Risk.LOW and not (measures or "").strip():
        raise Refused(Refusal("measures_needed"))


def set_on(case: Case, likelihood: Likelihood, harm: Harm) -> Risk:
    """Write the risk on the case, as looked at in the stage it is in now, and return it."""
    risk = risk_of(likelihood, harm)
    case.retaliation_likelihood, case.retaliation_severity = likelihood.value, harm.value
    case.retaliation_risk, case.retaliation_stage = risk.value, case.stage.value
    return risk
