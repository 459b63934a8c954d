"""Bodies outside on the pages: what staff record, what the person reads, and that the case goes on."""

import pytest
from sqlalchemy import select

from engage.domain.lifecycle import Stage
from engage.models import Proceeding, Referral, Task
from engage.services import triage
from tests import states
from tests.states import act, case_of
from tests.web.as_person import come_back
from tests.web.as_staff import done, in_days, kinds, page, send, sign_in

COURT = {"kind": "court", "body": "District court", "covers": "The payment for the house."}
TO_HR = {
    "kind": "hr",
    "to_whom": "HR of the mine",
    "why": "The wage of March.",
    "basis": "consent",
    "basis_words": "By phone, on Monday.",
    "safety": "His foreman learns nothing.",
}


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


def test_a_court_case_is_recorded_shown_to_the_person_and_ended_while_the_case_goes_on(client, team, session):
    """R34: the person reads that it does not end their case with us."""
    reference = states.an_assessed_case(team)
    officer = sign_in(client, team.officer)
    address = f"/staff/cases/{reference}"
    done(send(officer, f"{address}/record-proceeding", **COURT, docket="12/2026", began_on=in_days(-3)))
    shown = officer.get(address)
    assert "District court" in shown.text
    assert "12/2026" in shown.text
    mine = come_back(client, reference).page()
    assert "This does not end your case with us." in mine
    assert "District court" in mine
    assert "District court" in client.get("/case/download").text
    ends = page(shown).select_one("#proceedings a")["href"]
    done(send(officer, ends, outcome="They agreed in court."))
    assert "They agreed in court." in come_back(client, reference).page()
    after = officer.get(address)
    assert page(after).select_one("#proceedings a") is None
    assert officer.get(ends).status_code == 409
    assert case_of(reference).stage is Stage.ASSESSED
    assert {"ProceedingRecorded", "ProceedingEnded"} <= set(kinds(session, reference))
    assert "A body outside has the same matter" in officer.get(f"{address}/story").text


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        ({"kind": "oracle"}, "Choose the kind of body"),
        ({"kind": ""}, "Choose the kind of body"),
        ({"body": " "}, "Write the name of the body"),
        ({"covers": ""}, "Write which part of the matter it has"),
        ({"began_on": ["31", "2", "2026"]}, "This is no date"),
        ({"began_on": in_days(9)}, "not ahead"),
        ({"body": "x" * 301}, "Use 300 characters or fewer"),
    ],
    ids=["unknown kind", "no kind", "no body", "no words", "no date", "ahead", "too long"],
)
def test_a_form_about_a_court_that_cannot_be_kept_says_why_and_loses_nothing(client, team, session, spoil, said):
    reference = states.an_assessed_case(team)
    typed = {**COURT, "docket": "12/2026", **spoil}
    answer = send(sign_in(client, team.officer), f"/staff/cases/{reference}/record-proceeding", **typed)
    assert answer.status_code == 422
    assert said in answer.text or "Not a valid choice" in answer.text
    assert "12/2026" in answer.text
    assert session.scalar(select(Proceeding)) is None


