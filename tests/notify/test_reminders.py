"""Reminders: to whom, and that one person gets them together."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.clock import utcnow
from engage.domain import events
from engage.domain.events import Event
from engage.domain.notice_groups import NoticeGroup, StaffRoad
from engage.domain.policy import SYSTEM
from engage.extensions import db
from engage.models import WAITING, NoticePreference, OutboxMessage, RuleSet
from engage.notify.outbox import OTHERS
from engage.queries import notifications
from engage.services import delivery
from engage.services.timeline import record
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import forget_notices
from tests.states import case_of
from tests.threads import at_once


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


def happened(reference: str, event: Event) -> set[tuple[str, uuid.UUID | None]]:
    """Record one event of the service itself and return who was told."""
    forget_notices()
    with unit_of_work():
        record(case_of(reference), event, actor=SYSTEM)
    return {(row.template, row.user_id) for row in db.session.scalars(select(OutboxMessage))}


def test_the_person_alone_is_reminded_of_an_answer(team):
    reference = states.a_proposed_case(team, "Water the road.")
    assert happened(reference, events.ReminderDue(uuid.uuid4(), "answer", "due")) == {("reminder_to_answer", None)}


def test_reminders_to_one_person_that_a_sweep_finds_go_out_as_one(team):
    first, second, third = (states.an_assessed_case(team) for _ in range(3))
    happened(first, events.ReminderDue(uuid.uuid4(), "propose", "half_gone"))
    for reference in (second, third):
        with unit_of_work():
            record(case_of(reference), events.ReminderDue(uuid.uuid4(), "propose", "due"), actor=SYSTEM)
    row = db.session.scalars(select(OutboxMessage).where(WAITING)).one()
    assert (row.template, row.context["more"]) == ("due_soon", "2")


def on_page_of(user):
    """The cases of which the page of notifications tells somebody."""
    db.session.rollback()
    return {row.reference for row in notifications.page(user).rows}


def remind(*references):
    for reference in references:
        with unit_of_work():
            record(case_of(reference), events.ReminderDue(uuid.uuid4(), "propose", "due"), actor=SYSTEM)


@pytest.fixture
def mine(team):
    """Three cases of the officer."""
    made = {states.an_assessed_case(team) for _ in range(3)}
    with unit_of_work():
        for reference in made:
            case_of(reference).assignee_id = team.officer.id
    forget_notices()
    return made


def test_each_reminder_that_goes_in_one_mail_is_on_the_page(clock, team, mine, peer):
    remind(*mine)
    clock.advance(timedelta(hours=2))
    delivery.drain()
    assert len(peer.mails) == 1
    assert on_page_of(team.officer) == mine
    assert sorted(row.road for row in db.session.scalars(select(OutboxMessage))) == ["email", "page", "page"]


def test_each_reminder_is_on_the_page_of_whoever_wants_no_mails_of_them(clock, team, mine, peer):
    with unit_of_work():
        db.session.add(NoticePreference(user_id=team.officer.id, group=NoticeGroup.LATE, road=StaffRoad.PAGE))
    remind(*mine)
    clock.advance(timedelta(hours=2))
    delivery.drain()
    assert (peer.mails, on_page_of(team.officer)) == ([], mine)


def test_a_grave_reminder_is_a_mail_though_its_reader_wants_the_others_on_the_page(clock, team, mine, peer):
    with unit_of_work():
        db.session.add(NoticePreference(user_id=team.officer.id, group=NoticeGroup.LATE, road=StaffRoad.PAGE))
    light, *grave = sorted(mine)
    with unit_of_work():
        for reference in grave:
            case_of(reference).level = 5
    remind(light, *grave)
    clock.advance(timedelta(hours=2))
    delivery.drain()
    [mail] = peer.mails
    assert grave[0] in mail.message["Subject"]
    assert on_page_of(team.officer) == mine


def test_a_reminder_that_follows_within_the_hour_waits_for_its_end(clock, team):
    first, second, third = (states.an_assessed_case(team) for _ in range(3))
    happened(first, events.ReminderDue(uuid.uuid4(), "propose", "half_gone"))
    clock.advance(timedelta(minutes=15))
    for reference in (second, third):
        with unit_of_work():
            record(case_of(reference), events.ReminderDue(uuid.uuid4(), "propose", "due"), actor=SYSTEM)
    rows = db.session.scalars(select(OutboxMessage).where(WAITING).order_by(OutboxMessage.not_before)).all()
    assert [row.template for row in rows] == ["due_soon", "due"]
    assert rows[1].not_before - rows[0].not_before == timedelta(minutes=60)
    assert rows[1].context["more"] == "1"


def test_how_long_reminders_are_gathered_is_what_the_rules_of_the_case_say(clock, team):
    shipped = db.session.scalars(select(RuleSet)).first()
    ladder = {**shipped.ladder, "merge_within_minutes": 10}
    with unit_of_work():
        mine = {name: getattr(shipped, name) for name in ("promises", "pauses", "taxonomy", "severity")}
        db.session.add(RuleSet(site_id=team.site_id, version=2, effective_at=utcnow(), ladder=ladder, **mine))
    first, second = states.an_assessed_case(team), states.an_assessed_case(team)
    happened(first, events.ReminderDue(uuid.uuid4(), "propose", "half_gone"))
    clock.advance(timedelta(minutes=9))
    with unit_of_work():
        record(case_of(second), events.ReminderDue(uuid.uuid4(), "propose", "due"), actor=SYSTEM)
    rows = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.not_before)).all()
    assert rows[1].not_before - rows[0].not_before == timedelta(minutes=10)


@pytest.mark.postgres
def test_a_reminder_speaks_for_all_that_several_workers_find_at_the_same_moment(app, team):
    first, *others = (states.an_assessed_case(team) for _ in range(7))
    happened(first, events.ReminderDue(uuid.uuid4(), "propose", "half_gone"))
    turns = iter(others)

    def remind():
        with unit_of_work():
            record(case_of(next(turns)), events.ReminderDue(uuid.uuid4(), "propose", "due"), actor=SYSTEM)

    at_once(app, len(others), remind)
    db.session.rollback()
    row = db.session.scalars(select(OutboxMessage).where(WAITING)).one()
    assert (row.context["more"], len(row.context[OTHERS].split())) == ("6", 6)
