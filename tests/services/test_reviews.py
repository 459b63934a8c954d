"""The third tier: chosen from the site's directory, on agreed terms and dates, offered when the second ends (R33)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage import clock as our_time
from engage.domain.guards import Refused
from engage.domain.lifecycle import Stage
from engage.extensions import db
from engage.models import IndependentReview, Site
from engage.services import answers, appeals
from engage.services.appeals import Terms
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import forget_notices, told
from tests.promised import kinds_of, owed
from tests.states import act, case_of, person_of

OMBUDSMAN = {"name": "Ombudsman", "contact": "0800 1", "what_for": "all", "costs": "nothing", "independent": True}


@pytest.fixture
def team(clock, session, sent_tasks):
    made = states.Team()
    with unit_of_work():
        db.session.get_one(Site, made.site_id).outside_avenues = [OMBUDSMAN, {"name": "Court", "contact": "Here"}]
    return made


def refused(code, *args, **values):
    with pytest.raises(Refused) as caught:
        act(*args, **values)
    assert caught.value.refusal.code == code


def the_review():
    return db.session.scalars(select(IndependentReview)).one()


def decided(team, *, to_proposal):
    reference = states.an_appealed_case(team)
    states.seat(reference, team.panel, by=team.coordinator)
    forget_notices()
    words = ("partly_upheld", "Half of it.")
    act(reference, appeals.decide, *words, to_proposal=to_proposal, actor=team.panel)
    return reference


@pytest.mark.parametrize(
    ("to_proposal", "notice"), [(False, "case_finished"), (True, "appeal_decided")], ids=["closed", "goes on"]
)
def test_r33_the_third_tier_is_offered_by_itself_when_a_panel_has_decided(team, to_proposal, notice):
    """R33: offer recorded automatically at tier-2 end, told once with the decision."""
    reference = decided(team, to_proposal=to_proposal)
    assert kinds_of(reference)[-2:] == ["AppealDecided", "ReviewOffered"]
    assert [template for template, user in told() if user is None] == [notice]


def test_r33_a_body_of_the_directory_takes_the_case_with_terms_and_dates(team):
    """R33: INDEPENDENT state with body, terms, dates, binding."""
    reference = states.a_closed_case(team)
    today = our_time.utcnow().date()
    agreed = Terms("Facts only.", True, today, today + timedelta(days=90), "Not needed.")
    act(reference, appeals.refer, "Ombudsman", agreed, actor=team.coordinator)
    row = the_review()
    assert (row.body, row.is_binding, row.why_other) == ("Ombudsman", True, None)
    assert row.begins_at.date() == today
    assert row.report_by.date() == today + timedelta(days=90)


def test_r33_no_clock_of_ours_runs_while_a_body_outside_has_the_case(team, clock):
    """Product 3 and domain 2.2: ordinary clocks stand still; they begin anew with what it reports."""
    reference = states.a_closed_case(team)
    act(reference, appeals.refer, "Ombudsman", Terms("Facts only."), actor=team.coordinator)
    assert (owed(reference), case_of(reference).next_due_at) == ({}, None)
    clock.advance(timedelta(days=400))
    act(reference, appeals.report, "upheld", "They agree.", to_proposal=True, actor=team.coordinator)
    assert min(owed(reference).values()) > our_time.utcnow()
    assert not case_of(reference).was_late


@pytest.mark.parametrize("body", ["Court", "Nobody knows it"], ids=["a place that takes no case", "unknown"])
def test_another_body_than_those_of_the_directory_needs_a_reason(team, body):
    reference = states.a_closed_case(team)
    refused("why_other_body", reference, appeals.refer, body, Terms("Facts only."), actor=team.coordinator)
    because = Terms("Facts only.", why_other="The community asked for it.")
    act(reference, appeals.refer, body, because, actor=team.coordinator)
    assert the_review().why_other == "The community asked for it."


def test_a_body_has_a_name_terms_and_dates_that_can_be_kept(team):
    reference = states.a_closed_case(team)
    today = our_time.utcnow().date()
    for body, terms in ((" ", Terms("Facts only.")), ("Ombudsman", Terms(" "))):
        refused("body_and_terms_needed", reference, appeals.refer, body, terms, actor=team.coordinator)
    for begins, reports in ((None, today - timedelta(days=1)), (today + timedelta(days=9), today + timedelta(days=8))):
        agreed = Terms("Facts only.", begins_on=begins, report_by=reports)
        refused("report_too_early", reference, appeals.refer, "Ombudsman", agreed, actor=team.coordinator)
    assert case_of(reference).stage is Stage.CLOSED


def test_the_person_may_withdraw_while_a_body_outside_has_the_case(team):
    reference = states.a_closed_case(team)
    act(reference, appeals.refer, "Ombudsman", Terms("Facts only."), actor=team.coordinator)
    act(reference, answers.withdraw, actor=person_of(reference))
    assert case_of(reference).close_type == "withdrawn"
