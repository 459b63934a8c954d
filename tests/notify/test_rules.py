"""Who is told what: every event has a rule or is quiet on purpose, and nobody hears what is not theirs."""

import ast
import dataclasses
import inspect
import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from engage.domain import events
from engage.domain.events import Event
from engage.domain.policy import SYSTEM, Role
from engage.domain.severity import Level
from engage.extensions import db
from engage.models import CaseSubject, OutboxMessage, Recipient
from engage.notify import outbox, rules
from engage.notify.rendering import TEMPLATES
from engage.notify.table import as_markdown
from engage.services import appeals, conversation, proposals, triage
from engage.services.timeline import record
from engage.unit_of_work import unit_of_work
from tests import states
from tests.architecture.sources import ROOT
from tests.notify.letters import forget_notices
from tests.states import act, case_of, person_of

KINDS = sorted(
    (kind for _, kind in inspect.getmembers(events, inspect.isclass) if issubclass(kind, Event) and kind is not Event),
    key=lambda kind: kind.__name__,
)
TEMPLATE_NAMES = sorted(path.name for path in (TEMPLATES / "email").iterdir() if not path.name.startswith("_"))


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


def test_every_notice_that_a_rule_names_has_its_templates_and_none_is_left_over():
    code = ast.walk(ast.parse(inspect.getsource(rules)))
    named = {node.value for node in code if isinstance(node, ast.Constant) and node.value in TEMPLATE_NAMES}
    beside_the_rules = {"code_link", "item_for_you", "late_count", "something_new"}
    assert sorted(named | beside_the_rules) == TEMPLATE_NAMES


def test_what_a_rule_says_of_itself_names_the_notices_it_makes():
    for kind, rule in rules.notices.registry.items():
        if kind is object or not rule.__doc__ or kind is Event:
            continue
        source = inspect.getsource(rule)
        code = {node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)}
        made = {name for name in TEMPLATE_NAMES if name in code}
        if "_news_or_end" in source:
            made |= {"case_news", "case_finished"}
        if "DIGEST" in source:
            made.add("late_count")
        said = {name for name in TEMPLATE_NAMES if re.search(rf"\b{name}\b", rule.__doc__)}
        assert said == made, kind.__name__


def test_the_page_about_notices_says_what_the_rules_do():
    assert (ROOT / "docs" / "notifications.md").read_text(encoding="utf-8") == as_markdown()


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


def test_a_deactivated_assignee_is_replaced_by_those_who_are_told_first(team):
    reference = states.an_assessed_case(team)
    with unit_of_work():
        db.session.get(states.StaffUser, team.officer.id).is_active = False
    assert {user for _, user in happened(reference, events.ReminderDue(uuid.uuid4(), "propose", "due"))} == {
        team.coordinator.id,
        team.second_coordinator.id,
    }


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
    act(reference, proposals.investigate, actor=team.officer)
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


def test_the_person_alone_is_reminded_of_an_answer(team):
    reference = states.a_proposed_case(team, "Water the road.")
    assert happened(reference, events.ReminderDue(uuid.uuid4(), "answer", "due")) == {("reminder_to_answer", None)}


def test_reminders_to_one_person_that_a_sweep_finds_go_out_as_one(team):
    first, second, third = (states.an_assessed_case(team) for _ in range(3))
    happened(first, events.ReminderDue(uuid.uuid4(), "propose", "half_gone"))
    for reference in (second, third):
        with unit_of_work():
            record(case_of(reference), events.ReminderDue(uuid.uuid4(), "propose", "due"), actor=SYSTEM)
    row = db.session.scalars(select(OutboxMessage)).one()
    assert (row.template, row.context["more"]) == ("due_soon", "2")


def test_a_reminder_that_follows_within_the_hour_waits_for_its_end(clock, team):
    first, second, third = (states.an_assessed_case(team) for _ in range(3))
    happened(first, events.ReminderDue(uuid.uuid4(), "propose", "half_gone"))
    clock.advance(timedelta(minutes=15))
    for reference in (second, third):
        with unit_of_work():
            record(case_of(reference), events.ReminderDue(uuid.uuid4(), "propose", "due"), actor=SYSTEM)
    rows = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.not_before)).all()
    assert [row.template for row in rows] == ["due_soon", "due"]
    assert rows[1].not_before - rows[0].not_before == outbox.MERGE_WITHIN
    assert rows[1].context["more"] == "1"


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


def test_of_a_notice_that_died_others_hear_than_the_one_it_was_for(team):
    reference = states.an_assessed_case(team)
    lost = OutboxMessage(
        id=uuid.uuid4(),
        dedupe_key="lost",
        case_id=case_of(reference).id,
        template="assigned_to_you",
        locale="en",
        recipient=Recipient.STAFF,
        user_id=team.officer.id,
        created_at=datetime.now(UTC),
        not_before=datetime.now(UTC),
        dead_at=datetime.now(UTC),
    )
    forget_notices()
    with unit_of_work():
        db.session.add(lost)
        db.session.flush()
        record(case_of(reference), events.NoticeUndeliverable(lost.id, "assigned_to_you"), actor=SYSTEM)
    assert told() - {("assigned_to_you", team.officer.id)} == {
        ("could_not_reach", team.coordinator.id),
        ("could_not_reach", team.second_coordinator.id),
    }


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
