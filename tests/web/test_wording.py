"""Words that seem to take a right, on the pages: who waits, who looks, and what is written about it."""

import pytest

from engage.domain.guards import RIGHTS
from engage.domain.lifecycle import Stage
from engage.services import triage
from tests import states
from tests.states import act, case_of
from tests.web.as_staff import done, page, proposal, send, sign_in

WAIVES = {"lines-0-words": "We pay once, and you waive every claim."}
YES = {"decision": "approve", "checks": list(RIGHTS)}


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


def test_r34_words_that_seem_to_take_a_right_are_shown_to_a_second_person_who_writes_why_they_do_not(client, team):
    """R34: the officer reads that they wait, the approver which words they are, and all later who cleared them."""
    reference = states.an_assessed_case(team)
    address = f"/staff/cases/{reference}"
    officer, approver = sign_in(client, team.officer), sign_in(client, team.approver)
    done(send(officer, f"{address}/propose", **proposal(**WAIVES)))
    assert "These words need another look first: “waive”." in officer.get(address).text
    shown = approver.get(f"{address}/approve-proposal")
    assert [one.get_text() for one in page(shown).select("#phrases q")] == ["waive"]
    without = send(approver, f"{address}/approve-proposal", **YES)
    assert without.status_code == 422
    assert "Write why these words take nothing" in without.text
    assert case_of(reference).stage is Stage.ASSESSED
    done(send(approver, f"{address}/approve-proposal", **YES, why_no_waiver="It quotes the law."))
    assert case_of(reference).stage is Stage.PROPOSED
    assert "It quotes the law." in officer.get(address).text
    assert "waits: words that seem to take a right" in officer.get(f"{address}/story").text


def test_a_proposal_without_such_words_asks_for_no_reason(client, team):
    reference = states.an_assessed_case(team)
    done(send(sign_in(client, team.officer), f"/staff/cases/{reference}/propose", **proposal()))
    assert case_of(reference).stage is Stage.PROPOSED
    shut = sign_in(client, team.approver).get(f"/staff/cases/{reference}/approve-proposal")
    assert shut.status_code == 409
    assert "why_no_waiver" not in shut.text
    assert sign_in(client, team.officer).get(f"/staff/cases/{reference}/approve-proposal").status_code == 403


def test_r46_a_group_is_asked_for_no_silence_and_nothing_typed_is_lost(client, team):
    reference = states.an_acknowledged_case(team, is_collective=True)
    act(reference, triage.assess, states.assessment(), actor=team.coordinator)
    act(reference, triage.assign, team.officer.id, actor=team.coordinator)
    typed = proposal(**{"lines-0-words": "You keep this secret."})
    answer = send(sign_in(client, team.officer), f"/staff/cases/{reference}/propose", **typed)
    assert answer.status_code == 422
    assert "no agreement may stop its people" in answer.text
    assert "You keep this secret." in answer.text
