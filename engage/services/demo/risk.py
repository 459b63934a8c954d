"""What the people of the stories risk by speaking up, and that it is looked at again before their case goes on."""

from engage.domain.policy import Actor
from engage.domain.retaliation import Harm, Likelihood
from engage.models import Case
from engage.services import cases, risks

RISKS = {
    "low": (Likelihood.UNLIKELY, Harm.LIGHT),
    "medium": (Likelihood.POSSIBLE, Harm.SERIOUS),
    "high": (Likelihood.LIKELY, Harm.SERIOUS),
}
KEPT_SAFE = "We meet only where the person chooses, and no car of the company drives there."


def looked_at(case: Case, actor: Actor) -> None:
    """Look again at what the person risks, where the case has moved on since."""
    if cases.owes_retaliation_look(case):
        likelihood, harm = Likelihood(case.retaliation_likelihood or ""), Harm(case.retaliation_severity or "")
        risks.look(case, likelihood, harm, KEPT_SAFE, actor=actor)
