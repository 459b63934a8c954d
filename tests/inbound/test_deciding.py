"""What lies in the pen is placed by a human and carried out by the worker: once, and by who may."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from engage.domain.case import Writer
from engage.domain.guards import Refused
from engage.domain.pen_policy import PenFacts, may_in_pen, require_in_pen
from engage.domain.policy import NotAllowed, Role
from engage.domain.received_mail import MailState, NotOurs, Outcome
from engage.extensions import db
from engage.models import Attachment, AuditEvent, Case, CaseEvent, CaseSubject, PenItem, ReceivedMail, Statement
from engage.services import retention
from engage.services.inbound import deciding, processing, raw_copy
from engage.unit_of_work import unit_of_work
from tests import states
from tests.inbound.mails import (
    INBOX,
    SITE,
    STRANGER,
    WORDS,
    a_case_by_mail,
    a_mail,
    came,
    item_of,
    messages_of,
    notice_of,
    notices,
    row_of,
)


@pytest.fixture
def waiting(team):
    """A mail in the pen of the site: it names a case, and nobody knows whose it is."""
    reference = states.a_case(team.site_id)
    files = [("a.txt", "text/plain", b"Seen.")]
    return came(a_mail(f"About {reference}.\n\nRegards\n", to=SITE, sender=STRANGER, files=files)), reference


def decide(use_case, *args, **values):
    with unit_of_work():
        use_case(*args, **values)
    processing.process_due()


def test_a_mail_becomes_a_case_by_hand(team, waiting):
    mail, _ = waiting
    decide(deciding.make_case, mail.id, "bor", actor=team.coordinator)
    made = row_of(mail.id)
    case = db.session.get_one(Case, made.case_id)
    assert (made.outcome, made.decided_by_id, case.site_id) == (Outcome.CASE_MADE, team.coordinator.id, team.site_id)
    assert db.session.get_one(Statement, case.id).what_happened.startswith("Re: Hello\n\nAbout BOR-")
    placed = db.session.scalars(select(CaseEvent).where(CaseEvent.kind == "MailPlaced")).one()
    assert (placed.case_id, placed.actor_id) == (case.id, team.coordinator.id)
    assert db.session.get(PenItem, mail.id) is None


def test_a_mail_is_attached_as_a_message_of_the_person(team, waiting):
    mail, reference = waiting
    decide(deciding.attach, mail.id, reference, from_person=True, actor=team.coordinator)
    [message] = messages_of(reference)
    assert (row_of(mail.id).outcome, message.writer) == (Outcome.MESSAGE, Writer.PERSON)
    assert {one.template for one in notices()} >= {"reply_arrived"}
    assert db.session.scalars(select(Attachment)).one().writer is Writer.PERSON


def test_a_mail_of_somebody_else_is_attached_for_staff_alone(team, waiting):
    mail, reference = waiting
    decide(deciding.attach, mail.id, reference, from_person=False, actor=team.coordinator)
    [message] = messages_of(reference)
    assert (message.writer, message.author_id) == (Writer.NOTE, team.coordinator.id)
    assert db.session.scalars(select(Attachment)).one().writer is Writer.NOTE
    assert row_of(mail.id).outcome is Outcome.NOTE


def test_pressed_twice_it_is_done_once_and_the_second_of_two_is_told(team, waiting):
    mail, reference = waiting
    with unit_of_work():
        deciding.attach(mail.id, reference, from_person=True, actor=team.coordinator)
    with unit_of_work():
        deciding.attach(mail.id, reference, from_person=True, actor=team.coordinator)
    second = team.second_coordinator
    with pytest.raises(Refused, match="mail_placed"), unit_of_work():
        deciding.attach(mail.id, reference, from_person=True, actor=second)
    with pytest.raises(Refused, match="mail_placed"), unit_of_work():
        deciding.make_case(mail.id, "BOR", actor=second)
    with pytest.raises(Refused, match="mail_placed"), unit_of_work():
        deciding.put_aside(mail.id, NotOurs.SPAM, actor=second)
    processing.process_due()
    assert len(messages_of(reference)) == 1
    with unit_of_work():
        deciding.attach(mail.id, reference, from_person=True, actor=team.coordinator)
    assert processing.process_due() == 0


def test_what_is_not_for_us_is_put_aside_and_nobody_is_told(team, waiting):
    mail, _ = waiting
    before = len(notices())
    decide(deciding.put_aside, mail.id, NotOurs.PRIVATE, actor=team.coordinator)
    row = row_of(mail.id)
    assert (row.state, row.outcome, row.not_ours) == (MailState.DONE, Outcome.NOT_OURS, NotOurs.PRIVATE)
    assert raw_copy.opened(row)[0]
    assert len(notices()) == before
    decide(deciding.put_aside, mail.id, NotOurs.PRIVATE, actor=team.coordinator)
    assert [one.kind for one in db.session.scalars(select(AuditEvent))].count("mail_sorted") == 1


def test_spam_is_erased_at_once(team, waiting):
    mail, _ = waiting
    decide(deciding.put_aside, mail.id, NotOurs.SPAM, actor=team.coordinator)
    assert (row_of(mail.id).stored_as, db.session.get(PenItem, mail.id)) == (None, None)


@pytest.mark.parametrize("reference", ["BOR-26-00000", "nonsense"])
def test_nothing_is_attached_to_a_case_that_is_not_there(team, waiting, reference):
    mail, _ = waiting
    with pytest.raises(Refused, match="mail_no_such_case"), unit_of_work():
        deciding.attach(mail.id, reference, from_person=True, actor=team.coordinator)
    assert row_of(mail.id).state is MailState.PEN


def test_a_case_that_the_actor_may_not_see_is_not_there_for_them(team, waiting):
    mail, reference = waiting
    hidden = a_case_by_mail(team.site_id, harms_child=True)
    about_them = states.a_case(team.site_id)
    with unit_of_work():
        db.session.add(CaseSubject(case_id=states.case_of(about_them).id, user_id=team.coordinator.id))
    for one in (hidden, about_them):
        with pytest.raises(Refused, match="mail_no_such_case"), unit_of_work():
            deciding.attach(mail.id, one, from_person=True, actor=team.coordinator)


def test_nobody_else_may_place_it(team, waiting):
    mail, _ = waiting
    elsewhere = states.Team("ZZZ")
    for actor in (team.officer, team.focal, team.admin, team.auditor, elsewhere.coordinator):
        with pytest.raises(NoResultFound), unit_of_work():
            deciding.put_aside(mail.id, NotOurs.SPAM, actor=actor)
    with pytest.raises(NoResultFound), unit_of_work():
        deciding.put_aside(uuid.uuid4(), NotOurs.SPAM, actor=team.coordinator)


def test_what_never_was_in_the_pen_cannot_be_placed(team):
    mail = came(a_mail(to=SITE))
    with pytest.raises(NoResultFound), unit_of_work():
        deciding.put_aside(mail.id, NotOurs.SPAM, actor=team.coordinator)


def test_there_is_no_case_at_a_site_that_is_not_there(team, waiting):
    mail, _ = waiting
    with pytest.raises(Refused, match="mail_no_such_site"), unit_of_work():
        deciding.make_case(mail.id, "QQQ", actor=team.coordinator)


def test_what_may_be_a_survivors_is_attached_by_focal_points_and_made_no_ordinary_case(team):
    reference = a_case_by_mail(team.site_id, harms_child=True)
    mail = came(a_mail(sender=STRANGER, in_reply_to=f"<{notice_of(reference).id}@engage.test>"))
    with pytest.raises(Refused, match="mail_restricted"), unit_of_work():
        deciding.make_case(mail.id, "BOR", actor=team.focal)
    decide(deciding.attach, mail.id, reference, from_person=True, actor=team.focal)
    assert len(messages_of(reference)) == 1
    assert db.session.scalars(select(AuditEvent).where(AuditEvent.kind == "mail_sorted")).all() == []


def test_what_cannot_be_done_any_more_comes_back_into_the_pen(team, waiting):
    mail, reference = waiting
    with unit_of_work():
        deciding.attach(mail.id, reference, from_person=True, actor=team.coordinator)
    with unit_of_work():
        db.session.add(CaseSubject(case_id=states.case_of(reference).id, user_id=team.coordinator.id))
    processing.process_due()
    row = row_of(mail.id)
    assert (row.state, row.decision, row.decided_by_id) == (MailState.PEN, None, None)
    assert item_of(row).troubles[0] == "could_not_be_placed"
    assert messages_of(reference) == []


def test_a_mail_without_an_address_makes_no_case_and_can_still_be_attached(team):
    reference = states.a_case(team.site_id)
    mail = came(a_mail(f"About {reference}", to=SITE, sender=None))
    decide(deciding.make_case, mail.id, "BOR", actor=team.coordinator)
    assert item_of(row_of(mail.id)).troubles[0] == "could_not_be_placed"
    decide(deciding.attach, mail.id, reference, from_person=False, actor=team.coordinator)
    assert len(messages_of(reference)) == 1


def test_a_case_that_was_erased_meanwhile_takes_nothing(team, waiting):
    mail, reference = waiting
    with unit_of_work():
        deciding.attach(mail.id, reference, from_person=True, actor=team.coordinator)
        db.session.get_one(PenItem, mail.id).target_id = None
    processing.process_due()
    assert row_of(mail.id).state is MailState.PEN


def test_whatever_was_decided_in_ignorance_a_survivors_mail_stays_hers(team, change_settings):
    """Nothing could read the mail at first, so that nobody knew to what it belongs."""
    reference = a_case_by_mail(team.site_id, harms_child=True)
    raw = a_mail(sender=STRANGER, in_reply_to=f"<{notice_of(reference).id}@engage.test>")
    mail = came(raw)
    with unit_of_work():
        row = db.session.get_one(ReceivedMail, mail.id)
        row.is_restricted = False  # as where it could not be read
    decide(deciding.make_case, mail.id, "BOR", actor=team.coordinator)
    row = row_of(mail.id)
    assert (row.state, row.is_restricted, row.decision) == (MailState.PEN, True, None)


def test_a_concern_that_nobody_decided_on_is_still_there_years_later(clock, team):
    raw = a_mail(to=INBOX)
    mail = came(raw)
    clock.advance(timedelta(days=1000))
    retention.apply()
    assert (row_of(mail.id).state, item_of(mail).words) == (MailState.PEN, WORDS)
    assert raw_copy.opened(row_of(mail.id))[0] == raw


def test_what_a_human_put_aside_is_forgotten_after_some_weeks(clock, team, waiting):
    mail, _ = waiting
    decide(deciding.put_aside, mail.id, NotOurs.PRIVATE, actor=team.coordinator)
    clock.advance(timedelta(days=30))
    retention.apply()
    assert row_of(mail.id).stored_as is not None
    clock.advance(timedelta(minutes=1))
    retention.apply()
    assert (row_of(mail.id).stored_as, db.session.get(PenItem, mail.id)) == (None, None)


def test_raw_copies_are_kept_for_some_weeks_after_they_were_dealt_with(clock, team):
    mail = came(a_mail(to=SITE))
    clock.advance(timedelta(days=30))
    retention.apply()
    assert raw_copy.opened(row_of(mail.id))[0]
    clock.advance(timedelta(minutes=1))
    retention.apply()
    assert row_of(mail.id).sealed_key is None


def test_the_pen_of_policy_is_the_pen_of_the_database(team):
    ordinary, restricted = PenFacts(team.site_id, False), PenFacts(team.site_id, True)
    assert [may_in_pen(team.coordinator, one) for one in (ordinary, restricted)] == [True, False]
    assert [may_in_pen(team.focal, one) for one in (ordinary, restricted)] == [False, True]
    assert not may_in_pen(team.coordinator, PenFacts(None, False))
    assert not may_in_pen(team.coordinator, PenFacts(team.site_id, False, frozenset({team.coordinator.id})))
    assert not may_in_pen(states.person_of(states.a_case(team.site_id)), ordinary)
    assert may_in_pen(states.staff((Role.APPROVER, None)), PenFacts(None, False))
    require_in_pen(team.approver, ordinary)
    with pytest.raises(NotAllowed):
        require_in_pen(team.officer, ordinary)


def test_a_case_is_made_once_however_often_the_button_is_pressed(team, waiting):
    mail, _ = waiting
    for _ in range(2):
        with unit_of_work():
            deciding.make_case(mail.id, "BOR", actor=team.coordinator)
    assert processing.process_due() == 1
