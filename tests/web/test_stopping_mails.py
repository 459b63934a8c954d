"""No more mails: one click of a mail program, or a button on a page, ends them. Looking at the link changes nothing."""

import uuid
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import select

from engage import data_keys, vault
from engage.domain.case import CaseClass, Identity, Road
from engage.domain.mail_addresses import stop_code
from engage.extensions import db
from engage.models import AddressChange, CaseEvent, CodeLink, OutboxMessage, SealedContact
from engage.notify import claims, to_person
from engage.notify.addressing import destination
from engage.notify.envelope import posted
from engage.services import contact, delivery, receipt_codes
from engage.services.contact import Values
from engage.unit_of_work import unit_of_work
from tests.notify.letters import ADDRESS, a_case_with, a_notice, forget_notices, row_of
from tests.states import act, case_of, person_of, staff

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
OTHER = "other@people.example.org"


@pytest.fixture
def reference(clock, session, sent_tasks, settings):
    made = a_case_with(Road.DIRECT)
    forget_notices()
    return made


def link_of(reference: str) -> str:
    """The path that the mail program finds in the mail."""
    a_notice(reference)
    with unit_of_work():
        (message,) = [one for one in claims.claim(50) if one.template == "case_news"]
    mail = message_from_bytes(posted(message, destination(message)).raw, policy=policy.default)
    with unit_of_work():
        claims.sent(message, "email")
    return str(mail["List-Unsubscribe"]).strip("<>").replace("https://localhost", "").replace("http://localhost", "")


def changes(reference: str) -> int:
    case_id = case_of(reference).id
    return len(db.session.scalars(select(CaseEvent).where(CaseEvent.case_id == case_id)).all())


def test_looking_at_the_link_changes_nothing_and_the_button_stops_the_mails(client, reference):
    link = link_of(reference)
    page = client.get(link)
    assert page.status_code == 200
    assert reference not in page.text
    assert case_of(reference).road is Road.DIRECT
    answer = client.post(link, data={"csrf_token": ""})
    assert "We erased your mail address" in answer.text
    assert reference not in answer.text
    assert case_of(reference).road is Road.NONE
    assert db.session.query(SealedContact).count() == 0


def test_a_mail_program_stops_them_with_one_click_and_no_cookie(client, reference):
    link = link_of(reference)
    answer = client.post(link, data=ONE_CLICK, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200
    key = a_notice(reference)
    delivery.drain()
    assert row_of(key).road == "case"


def test_stopping_twice_is_stopping_once(client, reference):
    link = link_of(reference)
    client.post(link, data=ONE_CLICK)
    count = changes(reference)
    assert client.post(link, data=ONE_CLICK).status_code == 200
    assert changes(reference) == count


def test_a_phone_number_stays(client, clock, session, sent_tasks):
    reference = a_case_with(Road.DIRECT, email=ADDRESS, phone="+381111234567")
    forget_notices()
    link = link_of(reference)
    for _ in range(2):
        client.post(link, data=ONE_CLICK)
    assert case_of(reference).road is Road.DIRECT
    row = db.session.query(SealedContact).one()
    assert data_keys.opened(row) == {"phone": "+381111234567"}
    assert (row.has_email, row.has_phone) == (False, True)


def test_a_relay_address_that_nobody_can_open_is_erased_too(client, clock, session, sent_tasks):
    reference = a_case_with(Road.RELAY, identity=Identity.ANONYMOUS)
    forget_notices()
    client.post(link_of(reference), data=ONE_CLICK)
    assert case_of(reference).road is Road.NONE


def test_an_old_link_does_not_stop_mails_to_another_address(client, reference, clock):
    link = link_of(reference)
    clock.advance(timedelta(minutes=1))
    act(
        reference,
        contact.set_contact,
        identity=Identity.NAMED,
        road=Road.DIRECT,
        values=Values(email=OTHER),
        actor=person_of(reference),
    )
    for answer in (client.get(link), client.post(link, data=ONE_CLICK)):
        assert answer.status_code == 410
        assert "Nothing was changed" in answer.text
    assert case_of(reference).road is Road.DIRECT


def test_nobody_who_reads_an_old_mail_stops_what_a_survivor_is_told(client, reference):
    link = link_of(reference)
    with unit_of_work():
        case_of(reference).class_ = CaseClass.RESTRICTED
    assert client.post(link, data=ONE_CLICK).status_code == 410
    assert case_of(reference).road is Road.DIRECT


def test_what_the_custodian_holds_is_left_alone(client, reference):
    link = link_of(reference)
    with unit_of_work():
        case_of(reference).road = Road.CUSTODIAN
    assert client.post(link, data=ONE_CLICK).status_code == 200
    assert db.session.query(SealedContact).count() == 1


@pytest.mark.parametrize("of", ["nothing", "staff", "nonsense"])
def test_a_link_that_we_did_not_make_for_a_person_stops_nothing(app, client, reference, of):
    key = a_notice(reference, user_id=staff().id) if of == "staff" else None
    notice_id = row_of(key).id if key else uuid.uuid4()
    code = "nonsense" if of == "nonsense" else stop_code(notice_id, vault.key_for(vault.MAIL_ADDRESS))
    assert client.post(f"/case/no-more-mails/{code}", data=ONE_CLICK).status_code == 410
    assert db.session.query(OutboxMessage).count() == int(of == "staff")


def test_a_postal_address_stays(client, clock, session, sent_tasks):
    reference = a_case_with(Road.DIRECT, email=ADDRESS, post="Miners street 1, Bor")
    forget_notices()
    link = link_of(reference)
    for _ in range(2):
        assert "We erased your mail address" in client.post(link, data=ONE_CLICK).text
    assert case_of(reference).road is Road.DIRECT
    assert data_keys.opened(db.session.query(SealedContact).one()) == {"post": "Miners street 1, Bor"}


def test_a_hidden_phone_stays_and_the_hidden_address_beside_it_is_used_no_more(client, clock, session, gateway):
    reference = a_case_with(Road.RELAY, email=ADDRESS, phone="+381641234567")
    forget_notices()
    link = link_of(reference)
    for _ in range(2):
        told = client.post(link, data=ONE_CLICK).text
        assert "We do not write to your mail address any more" in told
        assert "We erased" not in told
    assert case_of(reference).road is Road.RELAY
    row = db.session.query(SealedContact).one()
    assert (row.has_email, row.has_phone) == (False, True)
    key = a_notice(reference)
    delivery.drain()
    assert row_of(key).road == "sms"
    assert not to_person.link_way(case_of(reference), row, None)
    with unit_of_work():
        receipt_codes.ask_for_link(reference, ADDRESS)
    assert db.session.query(CodeLink).count() == 0
    again = Values(email="new@people.example.org", phone="+381641234567")
    chosen = {"identity": Identity.ANONYMOUS, "road": Road.RELAY, "values": again, "tells_former": True}
    act(reference, contact.set_contact, **chosen, actor=person_of(reference))
    assert data_keys.opened_by_worker(db.session.query(SealedContact).one())["email"] == "new@people.example.org"
    assert set(db.session.scalars(select(AddressChange.former))) == {None}  # the one that was stopped hears nothing
