"""What asks for a look at whose consent is needed."""

import pytest

from engage.domain.triage import CONSENT_FACTS, Danger, needs_consent_review, needs_immediate_action


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


@pytest.mark.parametrize(
    ("level", "danger", "needed"),
    [(1, "none", False), (3, "possible", False), (4, "none", True), (5, "possible", True), (1, "now", True)],
)
def test_danger_now_or_level_4_asks_what_is_done_at_once(level, danger, needed):
    """R23."""
    assert needs_immediate_action(level, Danger(danger)) is needed
