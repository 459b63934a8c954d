"""An offer that seems to take rights or buy silence waits for somebody else, in whatever language (R34, R46)."""

import pytest
from sqlalchemy import select

from engage.domain.guards import RIGHTS, Refused
from engage.domain.lifecycle import Stage
from engage.domain.policy import NotAllowed, Role
from engage.domain.severity import Level
from engage.extensions import db
from engage.models import Approval, Proposal
from engage.services import cases, proposals, timeline, triage
from tests import states
from tests.notify.letters import forget_notices, told
from tests.promised import breaks_of, events_of
from tests.states import act, case_of

WHY = "The word stands in the law that we quote; it asks nothing of the person."


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def refused(code, *args, **values):
    with pytest.raises(Refused) as caught:
        act(*args, **values)
    assert caught.value.refusal.code == code
    return caught.value.refusal


def held(team, level=Level.LOW, words="You waive every claim."):
    reference = states.an_assessed_case(team, level)
    if level > Level.LOW:
        states.look_into(reference, team.officer)
    act(reference, proposals.propose, states.offer(words), actor=team.officer)
    return reference


@pytest.mark.parametrize(
    ("offer", "word"),
    [
        (lambda: states.offer("We pay once, and you waive every claim."), "waive"),
        (lambda: states.offer(shared_findings="Vous renoncez à toute plainte."), "renonce"),
        (lambda: states.offer("补偿之后不得起诉。"), "不得起诉"),
        (lambda: states.offer("You keep this secret."), "keep this secret"),
    ],
)
def test_r34_an_offer_that_seems_to_take_a_right_or_buy_silence_waits_for_review(team, offer, word):
    """R34: put "waive" in an agreement -> blocked pending review, at the lowest level too; R46."""
    reference = states.an_assessed_case(team)
    forget_notices()
    act(reference, proposals.propose, offer(), actor=team.officer)
    proposal = cases.latest_proposal(case_of(reference))
    assert (case_of(reference).stage, proposal.sent_at) == (Stage.ASSESSED, None)
    assert told() == [("proposal_to_approve", team.approver.id)]
    refused("waits_for_approval", reference, proposals.propose, states.offer(), actor=team.officer)
    why = refused("why_no_waiver_needed", reference, proposals.approve_proposal, RIGHTS, actor=team.approver)
    assert word in why.values["words"]
    refused(
        "why_no_waiver_needed", reference, proposals.approve_proposal, RIGHTS, actor=team.approver, why_no_waiver=" "
    )
    act(reference, proposals.approve_proposal, RIGHTS, actor=team.approver, why_no_waiver=WHY)
    assert case_of(reference).stage is Stage.PROPOSED
    [given] = db.session.scalars(select(Approval)).all()
    assert (given.user_id, given.why_no_waiver) == (team.approver.id, WHY)
    assert word in given.cleared


def test_r34_words_that_take_nothing_wait_for_nobody_at_the_lowest_level(team):
    reference = held(team, words="Water the road.")
    assert case_of(reference).stage is Stage.PROPOSED
    assert db.session.scalars(select(Approval)).all() == []


def test_r34_whoever_wrote_it_clears_nothing(team):
    reference = states.an_assessed_case(team)
    act(reference, proposals.propose, states.offer("You waive every claim."), actor=team.approver)
    with pytest.raises(NotAllowed):
        act(reference, proposals.approve_proposal, RIGHTS, actor=team.approver, why_no_waiver=WHY)
    second = states.staff(Role.APPROVER, site_id=team.site_id)
    act(reference, proposals.approve_proposal, RIGHTS, actor=second, why_no_waiver=WHY)


def test_r34_what_asks_for_too_much_is_sent_back_and_written_anew(team):
    reference = held(team)
    act(reference, proposals.return_proposal, "Nobody gives up a claim.", actor=team.approver)
    act(reference, proposals.propose, states.offer("Water the road."), actor=team.officer)
    assert case_of(reference).stage is Stage.PROPOSED


def test_r34_at_level_four_the_human_rights_lead_clears_it_too_with_a_reason_of_their_own(team):
    """R34: legal and human-rights review."""
    reference = held(team, Level.HIGH)
    act(reference, proposals.approve_proposal, RIGHTS, actor=team.approver, why_no_waiver=WHY)
    assert case_of(reference).stage is Stage.INVESTIGATING
    refused("why_no_waiver_needed", reference, proposals.approve_proposal, RIGHTS, actor=team.rights_lead)
    act(reference, proposals.approve_proposal, RIGHTS, actor=team.rights_lead, why_no_waiver=WHY)
    assert case_of(reference).stage is Stage.PROPOSED


def test_r34_in_the_restricted_lane_the_second_focal_point_clears_it(team):
    reference = states.an_assessed_case(team)
    act(reference, triage.restrict, "sexual_violence", actor=team.coordinator)
    act(reference, proposals.propose, states.offer("You waive every claim."), actor=team.focal)
    with pytest.raises(NotAllowed):
        act(reference, proposals.approve_proposal, RIGHTS, actor=team.focal, why_no_waiver=WHY)
    act(reference, proposals.approve_proposal, RIGHTS, actor=team.second_focal, why_no_waiver=WHY)
    assert case_of(reference).stage is Stage.PROPOSED


def test_r46_no_agreement_with_a_group_asks_it_to_keep_silent_whoever_would_clear_it(team):
    """R46: confidentiality must not stop information flowing inside the community."""
    reference = states.an_acknowledged_case(team, is_collective=True)
    act(reference, triage.assess, states.assessment(), actor=team.coordinator)
    act(reference, triage.assign, team.officer.id, actor=team.coordinator)
    silent = states.offer("You keep this secret.")
    assert (
        "keep this secret"
        in refused("secrecy_in_a_group", reference, proposals.propose, silent, actor=team.officer).values["words"]
    )
    assert db.session.scalars(select(Proposal)).all() == []
    act(reference, proposals.propose, states.offer("You waive every claim."), actor=team.officer)
    act(reference, proposals.approve_proposal, RIGHTS, actor=team.approver, why_no_waiver=WHY)


def test_the_reason_is_held_by_the_record_and_not_told_in_it(team):
    reference = held(team)
    act(reference, proposals.approve_proposal, RIGHTS, actor=team.approver, why_no_waiver=WHY)
    [event] = [row for row in events_of(reference) if row.kind == "ProposalApproved"]
    proposal = cases.latest_proposal(case_of(reference))
    assert event.content_digest == timeline.digest_of(proposal.salt, "waive", WHY)
    assert "law" not in event.payload
    assert breaks_of(reference) == []
