"""The summary of the week and the list of what is late: for whom, when, and of what they say nothing."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from engage.domain.case import CaseClass
from engage.domain.notice_groups import NoticeGroup, StaffRoad
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import Absence, NoticePreference, OutboxMessage, Site, StaffMembership, StaffUser
from engage.queries import digests as counted
from engage.services import delivery, digests, triage
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import forget_notices
from tests.states import act, case_of

HERE = ZoneInfo(states.ZONE)


@pytest.fixture
def team(session, sent_tasks, clock):
    clock.move_to(on_wall(2026, 3, 2, 6))  # a Monday, before anybody reads
    return states.Team()


def on_wall(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=HERE).astimezone(UTC)


def cases(team, *days_left: int) -> list[str]:
    """Cases in which something falls due in so many days from now, or fell due before."""
    made = [states.a_case(team.site_id) for _ in days_left]
    with unit_of_work():
        for reference, days in zip(made, days_left, strict=True):
            case_of(reference).next_due_at = states.clock.utcnow() + timedelta(days=days)
    forget_notices()
    return made


def owed(template) -> dict:
    db.session.rollback()
    rows = db.session.scalars(select(OutboxMessage).where(OutboxMessage.template == template))
    return {row.user_id: row.context for row in rows}


def test_coordinators_read_on_monday_morning_how_their_week_begins(team, clock):
    one, _, late = cases(team, 3, 30, -2)
    act(one, triage.acknowledge, actor=team.coordinator)
    forget_notices()
    digests.send_due()
    assert owed("weekly_summary") == {}
    clock.move_to(on_wall(2026, 3, 2, 7))
    digests.send_due()
    found = owed("weekly_summary")
    assert set(found) == {team.coordinator.id, team.second_coordinator.id}
    said = found[team.coordinator.id]
    assert (said["open"], said["received"], said["acknowledged"], said["proposed"]) == ("3", "2", "1", "0")
    assert (said["late"], said["unassigned"]) == ("1", "3")
    assert late not in str(said)


def test_each_digest_is_owed_once_however_often_the_schedule_beats(team, clock):
    cases(team, -1)
    clock.move_to(on_wall(2026, 3, 2, 7))
    first = digests.send_due()
    assert first == 5  # two coordinators twice, one approver
    clock.advance(timedelta(hours=3))
    assert digests.send_due() == 0
    clock.move_to(on_wall(2026, 3, 3, 7))
    assert digests.send_due() == 3


def test_each_day_coordinators_and_approvers_read_what_is_late_the_longest_first(team, clock):
    references = cases(team, *range(-12, 0), 4)
    clock.move_to(on_wall(2026, 3, 2, 7))
    digests.send_due()
    found = owed("overdue_list")
    assert set(found) == {team.coordinator.id, team.second_coordinator.id, team.approver.id}
    said = found[team.approver.id]
    assert said["references"].split(", ") == references[:10]
    assert (said["late"], said["more"]) == ("12", "2")


def test_where_nothing_is_late_and_nothing_open_nobody_is_written_to(team, clock):
    clock.move_to(on_wall(2026, 3, 2, 7))
    assert digests.send_due() == 0
    cases(team, 5)
    digests.send_due()
    assert owed("overdue_list") == {}


def test_a_restricted_case_is_never_counted(team, clock):
    [reference] = cases(team, -3)
    with unit_of_work():
        case_of(reference).class_ = CaseClass.RESTRICTED
        user = db.session.get_one(StaffUser, team.focal.id)
        user.memberships.append(StaffMembership(role=Role.COORDINATOR, site_id=team.site_id))
    clock.move_to(on_wall(2026, 3, 2, 7))
    assert digests.send_due() == 0
    assert counted.week(db.session.get_one(StaffUser, team.focal.id).actor, clock.now).open == 0


def test_what_belongs_to_another_site_is_not_counted(team, clock):
    other = states.a_site("OTH")
    states.a_case(other)
    cases(team, -1)
    clock.move_to(on_wall(2026, 3, 2, 7))
    digests.send_due()
    assert owed("weekly_summary")[team.coordinator.id]["open"] == "1"


def test_whoever_works_for_all_sites_reads_at_seven_utc(team, clock):
    everywhere = states.staff((Role.COORDINATOR, None))
    cases(team, -1)
    clock.move_to(datetime(2026, 3, 2, 6, 59, tzinfo=UTC))
    digests.send_due()
    assert everywhere.id not in owed("overdue_list")
    clock.move_to(datetime(2026, 3, 2, 7, tzinfo=UTC))
    digests.send_due()
    assert everywhere.id in owed("overdue_list")


def test_whoever_is_away_or_gone_is_not_written_to(team, clock):
    cases(team, -1)
    with unit_of_work():
        db.session.add(
            Absence(
                user_id=team.coordinator.id,
                replacement_id=team.second_coordinator.id,
                starts_at=clock.now,
                ends_at=clock.now + timedelta(days=3),
                set_at=clock.now,
            )
        )
        db.session.get_one(StaffUser, team.approver.id).is_active = False
    clock.move_to(on_wall(2026, 3, 2, 7))
    digests.send_due()
    assert set(owed("overdue_list")) == {team.second_coordinator.id}


def test_a_role_that_rests_reads_nothing(team, clock):
    cases(team, -1)
    with unit_of_work():
        held = db.session.scalars(select(StaffMembership).where(StaffMembership.user_id == team.approver.id)).one()
        held.suspended_at = clock.now
    clock.move_to(on_wall(2026, 3, 2, 7))
    digests.send_due()
    assert team.approver.id not in owed("overdue_list")


def test_a_reader_whose_site_is_broken_stops_no_other(team, clock, caplog):
    broken = states.a_site("ABC")
    unlucky = states.staff(Role.COORDINATOR, site_id=broken)
    with unit_of_work():
        db.session.get_one(Site, broken).time_zone = "Nowhere/Never"
    cases(team, -1)
    clock.move_to(on_wall(2026, 3, 2, 7))
    assert digests.send_due() == 5
    assert f"the digests of {unlucky.id} could not be made" in caplog.text


def test_whoever_wants_no_summaries_by_mail_reads_them_on_the_page(team, clock, mail_peer, change_settings):
    change_settings(MAIL="smtp", SMTP_PORT=mail_peer.port, OUTBOX_LEASE_SECONDS=60)
    with unit_of_work():
        for user in (team.coordinator, team.second_coordinator):
            db.session.add(NoticePreference(user_id=user.id, group=NoticeGroup.DIGESTS, road=StaffRoad.PAGE))
    cases(team, -1)
    clock.move_to(on_wall(2026, 3, 2, 7))
    digests.send_due()
    delivery.drain()
    [mail] = mail_peer.mails
    assert mail.message["Subject"] == "Late: 1"
    assert "/account/notices" in mail.message.get_body(("plain",)).get_content()


def test_what_falls_due_in_the_day_stands_in_no_list_of_that_day(team, clock):
    [reference] = cases(team, 1)
    with unit_of_work():
        case_of(reference).next_due_at = on_wall(2026, 3, 3, 9)
    clock.move_to(on_wall(2026, 3, 3, 10))
    digests.send_due()
    assert owed("overdue_list") == {}
    clock.move_to(on_wall(2026, 3, 4, 7))
    digests.send_due()
    assert owed("overdue_list") != {}


def test_no_digest_comes_at_night_though_the_schedule_was_away_all_day(team, clock):
    cases(team, -2)
    clock.move_to(on_wall(2026, 3, 2, 23, 10))
    assert digests.send_due() == 0
    clock.move_to(on_wall(2026, 3, 3, 3))
    assert digests.send_due() == 0
    clock.move_to(on_wall(2026, 3, 3, 7))
    assert digests.send_due() == 5
