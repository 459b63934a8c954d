"""Who is told what: every event has a rule or is quiet on purpose, and nobody hears what is not theirs."""

import dataclasses
import inspect
import uuid
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from engage import clock
from engage.domain import events
from engage.domain.events import Event
from engage.domain.policy import SYSTEM, Role
from engage.domain.severity import Level
from engage.extensions import db
from engage.models import CaseSubject, OutboxMessage, Recipient
from engage.notify import rules
from engage.services import appeals, conversation, proposals, triage
from engage.services.timeline import record
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import forget_notices
from tests.states import act, case_of, person_of

KINDS = sorted(
    (kind for _, kind in inspect.getmembers(events, inspect.isclass) if issubclass(kind, Event) and kind is not Event),
    key=lambda kind: kind.__name__,
)


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


def told(reference: str | None = None) -> set[tuple[str, uuid.UUID | None]]:
    """Who is owed what: (template, user), the person being None."""
    return {(row.template, row.user_id) for row in db.session.scalars(select(OutboxMessage))}


def happened(reference: str, event: Event) -> set[tuple[str, uuid.UUID | None]]:
    """Record one event of the service itself and return who was told."""
    forget_notices()
    with unit_of_work():
        record(case_of(reference), event, actor=SYSTEM)
    return told()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_event_has_a_rule_or_is_quiet_on_purpose(kind):
    assert (kind in rules.notices.registry) is not (kind in rules.QUIET)


def test_an_event_without_a_rule_tells_no_one():
    assert rules.notices(events.DeadlineMet(uuid.uuid4(), "assess", late=False), None) == []


SOON = datetime(2026, 3, 20, tzinfo=UTC)
NEWS = [
    (events.InvestigationStarted(), "case_news"),
    (events.InterimMeasureRecorded(uuid.uuid4(), possible=True), "case_news"),
    (events.RemedyFinished(uuid.uuid4()), "case_news"),
    (events.CaseReferred(uuid.uuid4()), "case_news"),
    (events.CaseLapsed(uuid.uuid4()), "case_finished"),
    (events.CaseAnswered(uuid.uuid4()), "case_finished"),
    (events.ContactChanged("relay"), "contact_changed"),
    (events.DelayTold(uuid.uuid4(), "propose", uuid.uuid4(), SOON), "case_delayed"),
    (events.DeadlineExtended(uuid.uuid4(), "propose", uuid.uuid4(), SOON, 1), "more_time"),
    (events.CodeChanged("person"), "code_changed"),
]


@pytest.mark.parametrize(("event", "template"), NEWS, ids=lambda value: getattr(value, "kind", value))
def test_what_concerns_the_person_alone_is_told_to_them_alone(team, event, template):
    assert happened(states.an_assessed_case(team), event) == {(template, None)}


def test_a_case_that_changes_hands_or_is_taken_up_again_is_told_to_those_who_have_it_now(team):
    reference = states.an_assessed_case(team)
    routed = happened(reference, events.CaseRouted(team.site_id, team.site_id))
    assert routed == {("new_case", team.coordinator.id), ("new_case", team.second_coordinator.id)}
    reopened = happened(reference, events.CaseReopened(by_person=True))
    assert reopened == {("case_news", None), ("case_moved", team.officer.id)}
    assert happened(reference, events.RemedyConfirmed(uuid.uuid4(), confirmed=False, sign_off="portal")) == {
        ("reply_arrived", team.officer.id)
    }
    reported = happened(reference, events.ReviewReported(uuid.uuid4(), "upheld"))
    assert reported == {("case_news", None), ("case_moved", team.officer.id)}


def test_owners_of_remedies_hear_that_the_person_agreed(team):
    reference = states.an_implementing_case(team)
    assert ("reply_arrived", team.officer.id) in told()
    forget_notices()
    proposal = states.cases.latest_proposal(case_of(reference))
    with unit_of_work():
        states.cases.latest_proposal(case_of(reference)).remedies[0].owner_id = team.liaison.id
    owned = happened(reference, events.ProposalAccepted(proposal.id, "portal"))
    assert owned == {("reply_arrived", team.officer.id), ("remedy_for_you", team.liaison.id)}


def test_a_new_case_is_told_to_the_person_and_to_the_sites_coordinators(team):
    states.a_case(team.site_id)
    assert told() == {
        ("case_received", None),
        ("new_case", team.coordinator.id),
        ("new_case", team.second_coordinator.id),
    }


