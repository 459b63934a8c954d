"""Bodies outside on the pages: what staff record, what the person reads, and that the case goes on."""

import pytest
from sqlalchemy import select

from engage.domain.lifecycle import Stage
from engage.extensions import db
from engage.models import Proceeding, Referral, Site, Task
from engage.services import answers, appeals, triage
from engage.unit_of_work import unit_of_work
from tests import states
from tests.states import act, case_of, person_of
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


AVENUES = [
    {"name": "Ombudsman", "contact": "0800 1", "what_for": "all", "costs": "nothing", "independent": True},
    {"name": "Town court", "contact": "The square"},
]


@pytest.fixture
def directory(team):
    with unit_of_work():
        db.session.get_one(Site, team.site_id).outside_avenues = AVENUES
    return team


def screened_out(team):
    reference = states.an_acknowledged_case(team)
    asked = ("commercial_dispute", "Between two firms.", "The court.")
    act(reference, triage.ask_screen_out, *asked, actor=team.coordinator)
    act(reference, triage.decide_screen_out, approve=True, actor=team.second_coordinator)
    return reference


def not_agreed(team):
    reference = states.a_proposed_case(team, "Water the road.")
    act(reference, answers.refuse, wants_panel=False, actor=person_of(reference))
    return reference


def decided(team, *, to_proposal=False):
    reference = states.an_appealed_case(team)
    states.seat(reference, team.panel, by=team.coordinator)
    act(reference, appeals.decide, "not_upheld", "It is fine.", to_proposal=to_proposal, actor=team.panel)
    return reference


def reported(team):
    reference = states.a_closed_case(team)
    act(reference, appeals.refer, "Ombudsman", appeals.Terms("Facts only."), actor=team.coordinator)
    act(reference, appeals.report, "upheld", "They agree.", to_proposal=True, actor=team.coordinator)
    return reference


def lapsed(team):
    reference = not_agreed(team)
    with unit_of_work():  # sixty days are lived through in tests/services/test_road.py
        case_of(reference).close_type = "lapsed"
    return reference


ENDS = {
    "screened out": screened_out,
    "not agreed": not_agreed,
    "appeal decided": decided,
    "appeal decided, goes on": lambda team: decided(team, to_proposal=True),
    "review reported": reported,
    "lapsed": lapsed,
    "agreed": states.a_closed_case,
}


@pytest.mark.parametrize("end", sorted(ENDS))
def test_r33_places_outside_are_listed_for_the_person_at_every_end_of_a_tier(client, directory, end):
    """Product 3: independent review and outside avenues stand where a tier ends, whatever the end."""
    shown = come_back(client, ENDS[end](directory)).page()
    assert "Town court" in shown
    assert "What it costs: nothing" in shown
    assert "you lose nothing here" in shown
    assert ("a body outside the company can look at it" in shown) is end.startswith("appeal")


def test_while_a_case_is_worked_on_its_page_does_not_send_the_person_away(client, directory):
    assert "Town court" not in come_back(client, states.an_assessed_case(directory)).page()


def test_r33_a_body_is_chosen_from_the_directory_with_its_dates_and_the_person_reads_them(client, directory, session):
    """R33: list of bodies per site; body, terms, dates, binding."""
    reference = states.a_closed_case(directory)
    boss = sign_in(client, directory.coordinator)
    address = f"/staff/cases/{reference}/refer"
    opened = boss.get(address).text
    assert "Ombudsman · all · costs: nothing" in opened
    assert "Town court" not in opened
    typed = {"listed": "Ombudsman", "words": "Both agreed.", "begins_on": in_days(1), "report_by": in_days(60)}
    done(send(boss, address, **typed, is_binding="y"))
    shown = come_back(client, reference).page()
    assert "It tells us what it found by" in shown
    assert "What it finds binds us." in shown
    assert "Reports by" in boss.get(f"/staff/cases/{reference}").text


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        ({"listed": "Town court"}, "Choose a body"),
        ({"listed": "-"}, "Write the name of the body"),
        ({"listed": "-", "other": "The elders"}, "Say why it is none of those above"),
        ({"report_by": in_days(-4)}, "Choose a day for the report"),
        ({"begins_on": ["1", "", ""]}, "This is no date"),
    ],
    ids=["not offered", "no name", "no reason", "past", "half a date"],
)
def test_a_body_that_cannot_be_given_the_case_is_refused_and_nothing_typed_is_lost(client, directory, spoil, said):
    reference = states.a_closed_case(directory)
    typed = {"listed": "Ombudsman", "words": "Both agreed on facts.", **spoil}
    answer = send(sign_in(client, directory.coordinator), f"/staff/cases/{reference}/refer", **typed)
    assert answer.status_code == 422
    assert said in answer.text or "Not a valid choice" in answer.text
    assert "Both agreed on facts." in answer.text
    assert case_of(reference).stage is Stage.CLOSED


def test_another_body_is_taken_with_its_reason(client, directory):
    reference = states.a_closed_case(directory)
    boss = sign_in(client, directory.coordinator)
    typed = {
        "listed": "-",
        "other": "The elders",
        "why_other": "The community asked for them.",
        "words": "Both agreed.",
    }
    done(send(boss, f"/staff/cases/{reference}/refer", **typed))
    assert "The community asked for them." in boss.get(f"/staff/cases/{reference}").text
    assert sign_in(client, directory.officer).get(f"/staff/cases/{reference}/refer").status_code == 403


def test_the_public_page_says_of_each_place_what_it_is_for_and_what_it_costs(client, directory):
    shown = client.get("/s/bor/outside-avenues").text
    assert "It can look at a case of ours." in shown
    assert "For what:" in shown
