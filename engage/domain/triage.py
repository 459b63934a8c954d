"""What triage asks for beside the level: whose consent is needed, and what blocks a step until it is arranged."""

from collections.abc import Collection

CONSENT_REVIEW = "consent_review"
# Where a people's free, prior and informed consent may be needed. Source: domain 5.6 (PS7 13-17): customary land or
# resources, relocation, commercial use of knowledge; and a breach of consent that was told of.
CONSENT_FACTS = frozenset({"customary_land", "relocation", "knowledge_used", "consent_breached"})
CONSENT_CATEGORIES = frozenset({"IPR"})
# Only where indigenous people are affected: land, resettlement, heritage.
LAND_CATEGORIES = frozenset({"LAN", "RES", "HER"})
INDIGENOUS = "indigenous_people_affected"


def needs_consent_review(category: str, facts: Collection[str]) -> bool:
    """Whether somebody has to look at whose consent is needed before the case goes on."""
    if category in CONSENT_CATEGORIES or not CONSENT_FACTS.isdisjoint(facts):
        return True
    return category in LAND_CATEGORIES and INDIGENOUS in facts