def test_a_new_case_goes_to_approvers_and_then_to_coordinators_of_all_sites(session, sent_tasks):
    site_id = states.a_site("ALO")
    everywhere = states.staff((Role.COORDINATOR, None))
    states.a_case(site_id)
    assert ("new_case", everywhere.id) in told()
    approver = states.staff(Role.APPROVER, site_id=site_id)
    forget_notices()
    states.a_case(site_id)
    assert told() == {("case_received", None), ("new_case", approver.id)}


def test_a_restricted_case_is_one_neutral_sentence_to_focal_points(team):
    states.a_case(team.site_id, category="GBV")
    assert told() == {
        ("case_received", None),
        ("item_for_you", team.focal.id),
        ("item_for_you", team.second_focal.id),
    }
    contexts = db.session.scalars(select(OutboxMessage.context).where(OutboxMessage.user_id.is_not(None))).all()
    assert contexts == [{}, {}]


def test_what_the_person_writes_goes_to_whoever_works_the_case(team):
    reference = states.an_assessed_case(team)
    forget_notices()
    act(reference, conversation.write_as_person, "And the well?", actor=person_of(reference))
    assert told() == {("reply_arrived", team.officer.id)}


def test_nobody_hears_of_a_case_that_is_about_them(team):
    reference = states.an_assessed_case(team)
    with unit_of_work():
        db.session.add(CaseSubject(case_id=case_of(reference).id, user_id=team.officer.id))
    forget_notices()
    act(reference, conversation.write_as_person, "It was the officer.", actor=person_of(reference))
    assert told() == {("reply_arrived", team.coordinator.id), ("reply_arrived", team.second_coordinator.id)}


@pytest.mark.parametrize("way", ["deactivated", "without the role"])
def test_an_assignee_who_is_gone_is_replaced_by_those_who_are_told_first(team, way):
    reference = states.an_assessed_case(team)
    with unit_of_work():
        user = db.session.get_one(states.StaffUser, team.officer.id)
        user.is_active, user.memberships = way != "deactivated", [] if way == "without the role" else user.memberships
    reminded = {user for _, user in happened(reference, events.ReminderDue(uuid.uuid4(), "propose", "due"))}
    assert reminded == {team.coordinator.id, team.second_coordinator.id}


def test_what_we_write_goes_to_the_person_and_a_note_to_nobody(team):
    reference = states.an_assessed_case(team)
    forget_notices()
    act(reference, conversation.note, "Ask the driver.", actor=team.officer)
    assert told() == set()
    act(reference, conversation.reply, "We are on it.", actor=team.officer)
    assert told() == {("case_news", None)}


def test_whoever_asks_for_a_screening_out_is_not_asked_to_decide_it(team):
    reference = states.an_acknowledged_case(team)
    forget_notices()
    act(reference, triage.ask_screen_out, "already_decided", "Decided.", "The court.", actor=team.coordinator)
    assert told() == {
        ("screen_out_to_decide", team.second_coordinator.id),
        ("screen_out_to_decide", team.approver.id),
    }
    forget_notices()
    act(reference, triage.decide_screen_out, approve=False, actor=team.second_coordinator)
    assert told() == {("sent_back", team.coordinator.id)}


def test_a_proposal_that_needs_approval_goes_to_those_who_may_give_it(team):
    reference = states.an_assessed_case(team, Level.HIGH)
    states.look_into(reference, team.officer)
    forget_notices()
    act(reference, proposals.propose, states.offer("Water the road."), actor=team.officer)
    assert told() == {("proposal_to_approve", team.approver.id), ("proposal_to_approve", team.rights_lead.id)}
    forget_notices()
    act(reference, proposals.return_proposal, "Say when.", actor=team.approver)
    assert told() == {("sent_back", team.officer.id)}


def test_a_proposal_without_approval_goes_to_the_person_alone(team):
    reference = states.an_assessed_case(team)
    forget_notices()
    act(reference, proposals.propose, states.offer("Water the road."), actor=team.officer)
    assert told() == {("proposal_waiting", None)}


def test_an_appeal_is_told_to_those_who_seat_a_panel_and_the_panel_is_told(team):
    reference = states.a_proposed_case(team, "Water the road.")
    act(reference, states.answers.refuse, wants_panel=True, actor=person_of(reference))
    assert ("panel_to_seat", team.second_coordinator.id) in told()
    forget_notices()
    act(reference, appeals.seat_panel, [team.panel.id], actor=team.second_coordinator)
    assert told() == {("case_news", None), ("panel_seat", team.panel.id)}


