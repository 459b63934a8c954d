"""Meetings and telling a group, through the pages of staff; the person reads what the group was told."""

from datetime import timedelta

import pytest

from engage.domain.lifecycle import Stage
from engage.services import answers, proposals, triage
from tests import states
from tests.states import act, case_of, person_of
from tests.web.as_person import come_back
from tests.web.as_staff import done, in_days, kinds, page, send, sign_in

MEETING = {"place": "School", "language": "Serbian", "who": "About 40, half of them women"}


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


def a_group(team, *remedies):
    reference = states.an_acknowledged_case(team, is_collective=True)
    act(reference, triage.assess, states.assessment(), actor=team.coordinator)
    act(reference, triage.assign, team.officer.id, actor=team.coordinator)
    act(reference, proposals.propose, states.offer(*remedies), actor=team.officer)
    return reference


def test_a_group_is_told_on_a_page_before_its_case_closes(client, team):
    """R46: the case of a group says why it cannot close yet, and what the group was told stands on its page."""
    reference = a_group(team)
    act(reference, answers.accept, actor=person_of(reference))
    officer = sign_in(client, team.officer)
    shut = officer.get(f"/staff/cases/{reference}/verify")
    assert shut.status_code == 409
    assert "Tell them how it ended" in shut.text
    done(send(officer, f"/staff/cases/{reference}/report-back", **MEETING, on=in_days(0), told="The road is watered."))
    done(send(officer, f"/staff/cases/{reference}/verify"))
    assert case_of(reference).stage is Stage.CLOSED
    assert "The road is watered." in come_back(client, reference).page()
    assert "The group was told how it ended" in officer.get(f"/staff/cases/{reference}").text


def test_a_meeting_ahead_is_refused_and_nothing_typed_is_lost(client, team):
    reference = states.a_proposed_case(team)
    officer = sign_in(client, team.officer)
    address = f"/staff/cases/{reference}/meet"
    answer = send(officer, address, **MEETING, on=in_days(5), said="They want it in writing.")
    assert answer.status_code == 422
    assert "not ahead" in answer.text
    assert page(answer).select_one("textarea").string.strip() == "They want it in writing."


def test_a_meeting_of_the_talks_stands_in_the_story(client, team, session):
    reference = states.a_proposed_case(team)
    officer = sign_in(client, team.officer)
    address = f"/staff/cases/{reference}/meet"
    done(send(officer, address, **MEETING, on=in_days(0), said="They want it in writing."))
    assert kinds(session, reference)[-1] == "MeetingHeld"
    assert "Round 1" in officer.get(f"/staff/cases/{reference}/story").text


def test_a_talk_after_closure_needs_both_answers(clock, client, team):
    """R52: nobody can leave out the question whether anyone was punished."""
    reference = states.a_closed_case(team)
    clock.advance(timedelta(days=30))
    officer = sign_in(client, team.officer)
    address = f"/staff/cases/{reference}/check-afterwards"
    half = send(officer, address, outcome="held", stayed_right="yes", account="Fine.")
    assert half.status_code == 422
    assert "Choose whether anyone was punished" in half.text
    done(send(officer, address, outcome="attempt", account="Nobody was at home."))


def test_a_talk_on_the_day_of_closing_is_sent_to_the_notes_and_keeps_what_was_typed(client, team):
    officer = sign_in(client, team.officer)
    address = f"/staff/cases/{states.a_closed_case(team)}/check-afterwards"
    early = send(officer, address, outcome="attempt", account="Nobody was at home.")
    assert early.status_code == 422
    assert "from 15 days after the case was closed" in early.text
    assert "Nobody was at home." in early.text
