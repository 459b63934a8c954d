"""What waits in the holding pen is told again, first to those who sort and then above them, until somebody decides."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from engage.domain.policy import Role
from engage.domain.received_mail import NotOurs
from engage.extensions import db
from engage.models import CaseSubject, OutboxMessage, SiteHours, StaffUser
from engage.services import delivery
from engage.services.inbound import deciding, reminding
from engage.unit_of_work import unit_of_work
from tests import states
from tests.inbound.mails import (
    INBOX,
    SITE,
    STRANGER,
    a_case_by_mail,
    a_mail,
    a_team,
    came,
    notice_of,
    notices,
)

DAY, MOMENT = timedelta(days=1), timedelta(seconds=1)


@pytest.fixture
def team(clock, session):
    return a_team()


def waits(team, words: str = "The water is brown."):
    """A mail of which nobody knows whose it is, to the site of the team."""
    return came(a_mail(f"{words} About {states.a_case(team.site_id)}.", to=SITE, sender=STRANGER))


def a_survivors(team):
    """What may be a survivor's, from an address that nobody knows."""
    reference = a_case_by_mail(team.site_id, harms_child=True)
    return came(a_mail("I wait.", sender=STRANGER, in_reply_to=f"<{notice_of(reference).id}@engage.test>"))


def told_by_sweep() -> list[tuple[str, object]]:
    """Who is told what by one run of the sweep."""
    before = {one.id for one in notices()}
    reminding.remind()
    return [(one.template, one.user_id) for one in notices() if one.id not in before]


def to(*people, template: str = "mail_waits") -> set[tuple[str, object]]:
    return {(template, one.id) for one in people}


def test_a_mail_that_nobody_decided_on_is_told_again_after_two_days_to_those_who_sort(clock, team):
    waits(team)
    clock.advance(2 * DAY - MOMENT)
    assert told_by_sweep() == []
    clock.advance(MOMENT)
    assert set(told_by_sweep()) == to(team.coordinator, team.second_coordinator)


def test_those_above_hear_after_five_days_and_all_of_them_every_week(clock, team):
    waits(team)
    told = {}
    for day in range(1, 28):
        clock.advance(DAY)
        if found := told_by_sweep():
            told[day] = set(found)
    sorting, above = to(team.coordinator, team.second_coordinator), to(team.approver)
    assert told == {2: sorting, 5: above, 12: sorting | above, 19: sorting | above, 26: sorting | above}


def test_a_sweep_that_runs_again_or_was_away_tells_nothing_twice_and_leaves_nothing_out(clock, team):
    waits(team)
    clock.advance(30 * DAY)
    assert len(told_by_sweep()) == 3
    for _ in range(3):
        clock.advance(timedelta(hours=5))
        assert told_by_sweep() == []


def test_a_newer_mail_is_told_at_its_own_time_however_old_another_is(clock, team):
    waits(team)
    clock.advance(6 * DAY)
    told_by_sweep()
    waits(team)
    clock.advance(2 * DAY)
    assert set(told_by_sweep()) == to(team.coordinator, team.second_coordinator)
    clock.advance(3 * DAY)
    assert set(told_by_sweep()) == to(team.approver)


def test_nobody_hears_more_than_once_a_day_whatever_waits_and_where(clock, team):
    other = states.a_site("ZZZ", mail_address="zzz@mine.example.com")
    of_both = states.staff((Role.COORDINATOR, team.site_id), (Role.COORDINATOR, other))
    for _ in range(4):
        waits(team)
        came(a_mail(f"About {states.a_case(other)}.", to="zzz@mine.example.com", sender=STRANGER))
        clock.advance(timedelta(hours=1))
    told = []
    clock.advance(DAY)
    for _ in range(60):
        told += [one for one in told_by_sweep() if one == ("mail_waits", of_both.id)]
        clock.advance(timedelta(minutes=30))
    assert len(told) == 1


def test_what_fell_due_after_somebody_was_told_is_told_the_next_day(clock, team):
    waits(team)
    clock.advance(timedelta(hours=10))
    other = states.a_site("ZZZ", mail_address="zzz@mine.example.com")
    with unit_of_work():
        db.session.add(states.StaffMembership(user_id=team.coordinator.id, role=Role.COORDINATOR, site_id=other))
    came(a_mail(f"About {states.a_case(other)}.", to="zzz@mine.example.com", sender=STRANGER))
    clock.advance(timedelta(hours=38))
    assert ("mail_waits", team.coordinator.id) in told_by_sweep()
    clock.advance(timedelta(hours=10))
    assert told_by_sweep() == []
    clock.advance(timedelta(hours=10))
    assert told_by_sweep() == [("mail_waits", team.coordinator.id)]