def test_an_answer_that_ends_a_case_tells_the_person_that_it_is_finished(team):
    reference = states.a_proposed_case(team, "Water the road.")
    forget_notices()
    act(reference, states.answers.refuse, wants_panel=False, actor=person_of(reference))
    assert told() == {("case_finished", None), ("reply_arrived", team.officer.id)}


def test_a_rung_goes_to_those_who_sit_on_it(team):
    reference = states.an_assessed_case(team)
    everywhere = states.staff((Role.APPROVER, None))
    rung = events.RungReached(uuid.uuid4(), "propose", "late_5_days", "approver")
    assert happened(reference, rung) == {("case_late", team.approver.id)}
    rung = dataclasses.replace(rung, all_sites=True)
    assert happened(reference, rung) == {("case_late", everywhere.id)}
    assert happened(reference, dataclasses.replace(rung, role="assignee")) == {("case_late", team.officer.id)}


def test_a_seat_that_the_site_has_nobody_for_is_held_by_those_of_all_sites(team):
    reference = states.an_assessed_case(team)
    lead = states.staff((Role.STEWARD, None))
    rung = events.RungReached(uuid.uuid4(), "propose", "late_5_days", "steward")
    assert happened(reference, rung) == {("case_late", lead.id)}


def test_the_committee_gets_one_count_a_day_and_no_case(team):
    references = [states.an_assessed_case(team) for _ in range(2)]
    forget_notices()
    for reference in references:
        with unit_of_work():
            rung = events.RungReached(uuid.uuid4(), "propose", "late_20_days", "oversight")
            record(case_of(reference), rung, actor=SYSTEM)
    row = db.session.scalars(select(OutboxMessage)).one()
    assert (row.template, row.user_id, row.case_id, row.context) == ("late_count", team.oversight.id, None, {})


def test_an_urgent_fact_goes_to_the_seats_of_the_matrix(team):
    reference = states.an_assessed_case(team)
    fact = events.UrgentFactFound("fatality", "rights_lead")
    assert happened(reference, fact) == {("urgent_fact", team.rights_lead.id)}


def lost_on(user_id: uuid.UUID, reference: str) -> set[tuple[str, uuid.UUID | None]]:
    """Let a notice to the user be lost and return who else is told what."""
    now = clock.utcnow()
    lost = OutboxMessage(
        id=uuid.uuid4(),
        dedupe_key="lost",
        case_id=case_of(reference).id,
        template="assigned_to_you",
        locale="en",
        recipient=Recipient.STAFF,
        user_id=user_id,
        created_at=now,
        not_before=now,
        dead_at=now,
    )
    forget_notices()
    with unit_of_work():
        db.session.add(lost)
        db.session.flush()
        record(case_of(reference), events.NoticeUndeliverable(lost.id, "assigned_to_you"), actor=SYSTEM)
    return told() - {("assigned_to_you", user_id)}


def test_of_a_notice_that_died_others_hear_than_the_one_it_was_for(team):
    assert lost_on(team.officer.id, states.an_assessed_case(team)) == {
        ("could_not_reach", team.coordinator.id),
        ("could_not_reach", team.second_coordinator.id),
    }


def test_where_there_is_nobody_else_the_loss_stays_on_the_case(session, sent_tasks):
    site_id = states.a_site("ALO")
    alone = states.staff(Role.COORDINATOR, site_id=site_id)
    assert lost_on(alone.id, states.a_case(site_id)) == set()


def test_a_notice_about_a_dead_notice_that_dies_tells_nobody(team):
    reference = states.an_assessed_case(team)
    assert happened(reference, events.NoticeUndeliverable(uuid.uuid4(), "could_not_reach")) == set()
    assert happened(reference, events.NoticeUndeliverable(uuid.uuid4(), "item_for_you")) == set()


def test_the_same_event_owes_the_same_notice_once(team):
    reference = states.a_case(team.site_id)
    event_id = uuid.uuid4()
    forget_notices()
    for _ in range(2):
        with unit_of_work():
            rules.tell(events.CaseAcknowledged(how="notice"), case_of(reference), event_id=event_id)
    assert len(db.session.scalars(select(OutboxMessage)).all()) == 1
