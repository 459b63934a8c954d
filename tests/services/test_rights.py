"""The rights that whoever approves a proposal looks at (R43)."""

import pytest
from sqlalchemy import select

from engage.domain.guards import RIGHTS, Refused
from engage.domain.severity import Level
from engage.extensions import db
from engage.models import Approval
from engage.services import proposals
from tests import states
from tests.states import act


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def test_who_approves_has_looked_at_every_right(team):
    """R43: adequate, prompt, fair, fit for women and men, without a waiver, harm stopped, heard before."""
    reference = states.an_assessed_case(team, Level.MODERATE)
    states.look_into(reference, team.officer)
    act(reference, proposals.propose, states.offer("Water the road."), actor=team.officer)
    for left_out in RIGHTS:
        seen = [one for one in RIGHTS if one != left_out]
        with pytest.raises(Refused) as error:
            act(reference, proposals.approve_proposal, seen, actor=team.approver)
        assert error.value.refusal.code == "rights_not_checked"
    act(reference, proposals.approve_proposal, RIGHTS, actor=team.approver)
    [given] = db.session.scalars(select(Approval)).all()
    assert given.checks == list(RIGHTS)
