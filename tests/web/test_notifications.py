"""The bell, the page behind it, and the choice of what comes by mail: for whom, of what, and without content."""

import re
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.clock import utcnow
from engage.domain import events
from engage.domain.case import CaseClass
from engage.domain.notice_groups import GROUP_OF, NoticeGroup, StaffRoad
from engage.domain.policy import SYSTEM, Role
from engage.extensions import db
from engage.models import CaseSubject, NoticePreference, OutboxMessage
from engage.queries import notifications as told
from engage.services import delivery, notifications, retention
from engage.services.timeline import record
from engage.unit_of_work import unit_of_work
from engage.web import notification_labels
from tests import states
from tests.notify.letters import a_notice, row_of
from tests.statements import statements
from tests.states import case_of
from tests.web.as_staff import done, page, send, sign_in, token_of
from tests.web.at_the_bell import PAGE, a_case_of_the_officer, answered, bell, lines


@pytest.fixture
def team(session, client, sent_tasks, clock):
    return states.Team()


@pytest.fixture
def reference(team):
    return a_case_of_the_officer(team)


@pytest.fixture
def officer(client, team):
    return sign_in(client, team.officer)


def press(browser, address, **typed):
    """Send a form that is a button alone."""
    return browser.post(address, data={"csrf_token": token_of(browser), **typed})


def test_the_bell_counts_what_was_not_seen_and_says_nothing_of_it(officer, reference):
    assert bell(officer) == "Notifications"
    answered(reference)
    answered(reference)
    assert bell(officer, "/staff/") == "Notifications 2 not seen"


def test_the_page_says_what_kind_and_which_case_the_newest_first(officer, reference, clock):
    answered(reference)
    clock.advance(timedelta(hours=1))
    with unit_of_work():
        record(case_of(reference), events.CaseReopened(by_person=False), actor=SYSTEM)
    first, second = lines(officer)
    assert first.startswith(f"Something has changed · {reference} new")
    assert second.startswith(f"The person has answered · {reference} new")


def test_times_are_by_the_clock_of_the_site_where_one_works_as_on_its_cases(officer, team, reference):
    answered(reference)
    assert lines(officer)[0].endswith("(Serbia Time)")


def test_times_are_by_utc_for_whoever_works_at_all_sites(client, team, reference):
    everywhere = states.staff(Role.COORDINATOR)
    with unit_of_work():
        case_of(reference).assignee_id = everywhere.id
    answered(reference)
    assert lines(sign_in(client, everywhere))[0].endswith("(UTC)")


def test_opening_one_leads_to_its_case_and_marks_it_as_seen(officer, team, reference):
    answered(reference)
    answered(reference)
    form = page(officer.get(PAGE)).select_one(".app-told form")
    answer = press(officer, form["action"])
    assert answer.status_code == 303
    assert answer.location == f"/staff/cases/{reference}"
    assert bell(officer) == "Notifications 1 not seen"


def test_all_are_marked_as_seen_with_one_press_but_not_what_came_after_the_page_was_drawn(officer, reference, clock):
    answered(reference)
    drawn = page(officer.get(PAGE)).select_one("[name=drawn_at]")["value"]
    clock.advance(timedelta(minutes=1))
    answered(reference)
    done(press(officer, f"{PAGE}see-all", drawn_at=drawn))
    assert bell(officer) == "Notifications 1 not seen"


@pytest.mark.parametrize("drawn", ["", "soon", "1e300", "nan", "-1e18"])
def test_a_time_that_is_none_marks_nothing(officer, reference, drawn):
    answered(reference)
    done(press(officer, f"{PAGE}see-all", drawn_at=drawn))
    assert bell(officer) == "Notifications 1 not seen"


def test_nobody_opens_what_somebody_else_was_told(client, team, reference):
    answered(reference)
    other = sign_in(client, team.coordinator)
    found = db.session.scalars(select(OutboxMessage.id)).one()
    assert press(other, f"{PAGE}{found}/open").status_code == 404
    assert row_of(db.session.get_one(OutboxMessage, found).dedupe_key).seen_at is None


def test_what_is_about_a_case_that_one_may_see_no_longer_is_gone(officer, team, reference):
    answered(reference)
    found = db.session.scalars(select(OutboxMessage.id)).one()
    with unit_of_work():
        db.session.add(CaseSubject(case_id=case_of(reference).id, user_id=team.officer.id))
    assert bell(officer) == "Notifications"
    assert lines(officer) == []
    assert press(officer, f"{PAGE}{found}/open").status_code == 404


def test_of_a_restricted_case_there_is_one_neutral_line_for_focal_points_alone(client, officer, team, reference):
    answered(reference)
    with unit_of_work():
        case_of(reference).class_ = CaseClass.RESTRICTED
        record(case_of(reference), events.CaseRestricted("sgbv"), actor=SYSTEM)
    assert lines(officer) == []
    focal = sign_in(client, team.focal)
    [line] = lines(focal)
    assert line.startswith("Something waits for you new")
    assert reference not in focal.get(PAGE).text
    form = page(focal.get(PAGE)).select_one(".app-told form")
    assert press(focal, form["action"]).location == f"/staff/cases/{reference}"


