"""Nobody approves their own work, decides twice, or is given a part in a case that they may not know of."""

from datetime import timedelta

import pytest

from engage import clock as the_clock
from engage.domain.deadlines import Promise
from engage.domain.guards import Refused
from engage.domain.lifecycle import Stage
from engage.domain.policy import Membership, Role
from engage.domain.retaliation import Harm, Likelihood
from engage.domain.severity import Level
from engage.extensions import db
from engage.models import IssueCase, StaffUser, SystemicIssue
from engage.queries import systemic
from engage.services import (
    accounts,
    answers,
    appeals,
    conflicts,
    conversation,
    endings,
    investigation,
    pauses,
    proposals,
    risks,
    sites,
    triage,
)
from engage.services.findings import Line
from engage.services.pauses import Stop
from engage.unit_of_work import unit_of_work
from tests import states
from tests.promised import kinds_of, the_open
from tests.states import act, case_of, person_of


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def refused(code, *args, **values):
    with pytest.raises(Refused) as caught:
        act(*args, **values)
    assert caught.value.refusal.code == code


def of_an_approver(team, reference):
    act(reference, triage.assign, team.approver.id, actor=team.coordinator)


def test_an_approver_who_works_the_case_does_not_close_it_with_a_reason_of_their_own(team):
    """R03, product 6: what the person did not confirm takes the word of somebody else."""
    other = states.staff(Role.APPROVER, site_id=team.site_id)
    reference = states.an_implementing_case(team)
    of_an_approver(team, reference)
    refused("own_work", reference, endings.verify, reason="It is done.", actor=team.approver)
    act(reference, endings.verify, reason="I saw it.", actor=other)
    assert case_of(reference).stage is Stage.CLOSED


def test_an_approver_who_works_the_case_does_not_let_it_lapse(team, clock):
    other = states.staff(Role.APPROVER, site_id=team.site_id)
    reference = states.a_proposed_case(team, "Water the road.")
    of_an_approver(team, reference)
    for channel in ("liaison_visit", "post", "liaison_visit"):
        act(reference, conversation.log_attempt, channel, reached=False, actor=team.approver)
    clock.advance(timedelta(days=60))
    refused("own_work", reference, endings.lapse, actor=team.approver)
    act(reference, endings.lapse, actor=other)


def test_who_decided_an_appeal_hears_no_second_one_of_the_case(team):
    """Product 3: a panel that touched nothing before."""
    reference = states.an_appealed_case(team)
    second = states.staff(Role.PANEL, site_id=team.site_id)
    states.seat(reference, team.panel, by=team.coordinator)
    assert team.panel.id in appeals.free_for_panel(case_of(reference))
    act(reference, appeals.decide, "not_upheld", "It is fine.", to_proposal=False, actor=team.panel)
    act(reference, appeals.appeal, "It is not.", actor=person_of(reference))
    assert appeals.free_for_panel(case_of(reference)) == [second.id]
    refused("touched_before", reference, appeals.seat_panel, [team.panel.id], actor=team.coordinator)


def test_who_once_had_the_case_sits_on_no_panel_although_they_never_opened_it(team):
    """R03: the panel excludes everybody of the first tier."""
    once = states.staff(Role.OFFICER, Role.PANEL, site_id=team.site_id)
    reference = states.an_assessed_case(team)
    for one in (once, team.officer):
        act(reference, triage.assign, one.id, actor=team.coordinator)
    act(reference, proposals.propose, states.offer(), actor=team.officer)
    act(reference, answers.refuse, wants_panel=True, actor=person_of(reference))
    assert appeals.free_for_panel(case_of(reference)) == [team.panel.id]


def test_a_remedy_is_given_to_nobody_whom_the_case_is_about_or_who_may_not_see_it(team):
    """R02, R44: subjects receive no part in the case, and an owner can read what is theirs to do."""
    reference = states.an_assessed_case(team)
    act(reference, conflicts.name_person, team.second_coordinator.id, actor=team.coordinator)
    for owner, code in ((team.second_coordinator, "about_them"), (team.oversight, "owner_cannot_see")):
        line = Line("repair", "Water the road.", the_clock.utcnow() + timedelta(days=9), owner.id)
        offer = states.offer(lines=[line])
        refused(code, reference, proposals.propose, offer, actor=team.officer)


