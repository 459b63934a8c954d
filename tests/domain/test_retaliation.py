"""What the person risks by speaking up, and when it has to be looked at again."""

import itertools

import pytest

from engage.domain import guards
from engage.domain.lifecycle import Action, Stage
from engage.domain.retaliation import MATRIX, Harm, Likelihood, Risk, owes_look, risk_of

ORDER = list(Risk)


def test_every_cell_of_the_matrix_is_filled_and_grows_with_both():
    """R52: likelihood and severity."""
    assert set(MATRIX) == set(itertools.product(Likelihood, Harm))
    for row in Likelihood:
        found = [ORDER.index(risk_of(row, harm)) for harm in Harm]
        assert found == sorted(found)
    for harm in Harm:
        found = [ORDER.index(risk_of(row, harm)) for row in Likelihood]
        assert found == sorted(found)


def test_what_could_kill_is_never_low():
    assert all(risk_of(one, Harm.GRAVE) is not Risk.LOW for one in Likelihood)


@pytest.mark.parametrize(("risk", "stage"), list(itertools.product((None, *Risk), Stage)))
def test_a_risk_of_medium_or_more_is_looked_at_again_at_every_stage(risk, stage):
    """R52: re-assess at each stage."""
    at_risk = risk in (Risk.MEDIUM, Risk.HIGH)
    for looked_at in (None, *Stage):
        owed = at_risk and looked_at != stage and stage is not Stage.CLOSED
        assert owes_look(risk, looked_at, stage) is owed


@pytest.mark.parametrize("action", list(Action))
def test_only_steps_of_ours_wait_for_the_look(action):
    """R52: a stage change without re-assessment is refused; what the person and the panel do never waits."""
    ours = action in {Action.INVESTIGATE, Action.PROPOSE, Action.LAPSE, Action.VERIFY}
    found = guards.why_not_move_on(action, owes_look=True)
    assert (found.code if found else None) == ("retaliation_first" if ours else None)
    assert guards.why_not_move_on(action, owes_look=False) is None
