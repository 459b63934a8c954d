"""An offer that takes rights or buys silence is stopped, in whatever language. Source: domain R34 and R46."""

import pytest
from sqlalchemy import func, select

from engage.domain.guards import Refused
from engage.models import Proposal
from engage.services import proposals
from tests import states
from tests.states import act


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


@pytest.mark.parametrize(
    ("offer", "word"),
    [
        (lambda: states.offer("We pay once, and you waive every claim."), "waive"),
        (lambda: states.offer(shared_findings="Vous renoncez à toute plainte."), "renonce"),
        (lambda: states.offer("补偿之后不得起诉。"), "不得起诉"),
        (lambda: states.offer("You keep this secret."), "keep this secret"),
    ],
)
def test_an_offer_that_takes_a_right_or_buys_silence_is_stopped_and_says_by_which_words(team, session, offer, word):
    """R34: no waiver clause, and free text is scanned for waiver and secrecy wording; R46."""
    reference = states.an_assessed_case(team)
    with pytest.raises(Refused) as caught:
        act(reference, proposals.propose, offer(), actor=team.officer)
    assert caught.value.refusal.code == "waiver_wording"
    assert word in caught.value.refusal.values["words"]
    assert session.scalar(select(func.count(Proposal.id))) == 0
