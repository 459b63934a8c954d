"""Random people do random things in any order: no road leads around the guards (Hypothesis state machine)."""

import json
import os
from pathlib import Path

import pytest

from engage.domain.lifecycle import Action
from engage.services import verifying
from tests.lives import machine
from tests.lives.life import Cast

# 5,000 steps in all and some to spare for lives that are cut short, in parts that run side by side;
# `python -m bench.lifecycle` takes more.
PARTS, LIVES, STEPS = 8, 14, 52


@pytest.fixture
def shared(tmp_path_factory) -> Path:
    """A folder that all processes of this run see, and no other run."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "lives"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_no_road_leads_around_the_guards(clock, session, sent_tasks, dice, part, shared):
    """R72: whatever is allowed happens, whatever is refused changes nothing, and what is promised stays on record."""
    found = machine.live(Cast(), clock.move_to, lives=LIVES, steps=STEPS, throw=dice.randrange(2**32))
    assert found.steps >= 5000 // PARTS
    assert verifying.verify().broken == []
    assert {one.what for one in machine.STEPS} == set(Action)
    written = shared / f"{part}.writing"
    written.write_text(json.dumps(sorted({*found.done, *found.refused})))
    written.rename(shared / f"{part}.json")
    parts = [json.loads(path.read_text()) for path in shared.glob("*.json")]
    if len(parts) == PARTS:  # the last to end looks at all of them
        assert set(machine.DEEDS) <= set().union(*parts)
