"""The steps beside the straight road, through the pages of staff: tiers, screening, kinds, silence, words."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.case import Identity, Kind, Road
from engage.domain.lifecycle import Stage
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import ContactAttempt, Deadline, Errand, Message, OutboxMessage, Site, StaffUser
from engage.services import answers, appeals, errands
from engage.unit_of_work import unit_of_work
from tests import states
from tests.states import act, case_of, person_of
from tests.web.as_staff import assessment, done, filled, in_days, kinds, page, proposal, send, sign_in


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


@pytest.fixture
def at(client):
    """Call with a member of staff and a path below a case: fills in the form there and sends it."""

    def go(actor, reference, path, **typed):
        return done(send(sign_in(client, actor), f"/staff/cases/{reference}/{path}", **typed))

    return go


def test_the_second_tier_through_pages(client, team, at):
    reference = states.an_appealed_case(team)
    at(team.coordinator, reference, "seat-panel", members=[str(team.panel.id)])
    at(team.panel, reference, "panel", conflict="no")
    at(team.panel, reference, "decide", outcome="upheld", reasons="The measurements were wrong.", then="proposal")
    assert case_of(reference).stage is Stage.PROPOSED
    at(team.officer, reference, "propose", **proposal(close_type="resolved_on_appeal"))
    assert case_of(reference).their_turn


def test_a_proposal_to_be_changed_keeps_its_days_at_a_site_west_of_greenwich(client, session, team, at):
    with unit_of_work():
        session.get_one(Site, team.site_id).time_zone = "America/Paramaribo"
    reference = states.an_assessed_case(team)
    at(team.officer, reference, "propose", **proposal(**{"lines-0-due_on": in_days(10)}))
    act(reference, answers.counter, actor=person_of(reference))
    again = filled(sign_in(client, team.officer).get(f"/staff/cases/{reference}/propose"))
    assert again["lines-0-due_on"] == in_days(10)


def test_the_panel_offers_only_people_who_never_touched_the_case(client, team):
    reference = states.an_appealed_case(team)
    asked = sign_in(client, team.coordinator).get(f"/staff/cases/{reference}/seat-panel")
    offered = {box["value"] for box in page(asked).select("input[name=members]")}
    assert offered == {str(team.panel.id)}


REFERRED = {
    "listed": "-",
    "other": "Ombuds office",
    "why_other": "The person trusts it.",
    "words": "Agreed on paper.",
    "is_binding": "y",
}


def test_the_third_tier_and_opening_again_through_pages(team, at):
    reference = states.a_closed_case(team)
    at(team.coordinator, reference, "refer", **REFERRED)
    assert case_of(reference).stage is Stage.INDEPENDENT
    at(team.coordinator, reference, "report", outcome="not_upheld", report="All was done.", then="close")
    assert case_of(reference).close_type == "resolved_independently"
    at(team.coordinator, reference, "reopen", reason="The dust is back.")
    assert case_of(reference).stage is Stage.ASSESSED


def test_a_spoken_appeal_is_taken_down(team, at):
    reference = states.a_closed_case(team)
    at(team.officer, reference, "appeal", words="The dust is back.")
    assert case_of(reference).stage is Stage.APPEALED


def test_screening_out_takes_a_second_person(client, session, team, at):
    reference = states.an_acknowledged_case(team)
    asked = {
        "reason": _a_reason(client, team, reference),
        "explanation": "It is about a city road.",
        "referral": "City",
    }
    at(team.coordinator, reference, "screen-out", **asked)
    own = sign_in(client, team.coordinator).get(f"/staff/cases/{reference}/approve-screen-out")
    assert own.status_code == 409
    assert "Somebody else has to decide" in own.text
    at(team.second_coordinator, reference, "approve-screen-out", decision="yes")
    assert case_of(reference).close_type == "screened_out"


def _a_reason(client, team, reference):
    opened = sign_in(client, team.coordinator).get(f"/staff/cases/{reference}/screen-out")
    return page(opened).select_one("input[name=reason]")["value"]


def test_a_declined_screening_leaves_the_case_where_it_was(client, team, at):
    reference = states.an_acknowledged_case(team)
    asked = {"reason": _a_reason(client, team, reference), "explanation": "A city road.", "referral": "City"}
    at(team.coordinator, reference, "screen-out", **asked)
    at(team.second_coordinator, reference, "approve-screen-out", decision="no")
    assert case_of(reference).stage is Stage.ACKNOWLEDGED


def test_a_question_takes_the_short_road(session, team, at):
    reference = states.an_acknowledged_case(team, kind=Kind.QUESTION)
    at(team.coordinator, reference, "answer", answer="The office opens at eight.")
    assert case_of(reference).close_type == "answered"
    assert session.scalars(select(Message.words)).all() == ["The office opens at eight."]


def test_a_question_becomes_a_grievance(team, at):
    reference = states.an_acknowledged_case(team, kind=Kind.QUESTION)
    at(team.coordinator, reference, "convert", kind="grievance")
    assert case_of(reference).kind is Kind.GRIEVANCE


def test_level_four_says_what_is_done_at_once(client, team, at):
    reference = states.an_acknowledged_case(team)
    browser = sign_in(client, team.coordinator)
    refused = send(browser, f"/staff/cases/{reference}/assess", **assessment("4"))
    assert refused.status_code == 422
    assert "say what is done at once" in refused.text
    assert filled(refused)["actual"] == ["4"]
    at(team.coordinator, reference, "assess", **assessment("4", immediate_action="None: see.", nothing_possible="y"))
    assert case_of(reference).level == 4


def test_a_fact_of_violence_takes_the_case_out_of_sight_at_once(client, team, at):
    reference = states.an_acknowledged_case(team)
    facts = {"facts": ["sexual_violence"], "immediate_action": "The focal point goes there."}
    answer = at(team.coordinator, reference, "assess", **assessment("2", **facts))
    assert answer.location == "/staff/"
    assert sign_in(client, team.coordinator).get(f"/staff/cases/{reference}").status_code == 404
    assert sign_in(client, team.focal).get(f"/staff/cases/{reference}").status_code == 200


def test_a_case_is_restricted_by_whoever_works_it_and_the_focal_point_goes_on(client, team, at):
    reference = states.an_assessed_case(team)
    assert at(team.officer, reference, "restrict", reason="danger").location == "/staff/"
    assert sign_in(client, team.officer).get(f"/staff/cases/{reference}").status_code == 404
    at(team.focal, reference, "assign", assignee=str(team.focal.id))


def test_a_concern_of_the_group_intake_is_sent_to_its_site_in_one_step(client, session, team, at):
    group = states.staff((Role.COORDINATOR, None))
    reference = states.a_case()
    answer = at(group, reference, "route", site=str(team.site_id))
    assert case_of(reference).site_id == team.site_id
    assert answer.location == f"/staff/cases/{reference}"


def test_silence_ends_a_case_only_after_honest_tries(client, clock, session, team, at):
    reference = states.a_proposed_case(team, "Water the road.")
    shut = sign_in(client, team.approver).get(f"/staff/cases/{reference}/lapse")
    assert shut.status_code == 409
    assert "0 of 3 attempts" in shut.text
    for channel in ("voice_call", "liaison_visit", "voice_call"):
        at(team.officer, reference, "log-attempt", channel=channel, reached="no")
    clock.advance(timedelta(days=61))
    at(team.approver, reference, "lapse")
    assert case_of(reference).close_type == "lapsed"
    assert len(session.scalars(select(ContactAttempt)).all()) == 3


def test_an_errand_is_carried_to_the_person(client, session, team, at):
    reference = states.a_case(team.site_id, identity=Identity.ANONYMOUS, road=Road.NONE)
    with unit_of_work():
        case = case_of(reference)
        notice = session.scalars(select(OutboxMessage).where(OutboxMessage.recipient == "person")).first()
        errands.owe(case, message_id=notice.id, template="case_acknowledged", road="none")
    errand = session.scalars(select(Errand.id)).one()
    shown = sign_in(client, team.coordinator).get(f"/staff/cases/{reference}")
    assert f"/tell/{errand}" in shown.text
    at(team.coordinator, reference, f"tell/{errand}", result="reached")
    assert kinds(session, reference)[-1] == "PersonTold"


def test_the_person_is_told_of_a_delay_and_of_time_that_is_needed(client, clock, session, team, at):
    reference = states.an_assessed_case(team)
    proposed = session.scalars(select(Deadline).where(Deadline.promise == "propose", Deadline.ended_at.is_(None))).one()
    tomorrow = proposed.due_at.date() + timedelta(days=2)
    later = [str(tomorrow.day), str(tomorrow.month), str(tomorrow.year)]
    at(team.officer, reference, f"extend/{proposed.id}", explanation="The laboratory is slow.", new_date=later)
    clock.advance(timedelta(days=50))
    late = session.scalars(select(Deadline).where(Deadline.promise == "propose", Deadline.ended_at.is_(None))).one()
    day = (clock.now + timedelta(days=3)).date()
    new = [str(day.day), str(day.month), str(day.year)]
    said = {"done_so_far": "We took samples.", "explanation": "It takes longer."}
    at(team.officer, reference, f"tell-delay/{late.id}", **said, new_date=new)
    assert "DelayTold" in kinds(session, reference)


def test_replies_questions_and_notes_are_kept_apart(client, session, team, at):
    reference = states.an_assessed_case(team)
    at(team.officer, reference, "reply", message="We come on Thursday.")
    at(team.officer, reference, "ask", message="Which spring is it?")
    at(team.officer, reference, "note", message="Laboratory booked.")
    rows = session.scalars(select(Message).order_by(Message.written_at)).all()
    assert [(row.writer.value, row.is_question) for row in rows[-3:]] == [
        ("staff", False),
        ("staff", True),
        ("note", False),
    ]


def test_a_note_on_the_case_page_says_who_was_asked_to_read_it(client, team, at):
    reference = states.an_assessed_case(team)
    readers = [team.approver, team.coordinator]
    at(team.officer, reference, "note", message="Look at the second photo.", readers=[str(one.id) for one in readers])
    at(team.officer, reference, "note", message="Laboratory booked.")
    shown = page(sign_in(client, team.officer).get(f"/staff/cases/{reference}"))
    meant, other = (" ".join(one.text.split()) for one in shown.select(".app-message--note .app-message__meta"))
    for reader in readers:
        assert db.session.get(StaffUser, reader.id).name in meant.partition("asked to read it:")[2]
    assert "asked to read it" not in other


def test_an_appeal_of_the_person_shows_on_the_case_page(client, team):
    reference = states.a_closed_case(team)
    act(reference, appeals.appeal, "The dust is back", actor=person_of(reference))
    shown = sign_in(client, team.coordinator).get(f"/staff/cases/{reference}")
    assert "The dust is back" in shown.text
