"""Staff outside their working hours, and by the roads they chose: what is held, and what never is."""

import uuid
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from engage.domain import events
from engage.domain.case import Road, Writer
from engage.domain.notice_groups import NoticeGroup, StaffRoad
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import Absence, CaseSubject, Closure, NoticePreference, OutboxMessage, SiteHours
from engage.models.calendars import ClosureSource
from engage.notify.timing import HELD
from engage.services import delivery, tasks
from engage.services.tasks import Todo
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.at_site import AS_SHIPPED, HERE, at, happen
from tests.notify.letters import a_case_with, a_notice, forget_notices, row_of
from tests.states import case_of

WEEKDAYS = {str(day): [["08:00", "16:00"]] for day in range(5)}


@pytest.fixture
def peer(clock, peer, change_settings):
    """A real mail server, and the hours and waits that come with the product."""
    change_settings(**AS_SHIPPED)
    return peer


@pytest.fixture
def team(peer):
    return states.Team()


@pytest.fixture
def reference(team):
    """The case of a person with an e-mail address; nothing is owed yet."""
    made = a_case_with(Road.DIRECT, site_id=team.site_id)
    forget_notices()
    return made


def to_staff():
    db.session.rollback()
    return db.session.scalars(
        select(OutboxMessage).where(OutboxMessage.user_id.is_not(None)).order_by(OutboxMessage.not_before)
    ).all()


def grave(reference, level=4):
    with unit_of_work():
        case_of(reference).level = level


@pytest.fixture
def office(clock, team):
    """The site works on weekdays from eight to four."""
    with unit_of_work():
        db.session.add(
            SiteHours(site_id=team.site_id, version=1, country="", region="", slots=WEEKDAYS, changed_at=clock.now)
        )
    return team


def assign(reference, user):
    with unit_of_work():
        case_of(reference).assignee_id = user.id


def written(reference):
    happen(reference, events.MessageWritten(uuid.uuid4(), Writer.PERSON.value, asks=False))


def to_officer(team):
    return [row for row in to_staff() if row.user_id == team.officer.id]


def test_in_working_hours_staff_hear_at_once(clock, office, reference):
    assign(reference, office.officer)
    written(reference)
    [row] = to_officer(office)
    assert (row.not_before, row.context) == (clock.now, {})


def test_what_arrives_after_hours_is_one_mail_in_the_morning(clock, office, reference, peer):
    assign(reference, office.officer)
    at(clock, 2026, 3, 3, 18, 0)
    written(reference)
    written(reference)
    first, second, together = to_officer(office)
    opens = datetime(2026, 3, 4, 8, tzinfo=HERE)
    assert (first.not_before, second.not_before) == (opens, opens)
    assert together.template == "while_away"
    at(clock, 2026, 3, 4, 8, 0)
    delivery.drain()
    assert peer.mails == []
    clock.advance(timedelta(minutes=2))
    delivery.drain()
    [mail] = peer.mails
    assert mail.message["Subject"] == "2 to read in engage"
    assert reference not in str(mail.message)
    assert {row.road for row in to_officer(office)} == {"digest", "email"}


def test_nothing_is_mailed_of_what_was_read_before_the_morning(clock, office, reference, peer):
    assign(reference, office.officer)
    at(clock, 2026, 3, 3, 18, 0)
    written(reference)
    with unit_of_work():
        for row in to_officer(office):
            row.seen_at = clock.now
    at(clock, 2026, 3, 4, 8, 5)
    delivery.drain()
    delivery.drain()
    assert peer.mails == []


def test_nothing_is_counted_of_a_case_that_the_reader_may_know_of_no_longer(clock, office, reference, peer):
    assign(reference, office.officer)
    at(clock, 2026, 3, 3, 18, 0)
    written(reference)
    with unit_of_work():
        db.session.add(CaseSubject(case_id=case_of(reference).id, user_id=office.officer.id))
    at(clock, 2026, 3, 4, 8, 5)
    delivery.drain()
    assert peer.mails == []


def test_at_level_four_staff_are_told_at_any_hour(clock, office, reference):
    grave(reference)
    assign(reference, office.officer)
    at(clock, 2026, 3, 3, 18, 0)
    written(reference)
    assert [row.not_before for row in to_officer(office)] == [clock.now]


def test_what_falls_due_before_the_office_opens_is_told_at_once(clock, office, reference):
    assign(reference, office.officer)
    at(clock, 2026, 3, 6, 18, 0)
    with unit_of_work():
        case_of(reference).next_due_at = clock.now + timedelta(days=1)
    written(reference)
    assert [row.not_before for row in to_officer(office)] == [clock.now]


def test_a_shutdown_of_weeks_holds_nothing_back(clock, office, reference):
    assign(reference, office.officer)
    day = datetime(2026, 3, 4, tzinfo=HERE).date()
    with unit_of_work():
        closed = {"first_day": day, "last_day": day + timedelta(days=20), "reason": "shutdown"}
        db.session.add(Closure(site_id=office.site_id, source=ClosureSource.TYPED, **closed))
    at(clock, 2026, 3, 3, 18, 0)
    written(reference)
    assert [row.not_before for row in to_officer(office)] == [clock.now]


def due(reference):
    happen(reference, events.ReminderDue(uuid.uuid4(), "propose", "due"))


