"""The second and the third tier: what a panel or an outside body has to say, and what a case needs after it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.deadlines import Promise
from engage.domain.guards import Refused
from engage.domain.lifecycle import IllegalTransition, Stage
from engage.domain.policy import NotAllowed, Role
from engage.extensions import db
from engage.models import IndependentReview
from engage.queries import case_page
from engage.services import answers, appeals, cases, conversation, endings, proposals, triage
from tests import states
from tests.promised import owed
from tests.states import act, case_of, person_of

TERMS = appeals.Terms("Facts only.", is_binding=True, why_other="Both sides want it.")


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def refused(code, *args, **values):
    with pytest.raises(Refused) as caught:
        act(*args, **values)
    assert caught.value.refusal.code == code


def test_of_two_appeals_at_one_instant_the_later_one_is_open(clock, team):
    """The first was withdrawn undecided; whoever reads the case and whoever acts on it mean the same one."""
    reference = states.an_appealed_case(team)
    first = cases.open_appeal(case_of(reference))
    act(reference, answers.withdraw, actor=person_of(reference))
    clock.move_to(clock.now - timedelta(hours=2))  # a clock that was set back
    act(reference, appeals.appeal, "Look again.", actor=person_of(reference))
    second = cases.open_appeal(case_of(reference))
    assert second.words == "Look again."
    assert second.lodged_at > first.lodged_at
    assert case_page.page(reference, team.coordinator).appeal.id == second.id


def a_lapsed_case(team, clock):
    """A proposal was never answered, and the case ended in silence."""
    reference = states.a_proposed_case(team, "Water the road.")
    for channel in ("liaison_visit", "post", "liaison_visit"):
        act(reference, conversation.log_attempt, channel, reached=False, actor=team.officer)
    clock.advance(timedelta(days=60))
    act(reference, endings.lapse, actor=team.approver)
    return reference


def panel_wants_a_new_proposal(team, reference):
    act(reference, appeals.appeal, "I was away.", actor=person_of(reference))
    states.seat(reference, team.panel, by=team.coordinator)
    act(reference, appeals.decide, "upheld", "It is not enough.", to_proposal=True, actor=team.panel)


def body_wants_a_new_proposal(team, reference):
    act(reference, appeals.refer, "Ombudsman", TERMS, actor=team.coordinator)
    act(reference, appeals.report, "upheld", "They agree.", to_proposal=True, actor=team.coordinator)


@pytest.mark.parametrize("ask_anew", [panel_wants_a_new_proposal, body_wants_a_new_proposal])
def test_a_proposal_that_nobody_answered_is_not_in_the_way_of_the_new_one(clock, team, ask_anew):
    reference = a_lapsed_case(team, clock)
    ask_anew(team, reference)
    refused("nothing_to_answer", reference, answers.accept, actor=person_of(reference))
    refused("nothing_to_answer", reference, endings.lapse, actor=team.approver)
    act(reference, proposals.propose, states.offer("Pave the road."), actor=team.officer)
    act(reference, answers.accept, actor=person_of(reference))
    assert case_of(reference).stage is Stage.IMPLEMENTING


def test_a_panel_is_named_only_for_an_appeal_and_of_somebody(team):
    reference = states.a_closed_case(team)
    refused("no_appeal", reference, appeals.seat_panel, [team.panel.id], actor=team.coordinator)
    act(reference, appeals.appeal, "It is not enough.", actor=person_of(reference))
    refused("nobody_named", reference, appeals.seat_panel, [], actor=team.coordinator)
    assert case_of(reference).appeals[0].seats == []


@pytest.mark.parametrize(("outcome", "words"), [("perhaps", "Reasons."), ("upheld", "  ")])
def test_a_panel_says_what_it_found_and_why(team, outcome, words):
    reference = states.an_appealed_case(team)
    states.seat(reference, team.panel, by=team.coordinator)
    refused("reasons_needed", reference, appeals.decide, outcome, words, to_proposal=False, actor=team.panel)
    assert case_of(reference).stage is Stage.APPEALED


def test_a_panel_can_be_named_again_with_one_who_stays_and_one_who_is_new(team):
    reference = states.an_appealed_case(team)
    second, third = (states.staff(Role.PANEL, site_id=team.site_id) for _ in range(2))
    for members in ([team.panel, second], [second, third]):
        act(reference, appeals.seat_panel, [one.id for one in members], actor=team.coordinator)
        assert case_of(reference).facts.panel == {one.id for one in members}


def test_who_sat_on_an_earlier_panel_does_not_decide_for_the_one_that_sits_now(team):
    """R03, R32: an appeal is decided by those who were named for it."""
    reference = states.an_appealed_case(team)
    second = states.staff(Role.PANEL, site_id=team.site_id)
    for member in (team.panel, second):
        states.seat(reference, member, by=team.coordinator)
        if member is team.panel:
            act(reference, appeals.decide, "not_upheld", "It is fine.", to_proposal=False, actor=member)
            act(reference, appeals.appeal, "It is not.", actor=person_of(reference))
    with pytest.raises(NotAllowed):
        act(reference, appeals.decide, "not_upheld", "It is fine.", to_proposal=False, actor=team.panel)
    act(reference, appeals.decide, "upheld", "It is not.", to_proposal=False, actor=second)


def test_a_focal_point_who_was_not_named_decides_no_appeal_of_the_restricted_lane(team):
    reference = states.an_appealed_case(team)
    act(reference, triage.restrict, "sexual_violence", actor=team.coordinator)
    states.seat(reference, team.second_focal, by=team.focal)
    with pytest.raises(NotAllowed):
        act(reference, appeals.decide, "upheld", "It is not.", to_proposal=False, actor=team.focal)
    act(reference, appeals.decide, "upheld", "It is not.", to_proposal=False, actor=team.second_focal)


def test_a_panel_that_decides_against_the_person_closes_the_case(team):
    reference = states.an_appealed_case(team)
    states.seat(reference, team.panel, by=team.coordinator)
    act(reference, appeals.decide, "not_upheld", "The road is watered.", to_proposal=False, actor=team.panel)
    assert (case_of(reference).stage, case_of(reference).close_type) == (Stage.CLOSED, "not_agreed")


@pytest.mark.parametrize(("outcome", "words"), [("perhaps", "Reasons."), ("upheld", "")])
def test_what_an_outside_body_found_is_written_down_with_its_reasons(team, outcome, words):
    reference = states.a_closed_case(team)
    act(reference, appeals.refer, "Ombudsman", TERMS, actor=team.coordinator)
    refused("reasons_needed", reference, appeals.report, outcome, words, to_proposal=False, actor=team.coordinator)
    assert case_of(reference).stage is Stage.INDEPENDENT


def test_a_case_is_taken_up_again_for_a_reason_and_only_when_it_is_closed(team):
    reference = states.a_closed_case(team)
    refused("reason_needed", reference, appeals.reopen, " ", actor=person_of(reference))
    act(reference, appeals.reopen, "The dust is back.", actor=person_of(reference))
    with pytest.raises(IllegalTransition):
        act(reference, appeals.reopen, "The dust is back.", actor=person_of(reference))
    assert (case_of(reference).stage, case_of(reference).unread_reply) == (Stage.ASSESSED, True)


def test_an_appeal_after_one_that_was_withdrawn_is_the_one_that_is_decided(team, clock):
    """R32: the promise to decide is kept for the appeal that the person waits for."""
    reference = states.an_appealed_case(team)
    act(reference, answers.withdraw, actor=person_of(reference))
    clock.advance(timedelta(days=1))
    act(reference, appeals.appeal, "I was put under pressure.", actor=person_of(reference))
    states.seat(reference, team.panel, by=team.coordinator)
    act(reference, appeals.decide, "upheld", "It is not enough.", to_proposal=True, actor=team.panel)
    old, new = sorted(case_of(reference).appeals, key=lambda row: row.lodged_at)
    assert (old.decided_at, new.outcome) == (None, "upheld")
    assert Promise.DECIDE_APPEAL not in owed(reference)


def test_a_review_after_one_that_was_withdrawn_is_the_one_that_is_reported(team, clock):
    reference = states.a_closed_case(team)
    for body in ("Ombudsman", "Court"):
        act(reference, appeals.refer, body, TERMS, actor=team.coordinator)
        if body == "Ombudsman":
            act(reference, answers.withdraw, actor=person_of(reference))
        clock.advance(timedelta(days=1))
    act(reference, appeals.report, "upheld", "They agree.", to_proposal=True, actor=team.coordinator)
    reported = db.session.scalars(select(IndependentReview.body).where(IndependentReview.outcome.is_not(None)))
    assert reported.all() == ["Court"]
