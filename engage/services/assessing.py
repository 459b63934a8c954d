"""What triage found of a case, as its form gives it to the use cases."""

from dataclasses import dataclass

from engage.domain.retaliation import Harm, Likelihood
from engage.domain.severity import Level
from engage.domain.triage import Complexity, Danger


@dataclass(frozen=True, slots=True)
class Assessment:
    """What triage found. `facts` are codes of the severity rules, `support` of the taxonomy's support_needs."""

    category: str
    actual: Level
    potential: Level
    subcategory: str | None = None
    facts: frozenset[str] = frozenset()
    danger: Danger = Danger.NONE
    complexity: Complexity = Complexity.SIMPLE
    likelihood: Likelihood = Likelihood.UNLIKELY
    harm: Harm = Harm.LIGHT
    measures: str | None = None  # what keeps the person safe
    support: frozenset[str] = frozenset()
    title: str | None = None
    community: str | None = None
    immediate_action: str | None = None
    immediate_possible: bool = True


@dataclass(frozen=True, slots=True)
class Rerating:
    """How serious a case is found to be later on, and why."""

    phase: str  # preliminary or final
    actual: Level
    potential: Level
    facts: frozenset[str] = frozenset()
    why: str | None = None
    immediate_action: str | None = None
    immediate_possible: bool = True