def test_no_first_agreement_is_counted_as_one_of_an_outside_body(team):
    reference = states.an_assessed_case(team)
    outside = states.offer(close_type="resolved_independently")
    refused("not_in_the_list", reference, proposals.propose, outside, actor=team.officer)
    act(reference, proposals.propose, states.offer(), actor=team.officer)
    act(reference, answers.refuse, wants_panel=False, actor=person_of(reference))
    act(
        reference,
        appeals.refer,
        "Ombudsman",
        appeals.Terms("Facts.", why_other="They asked for it."),
        actor=team.coordinator,
    )
    act(reference, appeals.report, "upheld", "Pay.", to_proposal=True, actor=team.coordinator)
    act(reference, proposals.propose, outside, actor=team.officer)


def waits(team, reference):
    stop = Stop("waiting_for_person", "Which day was it?", the_clock.utcnow() + timedelta(days=20))
    act(reference, pauses.pause, stop, actor=team.officer)


def test_what_we_waited_for_stops_no_clock_of_the_panel(team, clock):
    """Domain 2.3: we pause while we wait for the person's information, who has gone to a panel instead."""
    reference = states.an_assessed_case(team)
    waits(team, reference)
    with unit_of_work():
        case_of(reference).panel_offered = True
    act(reference, appeals.appeal, "You let me wait.", actor=person_of(reference))
    due = the_open(reference, Promise.DECIDE_APPEAL).due_at
    assert timedelta(days=29) < due - clock.now < timedelta(days=31)


def test_an_answer_to_a_proposal_ends_our_waiting_for_the_person(team, clock):
    reference = states.a_proposed_case(team, "Water the road.")
    waits(team, reference)
    act(reference, answers.counter, actor=person_of(reference))
    assert "ClockResumed" in kinds_of(reference)
    assert the_open(reference, Promise.PROPOSE).due_at - clock.now < timedelta(days=31)


def test_what_the_person_risks_is_looked_at_anew_when_a_case_comes_back_to_a_stage(team):
    """R52: assessed again at every stage, also at one that the case was at before."""
    reference = states.an_assessed_case(
        team, likelihood=Likelihood.LIKELY, harm=Harm.GRAVE, measures="We meet off site."
    )
    act(reference, answers.withdraw, actor=person_of(reference))
    act(reference, appeals.reopen, "I am safe now.", actor=person_of(reference))
    refused("retaliation_first", reference, investigation.investigate, states.plan(), actor=team.officer)
    act(reference, risks.look, Likelihood.LIKELY, Harm.GRAVE, "As before.", actor=team.officer)
    states.look_into(reference, team.officer)


def test_a_check_after_closure_is_handed_back_by_whoever_leaves(team):
    """Product 4: a vacant seat passes on; nobody who came to us is left waiting."""
    reference = states.a_closed_case(team)
    chief = states.staff((Role.ADMIN, None))
    with unit_of_work():
        accounts.deactivate(team.officer.id, actor=chief)
    assert case_of(reference).assignee_id is None


def test_a_case_that_comes_back_after_its_officer_left_is_unassigned(team):
    reference = states.a_closed_case(team)
    with unit_of_work():
        db.session.get_one(StaffUser, team.officer.id).is_active = False
    act(reference, appeals.reopen, "The dust is back.", actor=person_of(reference))
    assert case_of(reference).assignee_id is None
    assert "AssigneeLeft" in kinds_of(reference)


def test_a_case_that_is_routed_away_from_whoever_had_it_is_unassigned(team):
    with unit_of_work():
        intake_id = sites.ensure_group_intake().id
    here = states.staff(Role.COORDINATOR, site_id=intake_id)
    everywhere = states.staff((Role.COORDINATOR, None))
    for holder, left in ((here, True), (everywhere, False)):
        reference = states.a_case(None)
        act(reference, triage.assign, holder.id, actor=everywhere)
        act(reference, triage.route, team.site_id, actor=everywhere)
        assert (case_of(reference).assignee_id is None) is left


def test_a_case_that_was_restricted_since_is_no_longer_counted_among_what_keeps_happening(team, clock):
    """Product 6: the restricted lane does not exist for those outside it, not even as a number."""
    one, other = (states.an_assessed_case(team, Level.LOW, community="Upper village") for _ in range(2))
    with unit_of_work():
        issue = SystemicIssue(site_id=team.site_id, category="AIR", place="upper village", opened_at=clock.now)
        db.session.add(issue)
        db.session.flush()
        rows = [IssueCase(case_id=case_of(ref).id, issue_id=issue.id, joined_at=clock.now) for ref in (one, other)]
        db.session.add_all(rows)
        issue_id = issue.id
    act(one, triage.restrict, "asked", actor=team.coordinator)
    reader = states.Actor(team.coordinator.id, memberships=frozenset({Membership(Role.COORDINATOR, team.site_id)}))
    assert systemic.issue_page(issue_id, reader).count == 1
    assert [row.cases for row in systemic.issues_for(reader)] == [1]
