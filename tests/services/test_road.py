"""The road of a case through its stages, by the use cases alone."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.case import Kind
from engage.domain.deadlines import Promise
from engage.domain.guards import RIGHTS, Refused
from engage.domain.lifecycle import IllegalTransition, Stage
from engage.domain.policy import NotAllowed
from engage.domain.severity import Level
from engage.models import CaseEvent, Deadline
from engage.services import answers, appeals, cases, conversation, converting, endings, proposals, timeline, triage
from engage.services.answers import SignOff
from tests import states
from tests.states import act, case_of, person_of


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


def refused(code, *args, **values):
    with pytest.raises(Refused) as caught:
        act(*args, **values)
    assert caught.value.refusal.code == code


def events_of(session, reference):
    rows = session.scalars(
        select(CaseEvent).where(CaseEvent.case_id == case_of(reference).id).order_by(CaseEvent.number)
    ).all()
    assert timeline.breaks_in(rows) == []
    return [row.kind for row in rows]


def test_a_concern_travels_to_its_closure_and_the_record_holds(session, team):
    reference = states.a_closed_case(team)
    case = case_of(reference)
    assert case.stage is Stage.CLOSED
    assert (case.close_type, case.root_cause) == ("agreed_remedied", "control_failed")
    assert [kind for kind in events_of(session, reference) if kind != "DeadlineMet"] == [
        "CaseReceived",
        "CaseAcknowledged",
        "CaseAssessed",
        "CaseAssigned",
        "ProposalDrafted",
        "ProposalSent",
        "ProposalAccepted",
        "RemedyFinished",
        "RemedyConfirmed",
        "CaseVerified",
    ]


def test_after_the_closure_only_the_checks_are_owed(session, team):
    case = case_of(states.a_closed_case(team))
    owed = session.scalars(select(Deadline).where(Deadline.case_id == case.id, Deadline.ended_at.is_(None))).all()
    assert {row.promise for row in owed} == {Promise.CHECK_AFTERWARDS}


def test_an_explanation_that_is_accepted_closes_the_case_at_once(team):
    reference = states.a_proposed_case(team)
    act(reference, answers.accept, actor=person_of(reference))
    assert (case_of(reference).stage, case_of(reference).close_type) == (Stage.CLOSED, "agreed_explained")


def test_a_moderate_case_is_investigated_before_anything_is_proposed(team):
    reference = states.an_assessed_case(team, Level.MODERATE)
    refused("investigate_first", reference, proposals.propose, states.offer(), actor=team.officer)


def test_a_moderate_proposal_waits_for_a_second_person(team):
    reference = states.an_assessed_case(team, Level.MODERATE)
    states.look_into(reference, team.officer)
    act(reference, proposals.propose, states.offer("Water the road."), actor=team.officer)
    assert case_of(reference).stage is Stage.INVESTIGATING
    refused("waits_for_approval", reference, proposals.propose, states.offer(), actor=team.officer)
    act(reference, proposals.approve_proposal, RIGHTS, actor=team.approver)
    assert case_of(reference).stage is Stage.PROPOSED


def test_a_high_proposal_needs_the_human_rights_lead_too(team):
    reference = states.an_assessed_case(team, Level.HIGH)
    states.look_into(reference, team.officer)
    act(reference, proposals.propose, states.offer("Water the road."), actor=team.officer)
    act(reference, proposals.approve_proposal, RIGHTS, actor=team.approver)
    assert case_of(reference).stage is Stage.INVESTIGATING
    with pytest.raises(NotAllowed):
        act(reference, proposals.approve_proposal, RIGHTS, actor=team.approver)
    act(reference, proposals.approve_proposal, RIGHTS, actor=team.rights_lead)
    assert case_of(reference).stage is Stage.PROPOSED


def test_nobody_approves_their_own_proposal(team):
    reference = states.an_assessed_case(team, Level.MODERATE)
    act(reference, triage.assign, team.approver.id, actor=team.coordinator)
    states.look_into(reference, team.approver)
    act(reference, proposals.propose, states.offer("Water the road."), actor=team.approver)
    with pytest.raises(NotAllowed):
        act(reference, proposals.approve_proposal, RIGHTS, actor=team.approver)


def test_a_proposal_that_was_sent_back_can_be_written_again(team):
    reference = states.an_assessed_case(team, Level.MODERATE)
    states.look_into(reference, team.officer)
    act(reference, proposals.propose, states.offer("Water the road."), actor=team.officer)
    act(reference, proposals.return_proposal, "Say by when.", actor=team.approver)
    refused("nothing_to_approve", reference, proposals.approve_proposal, RIGHTS, actor=team.approver)
    act(reference, proposals.propose, states.offer("Water the road by May."), actor=team.officer)
    act(reference, proposals.approve_proposal, RIGHTS, actor=team.approver)
    assert case_of(reference).stage is Stage.PROPOSED


def test_talks_have_three_rounds(team):
    reference = states.a_proposed_case(team, "Water the road.")
    for _ in range(2):
        act(reference, answers.counter, actor=person_of(reference))
        assert case_of(reference).next_promise == Promise.PROPOSE
        act(reference, proposals.propose, states.offer("Water it twice."), actor=team.officer)
    assert case_of(reference).round == 3
    refused("rounds_used_up", reference, answers.counter, actor=person_of(reference))
    act(reference, answers.accept, actor=person_of(reference))


def test_we_cannot_offer_again_while_the_person_has_the_turn(team):
    reference = states.a_proposed_case(team, "Water the road.")
    assert case_of(reference).their_turn
    refused("waits_for_person", reference, proposals.propose, states.offer(), actor=team.officer)


def test_a_refusal_without_a_panel_closes_as_not_agreed_and_can_be_appealed(team):
    reference = states.a_proposed_case(team, "Water the road.")
    act(reference, answers.refuse, wants_panel=False, actor=person_of(reference))
    assert case_of(reference).close_type == "not_agreed"
    act(reference, appeals.appeal, "It is not enough.", actor=person_of(reference))
    assert case_of(reference).stage is Stage.APPEALED


def test_a_panel_of_people_who_never_touched_the_case_decides(session, team):
    reference = states.an_appealed_case(team)
    refused("touched_before", reference, appeals.seat_panel, [team.officer.id], actor=team.coordinator)
    states.seat(reference, team.panel, by=team.coordinator)
    act(reference, appeals.decide, "upheld", "The road is not watered.", to_proposal=True, actor=team.panel)
    assert case_of(reference).stage is Stage.PROPOSED
    act(reference, proposals.propose, states.offer("Pave the road."), actor=team.officer)
    act(reference, answers.accept, actor=person_of(reference))
    assert case_of(reference).stage is Stage.IMPLEMENTING
    events_of(session, reference)


def test_only_those_seated_decide(team):
    reference = states.an_appealed_case(team)
    other = states.staff(states.Role.PANEL, site_id=team.site_id)
    states.seat(reference, team.panel, by=team.coordinator)
    with pytest.raises(Exception, match="No row was found"):
        act(reference, appeals.decide, "upheld", "Reasons.", to_proposal=False, actor=other)


def test_an_outside_body_takes_the_case_and_reports_back(team):
    reference = states.a_closed_case(team)
    act(reference, appeals.refer, "Ombudsman", appeals.Terms("Facts only.", why_other="Both."), actor=team.coordinator)
    assert case_of(reference).stage is Stage.INDEPENDENT
    act(reference, appeals.report, "upheld", "They agree.", to_proposal=False, actor=team.coordinator)
    assert case_of(reference).close_type == "resolved_independently"


def test_a_late_appeal_needs_a_reason_and_is_then_heard(clock, team):
    reference = states.a_closed_case(team)
    clock.advance(timedelta(days=31))
    refused("late_appeal_needs_reason", reference, appeals.appeal, "No.", actor=person_of(reference))
    act(reference, appeals.appeal, "No.", late_reason="I was ill.", actor=person_of(reference))
    assert case_of(reference).appeals[0].is_late


def test_silence_ends_a_case_only_after_attempts_ways_and_sixty_days(clock, team):
    reference = states.a_proposed_case(team, "Water the road.")
    refused("more_attempts", reference, endings.lapse, actor=team.approver)
    for channel in ("liaison_visit", "post", "liaison_visit"):
        act(reference, conversation.log_attempt, channel, reached=False, actor=team.officer)
    refused("too_early_to_lapse", reference, endings.lapse, actor=team.approver)
    clock.advance(timedelta(days=60))
    with pytest.raises(NotAllowed):
        act(reference, endings.lapse, actor=team.officer)
    act(reference, endings.lapse, actor=team.approver)
    assert case_of(reference).close_type == "lapsed"
    act(reference, appeals.reopen, "I was away.", actor=person_of(reference))
    assert case_of(reference).stage is Stage.ASSESSED


def test_a_remedy_the_person_does_not_confirm_is_owed_again(team):
    reference = states.an_implementing_case(team)
    remedy = cases.latest_proposal(case_of(reference)).remedies[0].id
    act(reference, endings.finish_remedy, remedy, "Photo.", actor=team.officer)
    act(reference, answers.confirm_remedy, remedy, confirmed=False, actor=person_of(reference))
    for closing in (team.officer, team.approver):
        refused("person_said_no", reference, endings.verify, reason="I see it done.", actor=closing)
    act(reference, endings.finish_remedy, remedy, "A second truck.", actor=team.officer)
    refused("remedies_open", reference, endings.verify, actor=team.officer)
    with pytest.raises(NotAllowed):
        act(reference, endings.verify, reason="Nobody answers.", actor=team.officer)
    act(reference, endings.verify, reason="Nobody answers.", actor=team.approver)


def test_screening_out_takes_two_people(team):
    reference = states.an_acknowledged_case(team)
    ask = ("commercial_dispute", "This is between two firms.", "The court in the town.")
    refused("not_a_reason", reference, triage.ask_screen_out, "frivolous", *ask[1:], actor=team.coordinator)
    act(reference, triage.ask_screen_out, *ask, actor=team.coordinator)
    refused("waits_for_second_person", reference, triage.ask_screen_out, *ask, actor=team.coordinator)
    with pytest.raises(NotAllowed):
        act(reference, triage.decide_screen_out, approve=True, actor=team.coordinator)
    act(reference, triage.decide_screen_out, approve=True, actor=team.second_coordinator)
    assert case_of(reference).close_type == "screened_out"
    act(reference, appeals.appeal, "It is your truck.", actor=person_of(reference))


def test_a_question_is_closed_by_an_answer_and_owes_no_checks(session, team):
    reference = states.an_acknowledged_case(team, kind=Kind.QUESTION)
    refused("convert_first", reference, triage.assess, states.assessment(), actor=team.coordinator)
    act(reference, endings.answer, "The gate opens at seven.", actor=team.coordinator)
    assert case_of(reference).close_type == "answered"
    assert case_of(reference).next_due_at is None


def test_a_question_that_becomes_a_grievance_starts_its_promises_at_the_receipt(clock, session, team):
    reference = states.an_acknowledged_case(team, kind=Kind.QUESTION)
    received_at = case_of(reference).received_at
    clock.advance(timedelta(hours=5))
    act(reference, triage.convert, Kind.GRIEVANCE, actor=team.coordinator)
    rows = session.scalars(select(Deadline).where(Deadline.promise == Promise.ASSESS)).all()
    assert [row.starts_at for row in rows] == [received_at]


def test_a_grievance_is_made_less_only_when_the_person_agrees(team):
    reference = states.an_acknowledged_case(team)
    question = Kind.QUESTION
    refused("person_must_agree", reference, triage.convert, question, actor=team.coordinator)
    act(reference, converting.ask, question, "You ask when it ends.", actor=team.coordinator)
    act(reference, converting.answer, agreed=True, actor=person_of(reference))
    assert case_of(reference).kind is question


def test_only_the_person_withdraws(team):
    reference = states.an_assessed_case(team)
    with pytest.raises(NotAllowed):
        act(reference, answers.withdraw, actor=team.approver)
    act(reference, answers.withdraw, pressured=False, actor=person_of(reference))
    assert case_of(reference).close_type == "withdrawn"


def test_a_spoken_answer_needs_a_sign_off_and_to_be_read_back(team):
    reference = states.a_proposed_case(team, "Water the road.")
    refused("sign_off_needed", reference, answers.accept, actor=team.officer)
    thumb = SignOff(mode="thumbprint")
    refused("read_back_needed", reference, answers.accept, actor=team.officer, sign_off=thumb)
    act(reference, answers.accept, actor=team.officer, sign_off=SignOff("thumbprint", read_back=True))
    assert case_of(reference).stage is Stage.IMPLEMENTING


def test_level_four_says_what_is_done_at_once(team):
    reference = states.an_acknowledged_case(team)
    silent = states.assessment(Level.HIGH, immediate_action=None)
    refused("immediate_action_needed", reference, triage.assess, silent, actor=team.coordinator)


def test_a_case_assessed_as_sexual_violence_is_gone_for_everybody_but_the_focal_point(team):
    reference = states.an_acknowledged_case(team)
    found = states.assessment(Level.HIGH, category="GBV")
    act(reference, triage.assess, found, actor=team.coordinator)
    for actor in (team.coordinator, team.approver, team.officer, team.rights_lead, team.auditor):
        with pytest.raises(Exception, match="No row was found"):
            act(reference, conversation.note, "Hello.", actor=actor)
    act(reference, conversation.note, "I am here.", actor=team.focal)


def test_the_second_of_two_clicks_meets_the_lifecycle(team):
    reference = states.an_acknowledged_case(team)
    with pytest.raises(IllegalTransition):
        act(reference, triage.acknowledge, actor=team.coordinator)


def test_a_concern_without_a_site_is_routed_from_the_group_intake_in_one_step(team):
    reference = states.a_case()
    everywhere = states.staff((states.Role.COORDINATOR, None))
    with pytest.raises(Exception, match="No row was found"):
        act(reference, triage.route, team.site_id, actor=team.coordinator)
    act(reference, triage.route, team.site_id, actor=everywhere)
    assert case_of(reference).site_id == team.site_id
    refused("cannot_route", reference, triage.route, team.site_id, actor=everywhere)
