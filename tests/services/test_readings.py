"""Unusual reading is found once, told to the auditors and nobody else, and settled in words."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.guards import Refused
from engage.domain.policy import NotAllowed, Role
from engage.domain.readings import MANY_A_DAY, OUTSIDE_HOURS, Sign
from engage.extensions import db
from engage.models import AuditEvent, Case, CaseSubject, OutboxMessage, Site, SiteHours, StaffUser, UnusualReading
from engage.notify import addressing
from engage.notify.claims import Claimed
from engage.services import access, conflicts, readings, triage
from engage.unit_of_work import unit_of_work
from tests import states
from tests.states import act, case_of


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def read(actor, count, *, site_id):
    """Let somebody read so many cases of the site for the first time."""
    references = [states.a_case(site_id) for _ in range(count)]
    for reference in references:
        access.record_access(case_of(reference).id, actor, "view")
    return references


def found():
    return {(row.user_id, row.sign): row.count for row in db.session.scalars(select(UnusualReading))}


def told():
    rows = select(OutboxMessage.user_id).where(OutboxMessage.template == "unusual_reading")
    return sorted(map(str, db.session.scalars(rows)))


def test_who_reads_far_more_cases_than_usual_is_found_once_and_the_auditors_hear_of_it(team):
    everywhere = states.staff((Role.AUDITOR, None))
    states.staff(Role.AUDITOR, site_id=states.a_site("ELS"))
    read(team.officer, MANY_A_DAY, site_id=team.site_id)
    assert readings.watch() == 0
    read(team.officer, 1, site_id=team.site_id)
    assert readings.watch() == 1
    assert readings.watch() == 0
    assert found() == {(team.officer.id, Sign.MANY_CASES): MANY_A_DAY + 1}
    assert told() == sorted(map(str, (team.auditor.id, everywhere.id)))


def test_the_number_grows_until_somebody_has_looked(team):
    read(team.officer, MANY_A_DAY + 1, site_id=team.site_id)
    readings.watch()
    read(team.officer, 2, site_id=team.site_id)
    readings.watch()
    assert found() == {(team.officer.id, Sign.MANY_CASES): MANY_A_DAY + 3}
    row = db.session.scalars(select(UnusualReading)).one()
    with unit_of_work():
        readings.settle(row.id, "The yearly review.", actor=team.auditor)
    read(team.officer, 2, site_id=team.site_id)
    readings.watch()
    assert found() == {(team.officer.id, Sign.MANY_CASES): MANY_A_DAY + 3}


def test_who_reads_so_many_every_day_does_nothing_unusual(team, clock):
    for _ in range(4):
        read(team.coordinator, MANY_A_DAY // 2 + 1, site_id=team.site_id)
        clock.advance(timedelta(days=1))
    read(team.coordinator, MANY_A_DAY + 5, site_id=team.site_id)
    assert readings.watch() == 0


def test_what_was_read_yesterday_is_found_by_a_worker_that_was_down(team, clock):
    read(team.officer, MANY_A_DAY + 1, site_id=team.site_id)
    clock.advance(timedelta(days=1))
    assert readings.watch() == 1


def test_reading_at_night_is_unusual_where_the_hours_of_the_site_are_known(team, clock):
    clock.advance(timedelta(hours=14))  # past ten in the evening
    read(team.officer, OUTSIDE_HOURS, site_id=team.site_id)
    assert readings.watch() == 0
    with unit_of_work():
        slots = {str(day): [["08:00", "16:00"]] for day in range(5)}
        hours = {"version": 1, "country": "", "region": "", "slots": slots, "changed_at": clock.now}
        db.session.add(SiteHours(site_id=team.site_id, **hours))
    assert readings.watch() == 1
    assert found() == {(team.officer.id, Sign.OUTSIDE_HOURS): OUTSIDE_HOURS}


def test_a_restricted_case_is_in_no_number(team):
    references = read(team.focal, MANY_A_DAY + 1, site_id=team.site_id)
    for reference in references:
        act(reference, triage.restrict, "person_asked", actor=team.coordinator)
    assert readings.watch() == 0


def test_who_tries_to_open_a_case_about_them_is_found_at_once(team):
    reference = states.a_case(team.site_id)
    with unit_of_work():
        from_now = case_of(reference)
        readings.note_conflict(from_now, team.officer.id)
        readings.note_conflict(from_now, team.officer.id)
    assert found() == {(team.officer.id, Sign.CONFLICT): 1}
    assert told() == [str(team.auditor.id)]


def test_of_a_restricted_case_auditors_hear_nothing(team):
    reference = states.a_case(team.site_id)
    act(reference, triage.restrict, "person_asked", actor=team.coordinator)
    with unit_of_work():
        readings.note_conflict(case_of(reference), team.officer.id)
    assert found() == {}


def test_an_auditor_is_not_told_of_their_own_reading_and_nobody_left_is_logged(team, caplog):
    read(team.auditor, MANY_A_DAY + 1, site_id=team.site_id)
    assert readings.watch() == 1
    assert told() == []
    assert "name an auditor" in caplog.text


def test_a_site_that_fails_stops_no_other(team, caplog):
    broken = states.a_site("ABC")
    with unit_of_work():
        db.session.get_one(Site, broken).time_zone = "Nowhere/Never"
    read(team.officer, MANY_A_DAY + 1, site_id=team.site_id)
    assert readings.watch() == 1
    assert "could not be looked at" in caplog.text


def test_only_an_auditor_settles_and_only_once_and_with_words(team):
    read(team.officer, MANY_A_DAY + 1, site_id=team.site_id)
    readings.watch()
    row = db.session.scalars(select(UnusualReading)).one()
    for nobody in (team.officer, team.coordinator, team.admin, states.staff((Role.AUDITOR, states.a_site("ELS")))):
        with pytest.raises(NotAllowed), unit_of_work():
            readings.settle(row.id, "Fine.", actor=nobody)
    with pytest.raises(Refused, match="words_needed"), unit_of_work():
        readings.settle(row.id, "  ", actor=team.auditor)
    with unit_of_work():
        readings.settle(row.id, " The yearly review. ", actor=team.auditor)
    with pytest.raises(Refused, match="settled_already"), unit_of_work():
        readings.settle(row.id, "Again.", actor=team.auditor)
    db.session.expire_all()
    row = db.session.scalars(select(UnusualReading)).one()
    assert (row.words, row.settled_by_id) == ("The yearly review.", team.auditor.id)
    kinds = db.session.scalars(select(AuditEvent.kind)).all()
    assert kinds.count("reading_settled") == 1


def test_an_attempt_on_a_page_reaches_the_auditors(team):
    reference = states.a_case(team.site_id)
    act(reference, _named_subject, team.officer, actor=team.coordinator)
    conflicts.note_attempt(reference, "read", actor=team.officer)
    assert found() == {(team.officer.id, Sign.CONFLICT): 1}


def _named_subject(case: Case, subject, *, actor):
    db.session.add(CaseSubject(case_id=case.id, user_id=subject.id))


def test_the_mail_to_an_auditor_leads_to_what_is_unusual_and_names_nobody(team):
    read(team.officer, MANY_A_DAY + 1, site_id=team.site_id)
    readings.watch()
    row = db.session.scalars(select(OutboxMessage).where(OutboxMessage.template == "unusual_reading")).one()
    who = (row.id, row.case_id, row.template, row.locale, row.recipient, row.user_id)
    letter = addressing.destination(Claimed(*who, row.context, row.created_at, 1, row.not_before))
    assert letter.values["link"].endswith("/staff/unusual-readings")
    assert db.session.get_one(StaffUser, team.officer.id).name not in repr(letter.values)
