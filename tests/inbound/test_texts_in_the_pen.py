"""A text message that no machine could place is placed by a human, as mail is; nobody is shown its number."""

import pytest
from sqlalchemy import select

from engage import lane_keys
from engage.domain.case import CaseClass, Identity, Road, Writer
from engage.domain.guards import Refused
from engage.domain.policy import Actor, Party, Role
from engage.domain.received_mail import MailState, NotOurs, Outcome
from engage.extensions import db
from engage.models import (
    Case,
    Message,
    PenGuess,
    PenItem,
    ReceivedMail,
    SealedContact,
    SmsThread,
)
from engage.queries import pen
from engage.scope import pen_of
from engage.services import cases, delivery, sites, texts
from engage.services.inbound import deciding, processing, raw_copy
from engage.services.lane import erasing as lane_erasing
from engage.services.lane import moving
from engage.services.lane.record import lock_own
from engage.unit_of_work import unit_of_work
from tests import states
from tests.inbound.by_text import OTHERS, decide, text
from tests.inbound.mails import item_of, messages_of, notices, row_of
from tests.services.test_roads import NUMBER, a_case, owed_to
from tests.states import case_of

HIDDEN = "The water is brown. Call me: …"


@pytest.fixture
def team(session, clock, gateway):
    made = states.Team()
    with unit_of_work():
        sites.ensure_group_intake()
    return made


@pytest.fixture
def approver(team):
    """Somebody who looks after all sites: of a number that nobody knows there is no site."""
    return states.staff((Role.APPROVER, None))


def seen_by(actor) -> list[ReceivedMail]:
    return list(db.session.scalars(select(ReceivedMail).where(pen_of(actor), ReceivedMail.state == MailState.PEN)))


def told_since(before) -> set[tuple[str, object]]:
    return {(one.template, one.user_id) for one in notices() if one.id not in before}


def test_staff_are_told_once_and_read_the_words_and_no_number(team, approver):
    before = {one.id for one in notices()}
    mail = text()
    assert told_since(before) == {("mail_to_sort", approver.id)}
    [listed] = pen.waiting(approver)
    assert (listed.mail.id, listed.item.words, listed.item.whole) == (mail.id, HIDDEN, HIDDEN)
    assert pen.count_waiting(approver) == 1


def test_a_case_is_made_of_it_and_the_number_stays_where_nobody_of_us_reads_it(team, gateway, approver):
    mail = text()
    decide(deciding.make_case, mail.id, "BOR", actor=approver)
    row = row_of(mail.id)
    case = db.session.get_one(Case, row.case_id)
    assert (row.outcome, case.channel, case.identity, case.road) == (
        Outcome.CASE_MADE,
        "sms",
        Identity.ANONYMOUS,
        Road.RELAY,
    )
    contact = db.session.get_one(SealedContact, case.id)
    assert (contact.has_phone, contact.has_email, bool(contact.to_worker)) == (True, False, True)
    delivery.drain()
    with unit_of_work():
        texts.receive("in-2", OTHERS, "It is still brown.")
    texts.read_waiting()
    assert [one.words for one in messages_of(case.reference)] == ["It is still brown."]


def test_where_no_gateway_is_there_any_more_no_case_is_made_and_the_text_waits_on(team, change_settings, approver):
    mail = text()
    change_settings(SMS_GATEWAY=None)
    decide(deciding.make_case, mail.id, "BOR", actor=approver)
    row = row_of(mail.id)
    assert (row.state, item_of(row).troubles[0], item_of(row).words) == (MailState.PEN, "could_not_be_placed", HIDDEN)


def test_of_a_name_instead_of_a_number_no_case_is_made(team, approver):
    mail = text(sender="SHOP")
    decide(deciding.make_case, mail.id, "BOR", actor=approver)
    assert row_of(mail.id).state is MailState.PEN


