"""What a proposal must say before anybody gets it, who may be given a case, and a message that comes twice."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from engage import clock as engage_clock
from engage.domain.guards import Refused
from engage.domain.policy import Role
from engage.models import Message
from engage.services import cases, conversation, proposals, triage
from engage.services.findings import Line
from engage.unit_of_work import unit_of_work
from tests import states
from tests.states import act, case_of, person_of


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def refused(code, *args, **values):
    with pytest.raises(Refused) as caught:
        act(*args, **values)
    assert caught.value.refusal.code == code


def a_line(type_code="repair", days=10):
    return Line(type_code, "Water the road.", engage_clock.utcnow() + timedelta(days=days))


@pytest.mark.parametrize(
    ("code", "spoil"),
    [
        ("findings_to_share_needed", lambda: {"shared_findings": " "}),
        ("too_many_remedies", lambda: {"lines": [a_line()] * 21}),
        ("not_in_the_list", lambda: {"finding": "perhaps"}),
        ("not_in_the_list", lambda: {"close_type": "lapsed"}),
        ("not_in_the_list", lambda: {"root_cause": "weather"}),
        ("not_in_the_list", lambda: {"lines": [a_line("miracle")]}),
        ("date_is_past", lambda: {"lines": [a_line(days=0)]}),
    ],
    ids=["no findings", "too many", "finding", "close type", "root cause", "remedy", "past"],
)
def test_a_proposal_that_could_not_be_kept_or_counted_is_refused(team, code, spoil):
    reference = states.an_assessed_case(team)
    refused(code, reference, proposals.propose, states.offer(**spoil()), actor=team.officer)
    assert case_of(reference).stage == "assessed"


def test_a_case_is_given_only_to_somebody_who_may_work_it(team):
    reference = states.an_assessed_case(team)
    elsewhere = states.staff(Role.OFFICER, site_id=states.a_site("KOL"))
    for nobody in (elsewhere.id, team.auditor.id, case_of(reference).id):
        refused("cannot_work_this_case", reference, triage.assign, nobody, actor=team.coordinator)
        assert case_of(reference).assignee_id == team.officer.id


def test_nobody_decides_on_a_screening_out_that_nobody_asked_for(team):
    reference = states.an_acknowledged_case(team)
    refused("nothing_to_decide", reference, triage.decide_screen_out, approve=True, actor=team.coordinator)


def test_nobody_is_asked_to_screen_out_what_was_judged_meanwhile(team):
    reference = states.an_acknowledged_case(team)
    asked = ("commercial_dispute", "This is between two firms.", "The court in the town.")
    act(reference, triage.ask_screen_out, *asked, actor=team.coordinator)
    act(reference, triage.assess, states.assessment(), actor=team.second_coordinator)
    assert cases.open_screening(case_of(reference)) is None
    refused("nothing_to_decide", reference, triage.decide_screen_out, approve=True, actor=team.second_coordinator)


def test_a_message_that_is_sent_twice_is_kept_once(session, team):
    reference = states.an_acknowledged_case(team)
    sent = []
    for _ in range(2):
        with unit_of_work():
            case = case_of(reference)
            sent.append(conversation.write_as_person(case, "More dust.", actor=person_of(reference), token="1f").id)
    assert sent[0] == sent[1]
    assert session.scalar(select(func.count(Message.id)).where(Message.words == "More dust.")) == 1
