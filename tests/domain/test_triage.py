"""What asks for a look at whose consent is needed."""

import pytest

from engage.domain.triage import CONSENT_FACTS, needs_consent_review


@pytest.mark.parametrize(
    ("category", "facts", "needed"),
    [
        ("AIR", {"indigenous_people_affected"}, False),
        ("LAN", set(), False),
        ("LAN", {"indigenous_people_affected"}, True),
        ("RES", {"indigenous_people_affected"}, True),
        ("HER", {"indigenous_people_affected"}, True),
        ("IPR", set(), True),
        *(("AIR", {fact}, True) for fact in sorted(CONSENT_FACTS)),
    ],
)
def test_land_and_what_belongs_to_a_people_ask_for_a_look_at_consent(category, facts, needed):
    """R49, domain 5.6."""
    assert needs_consent_review(category, facts) is needed
