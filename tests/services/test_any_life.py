"""Random people do random things in any order: no road leads around the guards (Hypothesis state machine)."""

import pytest

from engage.domain.lifecycle import Action
from tests.lives import machine
from tests.lives.life import Cast

LIVES, STEPS = 104, 52  # 5,000 steps in all and some to spare; `python -m bench.lifecycle` takes more


@pytest.mark.slow
def test_no_road_leads_around_the_guards(clock, session, sent_tasks, dice):
    """R72: whatever is allowed happens, whatever is refused changes nothing, and what is promised stays on record."""
    found = machine.live(Cast(), clock.move_to, lives=LIVES, steps=STEPS, throw=dice.randrange(2**32))
    assert found.steps >= 5000
    steps = {one.name for one in machine.STEPS}
    assert {one.what for one in machine.STEPS} == set(Action)
    assert steps <= set(found.done) | set(found.refused)
