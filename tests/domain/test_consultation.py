"""When the person counts as heard, or as sought often enough (R31)."""

from datetime import UTC, datetime, timedelta

import pytest

from engage.domain.case import CaseClass, Road
from engage.domain.consultation import Sought, was_sought

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
BEFORE, AFTER = NOW - timedelta(hours=1), NOW + timedelta(hours=1)
# Was a talk held, tries logged, our questions, what the person wrote, on which road: heard or sought?
TABLE = [
    (False, 0, [], [], Road.DIRECT, False),
    (True, 0, [], [], Road.DIRECT, True),
    (False, 1, [], [], Road.DIRECT, False),
    (False, 2, [], [], Road.DIRECT, True),
    (False, 0, [NOW], [AFTER], Road.RELAY, True),
    (False, 0, [NOW, AFTER], [BEFORE], Road.RELAY, False),
    (False, 0, [], [AFTER], Road.RELAY, False),
    (False, 1, [NOW], [], Road.NONE, True),
    (False, 0, [NOW, AFTER], [], Road.NONE, True),
    (False, 0, [NOW], [], Road.NONE, False),
]


@pytest.mark.parametrize(("held", "tries", "asked", "written", "road", "wanted"), TABLE)
@pytest.mark.parametrize("class_", [CaseClass.ORDINARY, CaseClass.CONFIDENTIAL])
def test_a_talk_an_answer_or_two_tries_are_enough(held, tries, asked, written, road, wanted, class_):
    assert was_sought(Sought(held, tries, asked, written), class_, road) is wanted


def test_nobody_in_the_restricted_lane_is_pressed_to_talk():
    assert was_sought(Sought(False, 0, [], []), CaseClass.RESTRICTED, Road.DIRECT)
