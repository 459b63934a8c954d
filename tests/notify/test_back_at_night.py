"""A mail server that was away and is back at night: what leaves then, what waits, and what is called owed meanwhile."""

from datetime import datetime, timedelta

import pytest

from engage.domain.case import Road
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import SiteHours
from engage.queries import delivery_health
from engage.services import delivery
from engage.unit_of_work import unit_of_work
from tests import states
from tests.mail_peer import Manner
from tests.notify.at_site import AS_SHIPPED, HERE, at
from tests.notify.letters import ADDRESS, a_case_with, a_notice, forget_notices, row_of
from tests.states import case_of

WEEKDAYS = {str(day): [["08:00", "16:00"]] for day in range(5)}
OPENS = datetime(2026, 3, 4, 8, tzinfo=HERE)


@pytest.fixture
def team(peer, clock, change_settings):
    """The people of a site that works on weekdays from eight to four; nothing is owed yet."""
    change_settings(**AS_SHIPPED)
    team = states.Team()
    with unit_of_work():
        hours = {"country": "", "region": "", "slots": WEEKDAYS, "changed_at": clock.now}
        db.session.add(SiteHours(site_id=team.site_id, version=1, **hours))
    return team


@pytest.fixture
def reference(team):
    made = a_case_with(Road.DIRECT, site_id=team.site_id)
    forget_notices()
    return made


@pytest.fixture
def back_at_night(clock, peer):
    """Run what owes notices in working hours, while the mail server is away, and deliver at two in the morning."""

    def run(owe):
        at(clock, 2026, 3, 3, 15, 0)
        peer.stop()
        keys = owe()
        delivery.drain()
        at(clock, 2026, 3, 4, 2, 0)
        peer.start()
        delivery.drain()
        return [row_of(key) for key in keys]

    return run


def test_staff_are_not_woken_by_a_mail_server_that_comes_back_at_night(clock, team, reference, peer, back_at_night):
    [row] = back_at_night(lambda: [a_notice(reference, user_id=team.coordinator.id)])
    assert (peer.mails, row.not_before) == ([], OPENS)
    at(clock, 2026, 3, 4, 8, 0)
    delivery.drain()
    assert row_of(row.dedupe_key).road == "email"


def test_what_is_about_no_case_waits_for_the_hours_of_its_readers_site(team, peer, back_at_night):
    [row] = back_at_night(lambda: [a_notice(user_id=team.officer.id, template="own_task")])
    assert (peer.mails, row.not_before) == ([], OPENS)


def test_danger_and_grave_cases_leave_when_the_mail_server_is_back(team, reference, back_at_night):
    def owe():
        danger = a_notice(reference, user_id=team.coordinator.id, template="urgent_fact")
        with unit_of_work():
            case_of(reference).level = 4
        return [danger, a_notice(reference, user_id=team.coordinator.id)]

    assert [row.road for row in back_at_night(owe)] == ["email", "email"]


def test_mails_about_an_account_and_to_whoever_has_no_site_leave_when_the_mail_server_is_back(team, back_at_night):
    everywhere = states.staff((Role.COORDINATOR, None))

    def owe():
        about_account = a_notice(user_id=team.officer.id, template="password_chosen", context={"own": "yes"})
        return [about_account, a_notice(user_id=everywhere.id, template="own_task")]

    assert [row.road for row in back_at_night(owe)] == ["email", "email"]


def test_a_mail_put_off_in_the_evening_is_not_called_owed_all_night(clock, reference, peer):
    peer.manner = Manner.GREYLIST
    at(clock, 2026, 3, 3, 20, 50)
    key = a_notice(reference)
    delivery.drain()
    assert row_of(key).last_error.startswith("deferred")
    at(clock, 2026, 3, 3, 21, 30)
    delivery.drain()
    at(clock, 2026, 3, 4, 5, 0)
    assert delivery_health.health().oldest_owed == timedelta()
    assert row_of(key).not_before == datetime(2026, 3, 4, 7, tzinfo=HERE)
    at(clock, 2026, 3, 4, 7, 20)
    assert delivery_health.health().oldest_owed == timedelta(minutes=20)
    peer.manner = Manner.ACCEPT
    delivery.drain()
    assert [mail.recipients for mail in peer.mails] == [(ADDRESS,)]