def test_what_is_decided_is_told_no_more_and_a_notice_on_its_way_does_not_leave(clock, team):
    mail = waits(team)
    clock.advance(2 * DAY)
    told_by_sweep()
    with unit_of_work():
        deciding.put_aside(mail.id, NotOurs.BUSINESS, actor=team.coordinator)
    delivery.drain()
    rows = db.session.scalars(select(OutboxMessage).where(OutboxMessage.template == "mail_waits")).all()
    assert {one.road for one in rows} == {"withheld"}
    clock.advance(10 * DAY)
    assert told_by_sweep() == []


def test_the_notice_says_how_many_wait_and_leads_there(clock, team, mail_peer, change_settings):
    change_settings(MAIL="smtp", SMTP_PORT=mail_peer.port)
    waits(team)
    waits(team)
    clock.advance(2 * DAY)
    waits(team)
    told_by_sweep()
    delivery.drain()
    address = db.session.get_one(StaffUser, team.coordinator.id).email
    [letter] = [one for one in mail_peer.to(address) if "2 to sort" in one["Subject"]]
    assert "/staff/mail" in letter.get_body(("plain",)).get_content()


def test_where_nobody_stands_above_those_who_sort_hear_once_more(clock, session):
    alone = states.staff((Role.APPROVER, None))
    came(a_mail(to=INBOX))
    clock.advance(2 * DAY)
    assert set(told_by_sweep()) == to(alone)
    clock.advance(3 * DAY)
    assert set(told_by_sweep()) == to(alone)


@pytest.mark.parametrize("role", [Role.APPROVER, Role.COORDINATOR])
def test_above_a_site_with_nobody_else_are_those_of_all_sites(clock, session, role):
    site_id = states.a_site(mail_address=SITE)
    here, of_all = states.staff(role, site_id=site_id), states.staff((Role.APPROVER, None))
    came(a_mail(f"About {states.a_case(site_id)}.", to=SITE, sender=STRANGER))
    clock.advance(2 * DAY)
    assert set(told_by_sweep()) == to(here)
    clock.advance(3 * DAY)
    assert set(told_by_sweep()) == to(of_all)


def test_whoever_both_sorts_and_stands_above_is_not_above_themselves(clock, session):
    site_id = states.a_site(mail_address=SITE)
    here = states.staff(Role.COORDINATOR, Role.APPROVER, site_id=site_id)
    of_all = states.staff((Role.COORDINATOR, None))
    came(a_mail(f"About {states.a_case(site_id)}.", to=SITE, sender=STRANGER))
    clock.advance(5 * DAY)
    assert set(told_by_sweep()) == to(here, of_all)


def test_what_may_be_a_survivors_is_told_to_focal_points_and_nobody_else_ever(clock, team):
    a_survivors(team)
    of_all = states.staff((Role.FOCAL, None))
    states.staff((Role.APPROVER, None), (Role.RIGHTS_LEAD, None), (Role.COORDINATOR, None))
    told = {}
    for day in range(1, 28):
        clock.advance(DAY)
        if found := told_by_sweep():
            told[day] = set(found)
    here = to(team.focal, team.second_focal, template="item_for_you")
    above = to(of_all, template="item_for_you")
    assert told == {2: here, 5: above, 12: here | above, 19: here | above, 26: here | above}


def test_where_no_focal_point_stands_above_those_of_the_site_hear_once_more(clock, team):
    a_survivors(team)
    clock.advance(5 * DAY)
    assert set(told_by_sweep()) == to(team.focal, team.second_focal, template="item_for_you")


def test_who_a_mail_may_be_about_never_hears_that_it_waits(clock, team):
    reference = a_case_by_mail(team.site_id)
    with unit_of_work():
        for one in (team.coordinator, team.second_coordinator):
            db.session.add(CaseSubject(case_id=states.case_of(reference).id, user_id=one.id))
    before = {one.id for one in notices()}
    came(a_mail("It was him.", sender=STRANGER, in_reply_to=f"<{notice_of(reference).id}@engage.test>"))
    clock.advance(30 * DAY)
    reminding.remind()
    told = {one.user_id for one in notices() if one.id not in before}
    assert told == {team.approver.id}


def test_a_reminder_waits_for_the_working_hours_of_its_site_and_speaks_for_the_days_between(clock, team):
    clock.move_to(datetime(2026, 3, 5, 18, tzinfo=UTC))
    with unit_of_work():
        slots = {str(day): [["08:00", "16:00"]] for day in range(5)}
        db.session.add(
            SiteHours(site_id=team.site_id, version=1, country="", region="", slots=slots, changed_at=clock.now)
        )
    waits(team)
    clock.advance(DAY)
    waits(team)
    told = []
    for _ in range(24):  # Saturday and Sunday, by the hour
        clock.advance(timedelta(hours=2))
        told += told_by_sweep()
    assert set(told) == to(team.coordinator, team.second_coordinator)
    assert len(told) == 2


def test_where_there_is_nobody_at_all_the_log_says_so(clock, session, caplog):
    came(a_mail(to=INBOX))
    caplog.clear()
    clock.advance(2 * DAY)
    assert told_by_sweep() == []
    assert "nobody to tell" in caplog.text
