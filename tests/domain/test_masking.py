"""Names are taken out of words for whoever reads masked, as the words they are and not as a pattern."""

import pytest

from engage.domain.masking import BLOCK, masked

KEPT = "The well behind the school is dry since 2 March."


@pytest.mark.parametrize("name", ["(a+)+$", "[a-z]+", "well|school", "\\w+", "well?", "(?i)the", "^The"])
def test_a_name_is_no_pattern(name):
    assert masked(KEPT, [name]) == KEPT
    assert masked(f"Ask {name} now", [name]) == f"Ask {BLOCK} now"