@pytest.mark.parametrize(("from_person", "writer"), [(True, Writer.PERSON), (False, Writer.NOTE)])
def test_it_is_attached_to_one_of_the_cases_of_its_number(team, from_person, writer):
    reference, other = a_case(team), a_case(team)
    owed_to(reference)
    owed_to(other)
    mail = text("Hello", sender=NUMBER)
    assert [one.id for one in seen_by(team.coordinator)] == [mail.id]
    assert sorted(one for one, _ in pen.page(mail.id, team.coordinator).guesses) == sorted([reference, other])
    decide(deciding.attach, mail.id, reference, from_person=from_person, actor=team.coordinator)
    [message] = messages_of(reference)
    assert (message.words, message.writer) == ("Hello", writer)
    assert messages_of(other) == []
    assert db.session.scalars(select(PenItem)).all() == []


def test_the_same_words_twice_are_two_texts(team):
    reference = states.a_case(team.site_id)
    for name in ("in-1", "in-2"):
        mail = text(f"About {reference}", name=name)
        for one in seen_by(team.coordinator):
            decide(deciding.attach, one.id, reference, from_person=True, actor=team.coordinator)
        assert row_of(mail.id).outcome is Outcome.MESSAGE
    assert len(messages_of(reference)) == 2


def test_advertising_is_erased_at_once(team, approver):
    mail = text("Buy now", sender="SHOP")
    decide(deciding.put_aside, mail.id, NotOurs.SPAM, actor=approver)
    row = row_of(mail.id)
    assert (row.outcome, row.stored_as, row.sealed_key) == (Outcome.NOT_OURS, None, None)


def test_its_number_is_sealed_to_the_worker(team):
    mail = text()
    assert OTHERS.encode() not in mail.sealed_key + raw_copy.file_store.path_of(mail.stored_as).read_bytes()
    assert OTHERS.encode() in raw_copy.opened(mail)[0]


def test_a_text_that_may_belong_to_a_restricted_case_waits_for_its_focal_points_alone(team):
    reference, other = a_case(team), a_case(team)
    owed_to(reference)
    owed_to(other)
    with unit_of_work():
        case_of(other).class_ = CaseClass.RESTRICTED
    before = {one.id for one in notices()}
    mail = text("Hello", sender=NUMBER)
    assert mail.is_restricted
    assert [one.id for one in seen_by(team.focal)] == [mail.id]
    assert seen_by(team.coordinator) == seen_by(team.approver) == []
    assert told_since(before) == {("item_for_you", team.focal.id), ("item_for_you", team.second_focal.id)}
    with pytest.raises(Refused, match="mail_restricted"), unit_of_work():
        deciding.make_case(mail.id, "BOR", actor=team.focal)


@pytest.fixture
def moved(team):
    """A case about which texts went to a phone, moved into the restricted lane since."""
    lane_keys.make_ring()
    reference = a_case(team)
    owed_to(reference)
    with unit_of_work():
        case_of(reference).class_ = CaseClass.RESTRICTED
    with unit_of_work():
        return moving.move(cases.lock(reference, team.focal), actor=team.focal)


def test_a_text_from_a_number_whose_case_is_in_the_lane_waits_for_focal_points_alone(team, moved):
    mail = text("Hello", sender=NUMBER)
    assert (mail.is_restricted, [one.id for one in seen_by(team.focal)]) == (True, [mail.id])
    assert seen_by(team.coordinator) == seen_by(team.approver) == []


def test_nor_does_it_go_into_another_case_of_the_same_phone(team, moved):
    other = a_case(team)
    owed_to(other)
    mail = text("Hello", sender=NUMBER)
    assert (mail.is_restricted, messages_of(other)) == (True, [])
    assert len(db.session.scalars(select(PenGuess)).all()) == 2


def test_what_led_from_a_number_into_the_lane_goes_with_the_report(team, moved):
    with unit_of_work():
        lane_erasing.erase(lock_own(moved), actor=Actor(id=None, party=Party.PERSON, case_id=moved))
    assert db.session.scalars(select(SmsThread)).all() == []


def test_nothing_of_it_is_lost_where_it_can_not_be_carried_out(team):
    reference = states.a_case(team.site_id)
    mail = text(f"About {reference}")
    with unit_of_work():
        deciding.attach(mail.id, reference, from_person=True, actor=team.coordinator)
        db.session.get_one(PenItem, mail.id).target_id = None
    processing.process_due()
    row = row_of(mail.id)
    assert (row.state, item_of(row).words) == (MailState.PEN, f"About {reference}")
    assert db.session.scalars(select(Message)).all() == []
