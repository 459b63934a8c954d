"""How a person shows that they agree: every way is kept, and none is no agreement (R45)."""

import pytest

from engage.domain.guards import Refused
from engage.domain.lifecycle import Stage
from engage.services import answers, cases, sites
from engage.services.answers import PORTAL, SignOff
from tests import states
from tests.states import act, case_of, person_of

SPOKEN = sorted(term.code for term in sites.shipped_catalogue().taxonomy.lists["signoff_modes"] if term.code != PORTAL)


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def test_the_ways_are_those_of_the_clause():
    assert SPOKEN == ["audio", "signature", "sms", "thumbprint", "witness"]


@pytest.mark.parametrize("mode", SPOKEN)
def test_every_way_of_signing_off_is_kept(team, mode):
    reference = states.a_proposed_case(team, "Water the road.")
    said = SignOff(mode, read_back=True, words="Good.")
    act(reference, answers.accept, sign_off=said, actor=team.officer)
    proposal = cases.latest_proposal(case_of(reference))
    assert (proposal.sign_off, proposal.read_back, proposal.answer_words) == (mode, True, "Good.")


def test_the_page_of_the_person_is_a_way_of_their_own(team):
    reference = states.a_proposed_case(team, "Water the road.")
    act(reference, answers.accept, actor=person_of(reference))
    assert cases.latest_proposal(case_of(reference)).sign_off == PORTAL


@pytest.mark.parametrize("mode", [PORTAL, "", "nod", "Signature"])
def test_no_agreement_is_kept_without_a_way_in_which_it_was_given(team, mode):
    reference = states.a_proposed_case(team, "Water the road.")
    with pytest.raises(Refused) as caught:
        act(reference, answers.accept, sign_off=SignOff(mode, read_back=True), actor=team.officer)
    assert caught.value.refusal.code == "sign_off_needed"
    assert case_of(reference).stage is Stage.PROPOSED