def test_a_reminder_that_waits_for_others_is_no_news_before_it_may_leave(officer, reference, clock):
    with unit_of_work():
        record(case_of(reference), events.ReminderDue(uuid.uuid4(), "propose", "due"), actor=SYSTEM)
    assert lines(officer) == []
    clock.advance(timedelta(minutes=2))
    assert len(lines(officer)) == 1


def test_the_page_stands_when_what_notices_said_is_forgotten(client, team, reference, clock):
    answered(reference)
    delivery.drain()
    clock.advance(timedelta(days=31))
    with unit_of_work():
        assert retention.forget_contexts() == 1
    assert len(lines(sign_in(client, team.officer))) == 1


def test_what_notices_said_that_were_given_up_or_replaced_is_forgotten_too(team, reference, clock):
    for change in ("dead_at", "replaced_at"):
        key = a_notice(reference, user_id=team.officer.id)
        with unit_of_work():
            setattr(row_of(key), change, clock.now)
    clock.advance(timedelta(days=29))
    with unit_of_work():
        assert retention.forget_contexts() == 0
    clock.advance(timedelta(days=2))
    with unit_of_work():
        assert retention.forget_contexts() == 2


def test_more_than_a_page_goes_on_with_a_link(officer, team, monkeypatch, clock):
    monkeypatch.setattr(told, "SHOWN", 2)
    for _ in range(3):
        a_notice(user_id=team.officer.id, template="own_task")
    first = page(officer.get(PAGE))
    older = first.select_one(".app-pages [rel=next]")["href"]
    assert len(first.select(".app-told__item")) == 2
    second = page(officer.get(older))
    assert len(second.select(".app-told__item")) == 1
    assert second.select_one(".app-pages [rel=prev]")["href"] == PAGE


def test_a_thousand_are_counted_as_more_than_999(officer, team):
    with unit_of_work():
        now = {"created_at": utcnow(), "not_before": utcnow(), "attempts": 0}
        db.session.add_all(
            OutboxMessage(
                dedupe_key=f"many-{number}",
                template="own_task",
                locale="en",
                recipient="staff",
                user_id=team.officer.id,
                **now,
            )
            for number in range(1001)
        )
    assert bell(officer) == "Notifications 999+ not seen"


def test_the_page_costs_the_same_for_one_and_for_many(officer, reference, session):
    def costs():
        officer.get(PAGE)  # once before, for what a session writes by the minute
        with statements() as sent:
            officer.get(PAGE)
        return len(sent)

    answered(reference)
    few = costs()
    for _ in range(9):
        answered(reference)
    assert costs() == few


@pytest.mark.parametrize(
    ("template", "leads_to"),
    [
        ("own_task", "/staff/day"),
        ("new_browser", "/account/"),
        ("checkpoint_made", "/transparency/checkpoints"),
    ],
)
def test_what_belongs_to_no_case_leads_to_its_own_page(officer, team, template, leads_to):
    a_notice(user_id=team.officer.id, template=template)
    form = page(officer.get(PAGE)).select_one(".app-told form")
    assert press(officer, form["action"]).location == leads_to


def test_whoever_works_no_cases_has_the_page_too_and_is_led_nowhere_closed(client, team):
    a_notice(user_id=team.admin.id, template="own_task")
    admin = sign_in(client, team.admin)
    form = page(admin.get(PAGE)).select_one(".app-told form")
    assert press(admin, form["action"]).location == "/account/"


def test_every_message_to_staff_has_words_and_every_page_it_leads_to_exists(app):
    assert set(GROUP_OF) <= set(notification_labels.NOTICES)
    assert set(notification_labels.LEADS_TO.values()) <= set(app.view_functions)
    assert set(notification_labels.GROUPS) == {group.value for group in NoticeGroup}
    assert set(notification_labels.ROADS) == {road.value for road in StaffRoad}


CHOICE = {"mine": "page", "new": "digest", "late": "mail", "mentions": "mail", "digests": "page"}


def test_what_somebody_chooses_stands_there_when_they_come_back(officer, team):
    assert page(officer.get("/account/notices")).select_one("[name=mine][checked]")["value"] == "mail"
    done(send(officer, "/account/notices", **CHOICE))
    shown = page(officer.get("/account/notices"))
    assert {name: shown.select_one(f"[name={name}][checked]")["value"] for name in CHOICE} == CHOICE
    done(send(officer, "/account/notices", **{**CHOICE, "mine": "digest"}))
    assert db.session.get(NoticePreference, {"user_id": team.officer.id, "group": "mine"}).road is StaffRoad.DIGEST


def test_a_road_that_a_group_cannot_take_is_refused(officer, team):
    answer = send(officer, "/account/notices", **{**CHOICE, "late": "digest"})
    assert answer.status_code == 422
    with unit_of_work(), pytest.raises(ValueError, match="late"):
        notifications.choose_roads({NoticeGroup.LATE: StaffRoad.DIGEST}, actor=team.officer)


def test_the_page_says_what_nobody_can_switch_off(officer):
    text = re.sub(r"\s+", " ", page(officer.get("/account/notices")).get_text())
    assert "Nobody can switch them off" in text


def test_whoever_does_something_with_a_case_has_seen_what_they_were_told_of_it(officer, reference):
    answered(reference)
    done(send(officer, f"/staff/cases/{reference}/note", message="Read."))
    assert bell(officer) == "Notifications"
