"""A case travels from receipt to closure through the pages of staff, and every step does what its page says."""

from datetime import timedelta

import pytest

from engage.domain.guards import RIGHTS
from engage.domain.lifecycle import Stage
from engage.domain.severity import Level
from engage.models import Statement
from engage.services import cases
from tests import states
from tests.states import case_of
from tests.web.as_staff import SPOKEN, assessment, done, filled, kinds, page, plan, proposal, send, sign_in


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


@pytest.fixture
def at(client):
    """Call with a member of staff and a path below a case: fills in the form there and sends it."""

    def go(actor, reference, path, **typed):
        return done(send(sign_in(client, actor), f"/staff/cases/{reference}/{path}", **typed))

    return go


def test_a_concern_travels_to_its_closure_through_pages_alone(clock, session, team, at):
    reference = states.a_case(team.site_id)
    at(team.coordinator, reference, "acknowledge", how="notice")
    at(team.coordinator, reference, "assess", **assessment("3", title="Dust at the haul road"))
    at(team.coordinator, reference, "assign", assignee=str(team.officer.id))
    at(team.officer, reference, "investigate", **plan())
    at(team.officer, reference, "consult", outcome="held", channel="walk_in", account="At the school, in Serbian.")
    at(team.officer, reference, "propose", **proposal())
    at(team.approver, reference, "approve-proposal", decision="approve", checks=list(RIGHTS))
    at(team.officer, reference, "record-answer", answer="accept", said="Good.", **SPOKEN)
    remedy = str(_remedies(reference)[0].id)
    at(team.officer, reference, "finish-remedy", remedy=remedy, evidence="Photo of the truck")
    at(team.officer, reference, "confirm-remedy", remedy=remedy, confirmed="yes", **SPOKEN)
    at(team.officer, reference, "verify")

    case = case_of(reference)
    assert (case.stage, case.close_type) == (Stage.CLOSED, "agreed_remedied")
    assert session.get(Statement, case.id).title == "Dust at the haul road"
    assert kinds(session, reference) == [
        "CaseReceived",
        "CaseAcknowledged",
        "CaseAssessed",
        "CaseAssigned",
        "InvestigationStarted",
        "InvestigationPlanned",
        "AttemptLogged",
        "ConsultationHeld",
        "ProposalDrafted",
        "ProposalApproved",
        "ProposalSent",
        "ProposalAccepted",
        "RemedyFinished",
        "RemedyConfirmed",
        "CaseVerified",
    ]
    answers = {"stayed_right": "yes", "punished": "no"}
    clock.advance(timedelta(days=29))
    at(team.officer, reference, "check-afterwards", outcome="held", account="Still good.", **answers)
    assert kinds(session, reference)[-1] == "CheckedAfterwards"


def _remedies(reference):
    return cases.latest_proposal(case_of(reference)).remedies


def test_a_remedy_line_that_was_begun_is_filled_in_whole_and_nothing_typed_is_lost(client, team):
    reference = states.an_assessed_case(team)
    answer = send(
        sign_in(client, team.officer),
        f"/staff/cases/{reference}/propose",
        **proposal(**{"lines-0-words": "", "lines-0-due_on": ["31", "2", "2027"], "lines-1-type_code": "apology"}),
    )
    assert answer.status_code == 422
    problems = [item.get_text() for item in page(answer).select(".govuk-error-summary__list a")]
    assert len(problems) == 4
    assert "We measured the dust." in answer.text
    assert filled(answer)["lines-0-due_on"] == ["31", "2", "2027"]
    assert filled(answer)["lines-1-type_code"] == "apology"


def test_a_proposal_sent_back_is_not_typed_again(client, team, at):
    reference = states.an_assessed_case(team, Level.MODERATE)
    at(team.officer, reference, "investigate", **plan())
    at(team.officer, reference, "consult", outcome="held", channel="walk_in", account="At the school.")
    at(team.officer, reference, "propose", **proposal())
    at(team.approver, reference, "approve-proposal", decision="return", reason="Name the days.")
    again = sign_in(client, team.officer).get(f"/staff/cases/{reference}/propose")
    assert "Name the days." in again.text
    assert filled(again)["shared_findings"] == "We measured the dust."
    assert filled(again)["lines-0-words"] == "Water the road."


def test_sending_back_needs_a_reason(client, team, at):
    reference = states.an_assessed_case(team, Level.MODERATE)
    at(team.officer, reference, "investigate", **plan())
    at(team.officer, reference, "consult", outcome="held", channel="walk_in", account="At the school.")
    at(team.officer, reference, "propose", **proposal())
    browser = sign_in(client, team.approver)
    assert send(browser, f"/staff/cases/{reference}/approve-proposal", decision="return").status_code == 422
    hasty = send(browser, f"/staff/cases/{reference}/approve-proposal", decision="approve", checks=list(RIGHTS[:-1]))
    assert hasty.status_code == 422
    assert "Look at each of these" in hasty.text


@pytest.mark.parametrize(
    ("answer", "stage"),
    [
        ("accept", Stage.CLOSED),
        ("counter", Stage.PROPOSED),
        ("meet", Stage.PROPOSED),
        ("refuse", Stage.CLOSED),
        ("refuse_panel", Stage.APPEALED),
    ],
)
def test_every_spoken_answer_can_be_recorded(team, at, answer, stage):
    reference = states.a_proposed_case(team)
    at(team.officer, reference, "record-answer", answer=answer, said="So it is.", **SPOKEN)
    assert case_of(reference).stage is stage


def test_a_spoken_answer_that_was_not_read_back_is_not_recorded(client, team):
    reference = states.a_proposed_case(team)
    browser = sign_in(client, team.officer)
    answer = send(browser, f"/staff/cases/{reference}/record-answer", answer="accept", sign_off="thumbprint")
    assert answer.status_code == 422
    assert case_of(reference).stage is Stage.PROPOSED


def test_a_remedy_that_the_person_calls_unfinished_is_owed_again(client, team, at):
    reference = states.an_implementing_case(team)
    remedy = str(_remedies(reference)[0].id)
    at(team.officer, reference, "finish-remedy", remedy=remedy, evidence="Photo of the truck")
    at(team.officer, reference, "confirm-remedy", remedy=remedy, confirmed="no", **SPOKEN)
    shut = sign_in(client, team.approver).get(f"/staff/cases/{reference}/verify")
    assert shut.status_code == 409
    assert "The person says that it is not put right" in shut.text
    at(team.officer, reference, "finish-remedy", remedy=remedy, evidence="A second truck")
    asks = sign_in(client, team.approver).get(f"/staff/cases/{reference}/verify")
    assert "The person said no before, and reads these words" in asks.text


def test_an_approver_closes_what_is_unconfirmed_with_a_reason_and_an_officer_cannot(client, team, at):
    reference = states.an_implementing_case(team)
    shut = sign_in(client, team.officer).get(f"/staff/cases/{reference}/verify")
    assert shut.status_code == 409
    assert "Not yet done and confirmed: 1" in shut.text
    browser = sign_in(client, team.approver)
    assert send(browser, f"/staff/cases/{reference}/verify").status_code == 422
    at(team.approver, reference, "verify", reason="The person has moved away; neighbours confirm it.")
    assert case_of(reference).stage is Stage.CLOSED
