"""Whoever looks at a case has seen what they were told of it until then, whichever way they came."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.clock import utcnow
from engage.domain import events
from engage.domain.policy import SYSTEM
from engage.extensions import db
from engage.models import OutboxMessage
from engage.services import appeals, notifications
from engage.services.timeline import record
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import a_notice, forget_notices
from tests.statements import statements
from tests.states import case_of
from tests.web.as_staff import sign_in
from tests.web.at_the_bell import a_case_of_the_officer, answered, bell, lines


@pytest.fixture
def team(session, client, sent_tasks, clock):
    return states.Team()


@pytest.fixture
def reference(team):
    return a_case_of_the_officer(team)


@pytest.fixture
def officer(client, team):
    return sign_in(client, team.officer)


def looked_at(browser, reference, path=""):
    assert browser.get(f"/staff/cases/{reference}{path}").status_code == 200


@pytest.mark.parametrize("path", ["", "/story", "/file"])
def test_a_case_opened_from_a_mail_is_no_longer_at_the_bell(officer, reference, path):
    answered(reference)
    answered(reference)
    looked_at(officer, reference, path)
    assert bell(officer) == "Notifications"
    assert not any("new" in line.split() for line in lines(officer))


def test_the_bell_on_the_page_of_the_case_counts_what_is_told_elsewhere(officer, team, reference):
    answered(reference)
    a_notice(user_id=team.officer.id, template="own_task")
    assert bell(officer, f"/staff/cases/{reference}") == "Notifications 1 not seen"
    assert bell(officer, f"/staff/cases/{reference}") == "Notifications 1 not seen"
    assert bell(officer) == "Notifications 1 not seen"


def test_looking_at_one_case_leaves_others_and_other_readers_alone(officer, another_client, team, reference):
    other = states.a_case(team.site_id)
    forget_notices()
    for about, reader in ((reference, team.officer), (reference, team.coordinator), (other, team.officer)):
        a_notice(about, user_id=reader.id)
    looked_at(officer, reference)
    assert bell(officer) == "Notifications 1 not seen"
    assert bell(sign_in(another_client, team.coordinator)) == "Notifications 1 not seen"


def test_what_comes_after_the_case_was_looked_at_is_at_the_bell_again(officer, reference, clock):
    answered(reference)
    looked_at(officer, reference)
    clock.advance(timedelta(minutes=1))
    answered(reference)
    assert bell(officer) == "Notifications 1 not seen"
    looked_at(officer, reference)  # the second look of the day is not on the record, but it is a look
    assert bell(officer) == "Notifications"


def test_a_reminder_that_waits_for_others_is_not_seen_before_it_may_leave(officer, reference, clock):
    with unit_of_work():
        record(case_of(reference), events.ReminderDue(uuid.uuid4(), "propose", "due"), actor=SYSTEM)
    looked_at(officer, reference)
    clock.advance(timedelta(minutes=2))
    assert bell(officer) == "Notifications 1 not seen"


def test_what_came_while_the_page_of_the_case_was_made_is_not_seen(team, reference, clock):
    read_at = utcnow()
    clock.advance(timedelta(seconds=1))
    answered(reference)
    notifications.note_look(case_of(reference).id, team.officer, read_at)
    assert db.session.scalars(select(OutboxMessage.seen_at)).all() == [None]


def test_whoever_says_first_whether_they_have_a_conflict_has_not_seen_the_case(client, team):
    reference = states.an_appealed_case(team)
    forget_notices()
    states.act(reference, appeals.seat_panel, [team.panel.id], actor=team.coordinator)
    member = sign_in(client, team.panel)
    before = bell(member)
    assert member.get(f"/staff/cases/{reference}").status_code == 303
    assert bell(member) == before == "Notifications 1 not seen"


def test_a_look_at_the_case_costs_one_statement_where_there_is_something_to_clear_and_else_none(officer, reference):
    def written(at):
        with statements() as sent:
            looked_at(officer, at)
        told = [one for one in sent if not one.startswith("BEGIN")]
        return len(told), [one for one in told if not one.startswith("SELECT")]

    looked_at(officer, reference)  # the first look of a day is recorded
    few, nothing = written(reference)
    answered(reference)
    more, update = written(reference)
    assert nothing == []
    assert [one.split()[:2] for one in update] == [["UPDATE", "outbox_message"]]
    assert more == few + 1
    assert written(reference) == (few, [])


def test_a_look_that_cannot_be_noted_is_logged_by_id_and_never_raised(team, reference, caplog):
    case_id = case_of(reference).id
    with unit_of_work():  # of somebody else, so that it can open none of its own
        notifications.note_look(case_id, team.officer, utcnow())
    assert f"case {case_id}" in caplog.text
