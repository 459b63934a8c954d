"""What the person answers: to a proposal, to a remedy, at the end; once each, and never to something else."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.case import Answer, Kind
from engage.domain.lifecycle import Stage
from engage.extensions import db
from engage.models import Appeal, CaseEvent, Proposal, Remedy
from engage.services import answers, appeals, cases, endings, triage
from tests import states
from tests.states import act, case_of
from tests.web.as_person import come_back, words


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def kinds(reference):
    rows = select(CaseEvent.kind).where(CaseEvent.case_id == case_of(reference).id).order_by(CaseEvent.number)
    return db.session.scalars(rows).all()


def proposal_of(reference):
    mine = select(Proposal).where(Proposal.case_id == case_of(reference).id).order_by(Proposal.round)
    return db.session.scalars(mine).all()[-1]


def test_the_four_answers_are_offered_as_equals(client, team):
    page = come_back(client, states.a_proposed_case(team, "Water the road.")).page()
    for offered in ("I accept", "I want a change", "Meet me", "I refuse"):
        assert offered in page


@pytest.mark.parametrize("remedies", [(), ("Water the road.",)])
def test_accepting_starts_the_remedies_or_ends_the_case(client, team, remedies):
    reference = states.a_proposed_case(team, *remedies)
    person = come_back(client, reference)
    fields = person.fields("/case/accept")
    for _ in range(2):
        assert client.post("/case/accept", data={**fields, "words": "Thank you."}).location == "/case/view"
        assert "You accepted." in person.page()
    assert case_of(reference).stage is (Stage.IMPLEMENTING if remedies else Stage.CLOSED)
    assert proposal_of(reference).answer_words == "Thank you."
    assert kinds(reference).count("ProposalAccepted") == 1


def test_a_proposal_that_was_never_answered_is_no_longer_offered_when_a_panel_wants_a_new_one(client, team):
    reference = states.a_proposed_case(team, "Water the road.")
    person = come_back(client, reference)
    act(reference, answers.withdraw, actor=states.person_of(reference))
    act(reference, appeals.appeal, "I think again.", actor=states.person_of(reference))
    states.seat(reference, team.panel, by=team.coordinator)
    act(reference, appeals.decide, "upheld", "Offer more.", to_proposal=True, actor=team.panel)
    page = person.page()
    assert "We owe you a new proposal. It is our turn." in page
    assert "I accept" not in page
    assert "No proposal waits for your answer." in client.get("/case/accept", follow_redirects=True).text


def test_asking_for_a_change_needs_words_and_makes_it_our_turn(client, team):
    reference = states.a_proposed_case(team, "Water the road.")
    person = come_back(client, reference)
    empty = person.send("/case/change", words=" ")
    assert empty.status_code == 422
    assert "Tell us what should be different." in words(empty)
    person.send("/case/change", words="Twice a day, please.")
    assert (case_of(reference).stage, case_of(reference).round) == (Stage.PROPOSED, 2)
    assert "It is our turn." in person.page()
    assert "Twice a day, please." in person.page()


def test_asking_to_meet_is_an_answer_of_its_own(client, team):
    reference = states.a_proposed_case(team, "Water the road.")
    person = come_back(client, reference)
    person.send("/case/meet", words="At the school.")
    assert proposal_of(reference).answer is Answer.MEET
    assert "You want to meet." in person.page()


def test_after_three_rounds_no_change_can_be_asked_for(client, team):
    reference = states.a_proposed_case(team, "Water the road.")
    for _ in range(2):
        act(reference, answers.counter, actor=states.person_of(reference))
        act(reference, states.proposals.propose, states.offer("Water it more."), actor=team.officer)
    person = come_back(client, reference)
    page = person.page()
    assert "I want a change" not in page
    assert "I refuse" in page
    assert "or a panel" in words(person.send("/case/change", words="Again."))
    assert proposal_of(reference).answer is None


@pytest.mark.parametrize(("panel", "stage"), [("yes", Stage.APPEALED), ("no", Stage.CLOSED)])
def test_refusing_asks_whether_a_panel_is_wanted(client, team, panel, stage):
    reference = states.a_proposed_case(team, "Water the road.")
    person = come_back(client, reference)
    silent = person.send("/case/refuse", words="No.")
    assert silent.status_code == 422
    assert case_of(reference).stage is Stage.PROPOSED
    fields = person.fields("/case/refuse")
    for _ in range(2):
        client.post("/case/refuse", data={**fields, "panel": panel, "words": "It does not help."})
    assert case_of(reference).stage is stage
    assert kinds(reference).count("ProposalRefused") == 1
    assert "It does not help." in person.page()


def test_an_answer_goes_to_the_proposal_that_was_on_the_page(client, team):
    reference = states.a_proposed_case(team, "Water the road.")
    person = come_back(client, reference)
    fields = person.fields("/case/accept")
    act(reference, answers.counter, actor=states.person_of(reference))
    act(reference, states.proposals.propose, states.offer("Pay nothing."), actor=team.officer)
    client.post("/case/accept", data=fields)
    assert case_of(reference).stage is Stage.PROPOSED
    assert "read it again" in person.page()


def test_without_a_proposal_there_is_nothing_to_answer(client, team):
    person = come_back(client, states.an_assessed_case(team))
    for path in ("/case/accept", "/case/change", "/case/meet", "/case/refuse"):
        assert client.get(path).location == "/case/view"
        assert "No proposal waits for your answer." in person.page()


def remedy_done(team):
    reference = states.an_implementing_case(team, "Water the road.")
    remedy_id = proposal_of(reference).remedies[0].id
    act(reference, endings.finish_remedy, remedy_id, "Photo of the truck.", actor=team.officer)
    return reference, remedy_id


@pytest.mark.parametrize(("said", "confirmed"), [("yes", True), ("no", False)])
def test_the_person_says_whether_a_remedy_is_put_right(client, team, said, confirmed):
    reference, remedy_id = remedy_done(team)
    person = come_back(client, reference)
    assert "Tell us if it is put right" in person.page()
    path = f"/case/remedies/{remedy_id}"
    assert person.send(path).status_code == 422
    fields = person.fields(path)
    for _ in range(2):
        client.post(path, data={**fields, "confirmed": said, "words": "I was there."})
    assert db.session.get(Remedy, remedy_id, populate_existing=True).confirmed is confirmed
    assert kinds(reference).count("RemedyConfirmed") == 1
    assert "Tell us if it is put right" not in person.page()


def test_a_remedy_of_another_case_is_not_there(client, team):
    reference, remedy_id = remedy_done(team)
    mine, _ = remedy_done(team)
    person = come_back(client, mine)
    fields = person.fields(f"/case/remedies/{proposal_of(mine).remedies[0].id}")
    client.get(f"/case/remedies/{remedy_id}")
    client.post(f"/case/remedies/{remedy_id}", data={**fields, "confirmed": "yes"})
    assert db.session.get(Remedy, remedy_id, populate_existing=True).confirmed is None
    assert "nothing for you to confirm" in person.page()
    assert kinds(reference).count("RemedyConfirmed") == 0


@pytest.mark.parametrize(("said", "pressured"), [("yes", True), ("no", False), ("not_said", None), ("", None)])
def test_stopping_asks_and_demands_nothing(client, team, said, pressured):
    reference = states.an_assessed_case(team)
    person = come_back(client, reference)
    fields = person.fields("/case/withdraw")
    for _ in range(2):
        client.post("/case/withdraw", data={**fields, "pressured": said})
    assert (case_of(reference).stage, case_of(reference).close_type) == (Stage.CLOSED, "withdrawn")
    assert kinds(reference).count("CaseWithdrawn") == 1
    rows = select(CaseEvent.payload).where(CaseEvent.kind == "CaseWithdrawn")
    assert db.session.scalars(rows).one() == f'{{"pressured":{str(pressured).lower().replace("none", "null")}}}'
    assert "We have stopped." in person.page()


def test_a_closed_case_is_appealed_in_time_without_a_reason(client, team):
    reference = states.a_closed_case(team)
    person = come_back(client, reference)
    assert "Appeal to a panel" in person.page()
    assert person.send("/case/appeal", words="").status_code == 422
    fields = person.fields("/case/appeal")
    for _ in range(2):
        client.post("/case/appeal", data={**fields, "words": "The dust is back."})
    assert case_of(reference).stage is Stage.APPEALED
    assert db.session.scalars(select(Appeal.is_late)).all() == [False]
    assert "The dust is back." in person.page()


def test_a_late_appeal_asks_for_a_reason_and_then_counts(client, team, clock):
    reference = states.a_closed_case(team)
    clock.advance(timedelta(days=60))
    person = come_back(client, reference)
    asked = person.send("/case/appeal", words="The dust is back.")
    assert asked.status_code == 422
    assert "Tell us why you come now." in words(asked)
    assert "The dust is back." in asked.get_data(as_text=True)
    person.send("/case/appeal", words="The dust is back.", late_reason="I was ill.")
    assert db.session.scalars(select(Appeal.is_late)).all() == [True]


def test_the_panels_decision_and_reasons_are_on_the_page(client, team):
    reference = states.an_appealed_case(team)
    states.seat(reference, team.panel, by=team.second_coordinator)
    act(reference, appeals.decide, "upheld", "The road was not watered.", actor=team.panel, to_proposal=False)
    page = come_back(client, reference).page()
    assert "The road was not watered." in page
    assert "Your concern is closed." in page


def test_the_reason_for_screening_out_is_on_the_page(client, team):
    reference = states.an_acknowledged_case(team)
    reason = triage.sites.rules_for(case_of(reference)).taxonomy.lists["screening_out_reasons"][0].code
    act(
        reference,
        triage.ask_screen_out,
        reason,
        "This is about the town's road.",
        "The town office",
        actor=team.coordinator,
    )
    act(reference, triage.decide_screen_out, approve=True, actor=team.second_coordinator)
    page = come_back(client, reference).page()
    assert "This is about the town&#39;s road." in page or "This is about the town's road." in page
    assert "The town office" in page


def test_a_closed_case_is_opened_again_with_words_and_no_time_bar(client, team, clock):
    reference = states.a_closed_case(team)
    clock.advance(timedelta(days=800))
    person = come_back(client, reference)
    assert person.send("/case/reopen", reason="").status_code == 422
    fields = person.fields("/case/reopen")
    for _ in range(2):
        client.post("/case/reopen", data={**fields, "reason": "It came back."})
    assert case_of(reference).stage is Stage.ASSESSED
    assert kinds(reference).count("CaseReopened") == 1
    assert "It came back." in person.page()


def test_what_is_not_possible_any_more_is_said_and_changes_nothing(client, team):
    reference = states.an_assessed_case(team)
    person = come_back(client, reference)
    assert "not closed yet" in words(person.send("/case/appeal", words="Now."))
    assert "not possible any more" in words(person.send("/case/reopen", reason="Now."))
    assert case_of(reference).stage is Stage.ASSESSED


def test_every_page_of_an_answer_refuses_another_cases_form(client, team):
    fields = come_back(client, states.a_proposed_case(team, "One.")).fields("/case/accept")
    other = states.a_proposed_case(team, "Two.")
    token = come_back(client, other).fields("/case/accept")["csrf_token"]
    assert client.post("/case/accept", data={**fields, "csrf_token": token}).status_code == 409
    assert cases.latest_proposal(case_of(other)).answer is None


def test_a_question_takes_the_short_road_on_the_page(client, team):
    reference = states.an_acknowledged_case(team, kind=Kind.QUESTION)
    act(reference, triage.assign, team.officer.id, actor=team.coordinator)
    person = come_back(client, reference)
    assert "It is our turn to answer." in person.page()
    assert "Looked into" not in person.page()
    act(reference, endings.answer, "The blast is at noon on Mondays.", actor=team.officer)
    page = person.page()
    assert "We have answered you." in page
    assert "Answered" in page
    assert "The blast is at noon on Mondays." in page


def test_what_an_outside_body_says_is_on_the_page(client, team):
    reference = states.a_closed_case(team)
    terms = appeals.Terms("They look at it anew.", is_binding=True, why_other="Both want it.")
    act(reference, appeals.refer, "The ombuds office", terms, actor=team.coordinator)
    person = come_back(client, reference)
    assert "A body outside the company is looking at it." in person.page()
    assert "They look at it anew." in person.page()
    act(reference, appeals.report, "upheld", "The mine must act.", actor=team.coordinator, to_proposal=True)
    page = person.page()
    assert "We owe you a new proposal. It is our turn." in page
    assert "The mine must act." in page
