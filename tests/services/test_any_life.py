"""Random people do random things in any order: no road leads around the guards (Hypothesis state machine)."""

import pytest

from engage.domain.lifecycle import Action
from tests.lives import machine
from tests.lives.life import Cast

# 5,000 steps in all and some to spare, in parts that run side by side; `python -m bench.lifecycle` takes more.
PARTS, LIVES, STEPS = 4, 26, 52


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_no_road_leads_around_the_guards(clock, session, sent_tasks, dice, part):
    """R72: whatever is allowed happens, whatever is refused changes nothing, and what is promised stays on record."""
    found = machine.live(Cast(), clock.move_to, lives=LIVES, steps=STEPS, throw=dice.randrange(2**32))
    assert found.steps >= 5000 // PARTS
    steps = {one.name for one in machine.STEPS}
    assert {one.what for one in machine.STEPS} == set(Action)
    assert steps <= set(found.done) | set(found.refused)
