"""How much the person risks by speaking up: how likely it is that somebody harms them for it, and how badly."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from engage.domain.lifecycle import Stage


class Likelihood(StrEnum):
    """How likely it is that somebody is punished for speaking up."""

    UNLIKELY = "unlikely"
    POSSIBLE = "possible"
    LIKELY = "likely"


class Harm(StrEnum):
    """How badly it would hit them."""

    LIGHT = "light"
    SERIOUS = "serious"
    GRAVE = "grave"


class Risk(StrEnum):
    """What both together come to."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


L, H, R = Likelihood, Harm, Risk
# Likelihood and severity are asked for by R52 and 5.7; the cells are ours: what could kill is never low.
MATRIX: Mapping[tuple[Likelihood, Harm], Risk] = MappingProxyType(
    {
        (L.UNLIKELY, H.LIGHT): R.LOW,
        (L.UNLIKELY, H.SERIOUS): R.LOW,
        (L.UNLIKELY, H.GRAVE): R.MEDIUM,
        (L.POSSIBLE, H.LIGHT): R.LOW,
        (L.POSSIBLE, H.SERIOUS): R.MEDIUM,
        (L.POSSIBLE, H.GRAVE): R.HIGH,
        (L.LIKELY, H.LIGHT): R.MEDIUM,
        (L.LIKELY, H.SERIOUS): R.HIGH,
        (L.LIKELY, H.GRAVE): R.HIGH,
    }
)


def risk_of(likelihood: Likelihood, harm: Harm) -> Risk:
    """Return the risk of a cell of the matrix."""
    return MATRIX[likelihood, harm]


def owes_look(risk: str | None, looked_at_stage: str | None, stage: Stage) -> bool:
    """Whether the risk has to be looked at anew: it was medium or more, and the case has moved on since (R52)."""
    return risk in (Risk.MEDIUM, Risk.HIGH) and looked_at_stage != stage and stage is not Stage.CLOSED