def test_reminders_of_the_evening_are_one_mail_in_the_morning(clock, office, reference, peer):
    assign(reference, office.officer)
    at(clock, 2026, 3, 3, 18, 0)
    due(reference)
    clock.advance(timedelta(hours=3))
    due(reference)
    [row] = [row for row in to_officer(office) if row.sent_at is None]
    assert (row.not_before, row.context["more"]) == (datetime(2026, 3, 4, 8, tzinfo=HERE), "1")


def test_a_reminder_that_waits_comes_forward_for_what_cannot(clock, office, reference):
    assign(reference, office.officer)
    at(clock, 2026, 3, 3, 18, 0)
    due(reference)
    grave(reference)
    due(reference)
    [row] = [row for row in to_officer(office) if row.sent_at is None]
    assert clock.now < row.not_before <= clock.now + timedelta(hours=1)


def test_what_looks_like_a_program_after_hours_is_looked_through_in_the_morning(clock, office, peer):
    at(clock, 2026, 3, 3, 18, 0)
    for _ in range(2):
        states.a_case(office.site_id, flagged=True)
        clock.advance(timedelta(hours=2))
    rows = [row for row in to_staff() if row.user_id == office.coordinator.id]
    assert sorted(row.template for row in rows) == ["flagged_cases", "while_away"]


def choose(user, group, road):
    with unit_of_work():
        db.session.add(NoticePreference(user_id=user.id, group=group, road=road))


def test_whoever_wants_no_mails_of_their_work_reads_of_it_on_the_page(clock, team, reference, peer):
    assign(reference, team.officer)
    choose(team.officer, NoticeGroup.MINE, StaffRoad.PAGE)
    written(reference)
    delivery.drain()
    assert peer.mails == []
    [row] = to_officer(team)
    assert (row.road, row.seen_at) == ("page", None)


def test_whoever_wants_one_mail_a_day_gets_it_in_the_morning(clock, team, reference, peer):
    assign(reference, team.officer)
    choose(team.officer, NoticeGroup.MINE, StaffRoad.DIGEST)
    written(reference)
    at(clock, 2026, 3, 3, 7, 5)
    delivery.drain()
    [mail] = peer.mails
    assert mail.message["Subject"] == "1 to read in engage"


def test_danger_and_what_is_broken_come_by_mail_whatever_somebody_chose(clock, team, reference, peer):
    for group in NoticeGroup:
        choose(team.officer, group, StaffRoad.PAGE)
    assign(reference, team.officer)
    grave(reference)
    written(reference)
    happen(reference, events.RungReached(uuid.uuid4(), "propose", "plus_2", "assignee", all_sites=False))
    delivery.drain()
    assert len(peer.mails) == 2


def test_whoever_stands_in_is_told_by_the_road_they_chose_themselves(clock, team, reference, peer):
    stand_in = states.staff(Role.COORDINATOR, site_id=team.site_id)
    assign(reference, team.coordinator)
    choose(stand_in, NoticeGroup.MINE, StaffRoad.PAGE)
    away = {"starts_at": clock.now, "ends_at": clock.now + timedelta(days=3), "set_at": clock.now}
    with unit_of_work():
        db.session.add(Absence(user_id=team.coordinator.id, replacement_id=stand_in.id, **away))
    written(reference)
    delivery.drain()
    assert {row.user_id: row.road for row in to_staff() if row.template == "reply_arrived"} == {
        team.coordinator.id: "email",
        stand_in.id: "page",
    }


def test_a_task_without_a_case_waits_for_the_morning_too(clock, office, peer):
    at(clock, 2026, 3, 3, 18, 0)
    with unit_of_work():
        tasks.add_at_site(
            office.site_id, Todo("Order water", office.officer.id, clock.now + timedelta(days=5)), actor=office.approver
        )
    row, together = to_officer(office)
    assert (row.template, together.template) == ("own_task", "while_away")
    at(clock, 2026, 3, 4, 8, 2)
    delivery.drain()
    delivery.drain()
    assert [mail.message["Subject"] for mail in peer.mails] == ["1 to read in engage"]


def test_whoever_stands_in_and_is_told_anyway_is_told_once(clock, team, reference):
    away = {"starts_at": clock.now, "ends_at": clock.now + timedelta(days=3), "set_at": clock.now}
    with unit_of_work():
        db.session.add(
            Absence(user_id=team.coordinator.id, replacement_id=team.second_coordinator.id, **away),
        )
    written(reference)
    told = [row.user_id for row in to_staff()]
    assert sorted(told) == sorted([team.coordinator.id, team.second_coordinator.id])


@pytest.mark.parametrize("road", [StaffRoad.PAGE, StaffRoad.DIGEST])
def test_what_stands_on_a_page_alone_holds_up_no_word_of_danger(clock, team, reference, peer, change_settings, road):
    change_settings(OUTBOX_READER_HOURLY_MAX=3)
    coordinator = team.coordinator
    with unit_of_work():
        db.session.add(NoticePreference(user_id=coordinator.id, group=NoticeGroup.NEW, road=road))
    held_for_a_mail = {HELD: "yes"} if road is StaffRoad.DIGEST else {}
    quiet = [a_notice(reference, user_id=coordinator.id, context=held_for_a_mail) for _ in range(7)]
    delivery.drain()
    assert {row_of(key).road for key in quiet} == {road.value}
    danger = a_notice(reference, user_id=coordinator.id, template="urgent_fact")
    delivery.drain()
    assert (row_of(danger).road, row_of(danger).last_error) == ("email", None)