def test_a_worker_matter_is_handed_over_taken_and_then_leaves_us(client, team, session):
    """R35: the case stays until HR has taken it, and the person reads how far it is."""
    reference = states.an_acknowledged_case(team)
    boss, second = sign_in(client, team.coordinator), sign_in(client, team.second_coordinator)
    address = f"/staff/cases/{reference}"
    asked = {"reason": "worker_matter", "explanation": "HR looks after it.", "referral": "HR, by the gate."}
    early = send(boss, f"{address}/screen-out", **asked)
    assert early.status_code == 422
    assert "HR has to take it" in early.text
    assert "HR looks after it." in early.text
    done(send(boss, f"{address}/hand-over", **TO_HR))
    assert session.scalars(select(Task.words)).one() == "Ask HR of the mine if they take what was handed over."
    mine = come_back(client, reference).page()
    assert "HR of the mine" in mine
    assert "They have not said yet if they take it." in mine
    assert "You agreed. By phone, on Monday." in mine
    assert "His foreman" not in mine
    settles = page(boss.get(address)).select_one("#referrals a")["href"]
    half = send(second, settles, taken="yes")
    assert half.status_code == 422
    assert "Write who said so and how we know" in half.text
    done(send(second, settles, taken="yes", how="The head of HR, by letter."))
    assert "They have taken it" in come_back(client, reference).page()
    assert "The head of HR, by letter." in boss.get(address).text
    assert boss.get(settles).status_code == 409
    done(send(boss, f"{address}/screen-out", **asked))
    done(send(second, f"{address}/approve-screen-out", decision="yes"))
    assert case_of(reference).close_type == "transferred"
    assert "Handed over" in boss.get(f"{address}/story").text


def test_what_they_do_not_take_stays_with_us_and_the_person_reads_it(client, team):
    reference = states.an_assessed_case(team)
    boss = sign_in(client, team.coordinator)
    typed = {**TO_HR, "kind": "authority", "basis": "law", "basis_words": "Article 9."}
    done(send(boss, f"/staff/cases/{reference}/hand-over", **typed))
    assert "A law asks us to. Article 9." in come_back(client, reference).page()
    settles = page(boss.get(f"/staff/cases/{reference}")).select_one("#referrals a")["href"]
    done(send(boss, settles, taken="no", how="The desk, by phone."))
    assert "They do not take it. It stays with us." in come_back(client, reference).page()
    assert "What we gave to others: HR of the mine" in client.get("/case/download").text


@pytest.mark.parametrize("missing", sorted(TO_HR))
def test_nothing_is_handed_over_by_half_and_nothing_typed_is_lost(client, team, session, missing):
    """R36: without consent or law, or without a look at what is safe, there is no handing over."""
    reference = states.an_assessed_case(team)
    answer = send(sign_in(client, team.coordinator), f"/staff/cases/{reference}/hand-over", **{**TO_HR, missing: ""})
    assert answer.status_code == 422
    kept = "By phone, on Monday." if missing != "basis_words" else "The wage of March."
    assert kept in answer.text
    assert session.scalar(select(Referral)) is None


def test_who_may_not_is_refused_and_another_cases_address_does_not_exist(client, team, session):
    reference, other = states.an_assessed_case(team), states.an_assessed_case(team)
    officer, auditor = sign_in(client, team.officer), sign_in(client, team.auditor)
    assert officer.get(f"/staff/cases/{reference}/hand-over").status_code == 403
    assert auditor.get(f"/staff/cases/{reference}/record-proceeding").status_code == 403
    done(send(officer, f"/staff/cases/{reference}/record-proceeding", **COURT))
    done(send(sign_in(client, team.coordinator), f"/staff/cases/{reference}/hand-over", **TO_HR))
    proceeding, referral = session.scalars(select(Proceeding.id)).one(), session.scalars(select(Referral.id)).one()
    for path in (f"proceedings/{proceeding}/end", f"referrals/{referral}/settle"):
        assert auditor.get(f"/staff/cases/{reference}/{path}").status_code == 403
        assert sign_in(client, team.coordinator).get(f"/staff/cases/{other}/{path}").status_code == 404
    assert page(auditor.get(f"/staff/cases/{reference}")).select("#proceedings a, #referrals a") == []


def test_in_the_restricted_lane_a_referral_is_the_focal_points_alone(client, team):
    reference = states.an_assessed_case(team)
    act(reference, triage.restrict, "sexual_violence", actor=team.coordinator)
    assert sign_in(client, team.coordinator).get(f"/staff/cases/{reference}/hand-over").status_code == 404
    done(send(sign_in(client, team.focal), f"/staff/cases/{reference}/hand-over", **{**TO_HR, "kind": "authority"}))
