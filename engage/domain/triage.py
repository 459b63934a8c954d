"""What triage asks for beside the level: whose consent is needed, and what blocks a step until it is arranged."""

from collections.abc import Collection
from enum import StrEnum

CONSENT_REVIEW = "consent_review"
# Where a people's free, prior and informed consent may be needed. Source: domain 5.6 (PS7 13-17): customary land or
# resources, relocation, commercial use of knowledge; and a breach of consent that was told of.
CONSENT_FACTS = frozenset({"customary_land", "relocation", "knowledge_used", "consent_breached"})
CONSENT_CATEGORIES = frozenset({"IPR"})
# Only where indigenous people are affected: land, resettlement, heritage.
LAND_CATEGORIES = frozenset({"LAN", "RES", "HER"})
INDIGENOUS = "indigenous_people_affected"
IMMEDIATE_FROM = 4  # From here up triage says what is done at once. Source: domain R23.


class Danger(StrEnum):
    """Whether somebody's safety is at stake, whatever the level. Source: domain R23, safety implication."""

    NONE = "none"
    POSSIBLE = "possible"
    NOW = "now"


class Complexity(StrEnum):
    """How hard it will be to find out and to put right. Source: domain R23, complexity; the three steps are ours."""

    SIMPLE = "simple"
    SEVERAL = "several"
    EXPERTS = "experts"


def needs_immediate_action(level: int, danger: Danger) -> bool:
    """Whether triage has to say what is done at once: from level 4 up, and where somebody is in danger now (R23)."""
    return level >= IMMEDIATE_FROM or danger is Danger.NOW


def needs_consent_review(category: str, facts: Collection[str]) -> bool:
    """Whether somebody has to look at whose consent is needed before the case goes on."""
    if category in CONSENT_CATEGORIES or not CONSENT_FACTS.isdisjoint(facts):
        return True
    return category in LAND_CATEGORIES and INDIGENOUS in facts
