"""Word to a person by text message, and by the next road where one fails."""

import pytest
from sqlalchemy import select

from engage import clock as engage_clock
from engage.domain.case import CaseClass, Identity, Road
from engage.domain.delivery import NoticeState, Outcome
from engage.domain.gateways import Arrival
from engage.domain.reaching import Way
from engage.domain.texts import parts_of
from engage.extensions import db
from engage.models import ContactPreference, DeliveryAttempt, Errand, OutboxMessage, SmsThread
from engage.services import contact, delivery, texts, undelivered
from engage.services.contact import Values
from engage.unit_of_work import unit_of_work
from tests import states
from tests.gateway_peer import Manner
from tests.mail_peer import Manner as MailManner
from tests.notify.letters import ADDRESS, a_link_to_code, a_notice, forget_notices, row_of
from tests.services.by_text import NUMBER, a_case, choose, owed_to
from tests.states import case_of, person_of


@pytest.fixture
def team(session, sent_tasks, clock):
    return states.Team()


@pytest.fixture
def mail(mail_peer, change_settings, gateway):
    change_settings(MAIL="smtp", SMTP_PORT=mail_peer.port)
    return mail_peer


def errands():
    db.session.rollback()
    return db.session.scalars(select(Errand)).all()


def rows():
    db.session.rollback()
    return db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.dedupe_key)).all()


def roads_of(key):
    attempts = select(DeliveryAttempt).where(DeliveryAttempt.outbox_message_id == row_of(key).id)
    return [(one.road, one.outcome) for one in db.session.scalars(attempts)]


def test_a_person_with_a_phone_who_agreed_gets_a_text_and_nobody_has_to_call(team, gateway):
    key = owed_to(a_case(team))
    assert gateway.to(NUMBER) == ["There is something new for you. Read it with your code: https://localhost/case"]
    row = row_of(key)
    assert (row.road, row.provider_id, row.state(engage_clock.utcnow())) == ("sms", "gw-1", NoticeState.SENT)
    assert roads_of(key) == [("sms", Outcome.SENT)]
    assert errands() == []


def test_the_gateway_is_told_who_we_are_and_which_notice_it_is_and_where_to_report(team, gateway):
    key = owed_to(a_case(team))
    taken = gateway.texts[0]
    assert taken.headers["Authorization"] == "Bearer our key at the gateway"
    assert taken.body["id"] == str(row_of(key).id)
    assert taken.body["status_url"] == "https://localhost/hooks/sms/status"


@pytest.mark.parametrize("chosen", [{}, {"may_text": False, "shares_phone": True}])
def test_nobody_gets_a_text_who_did_not_agree_to_it(team, gateway, chosen):
    owed_to(a_case(team, chosen=chosen))
    assert gateway.texts == []
    assert [one.road for one in errands()] == ["direct"]


def test_without_a_gateway_word_to_a_phone_is_carried_by_somebody(team):
    owed_to(a_case(team))
    assert [one.road for one in errands()] == ["direct"]


def test_where_the_custodian_alone_may_call_no_machine_writes(team, gateway):
    owed_to(a_case(team, Road.CUSTODIAN))
    assert gateway.texts == []
    assert [one.road for one in errands()] == ["custodian"]


def test_a_hidden_number_gets_texts_and_no_page_can_open_it(team, gateway):
    reference = a_case(team, Road.RELAY)
    owed_to(reference)
    assert len(gateway.to(NUMBER)) == 1


def test_mail_comes_first_and_a_text_only_where_the_person_wants_it_so(team, gateway, mail):
    owed_to(a_case(team, email=ADDRESS, phone=NUMBER))
    assert (len(mail.mails), len(gateway.texts)) == (1, 0)
    owed_to(a_case(team, email=ADDRESS, phone=NUMBER, chosen={"may_text": True, "first_way": Way.SMS}))
    assert (len(mail.mails), len(gateway.texts)) == (1, 1)


def test_a_person_who_wants_to_be_called_is_called(team, gateway, mail):
    owed_to(a_case(team, email=ADDRESS, phone=NUMBER, chosen={"first_way": Way.CALL}))
    assert (mail.mails, [one.road for one in errands()]) == ([], ["direct"])


def test_a_person_who_left_a_postal_address_gets_a_letter(team):
    owed_to(a_case(team, post="Main road 7\nBor"))
    assert [one.road for one in errands()] == ["letter"]


def test_on_a_phone_that_others_read_nothing_says_who_writes_or_where_to_look(team, gateway):
    owed_to(a_case(team, chosen={"may_text": True, "shares_phone": True}))
    assert gateway.to(NUMBER) == ["There is something new for you. You know where to look."]


def test_the_word_that_the_person_chose_stands_first_in_texts_and_mails(team, gateway, mail):
    reference = a_case(team, Road.RELAY, email=ADDRESS, phone=NUMBER, word="heron")
    owed_to(reference)
    assert mail.to(ADDRESS)[0].get_body(("plain",)).get_content().split()[0] == "heron"
    assert "<bdi>heron</bdi>" in mail.to(ADDRESS)[0].get_body(("html",)).get_content()
    choose(reference, may_text=True, first_way=Way.SMS)
    owed_to(reference)
    assert gateway.to(NUMBER)[0].startswith("heron: There is")


@pytest.mark.parametrize("word", ["🦜🌋", "مالك الحزين", "x" * 30])
def test_any_word_leaves_as_it_was_typed(team, gateway, word):
    owed_to(a_case(team, phone=NUMBER, word=word))
    assert gateway.to(NUMBER)[0].startswith(f"{word}: ")
    assert parts_of(gateway.to(NUMBER)[0]) <= 2


def test_of_a_restricted_case_a_text_says_the_neutral_sentence_alone(team, gateway):
    reference = a_case(team)
    with unit_of_work():
        case_of(reference).class_ = CaseClass.RESTRICTED
    owed_to(reference)
    assert gateway.to(NUMBER) == ["There is something new for you. Use your code here: https://localhost/"]


def test_r68_a_bounced_mail_becomes_a_text_and_a_bounced_text_a_task_to_tell_the_person(team, gateway, mail):
    reference = a_case(team, email=ADDRESS, phone=NUMBER)
    key = owed_to(reference)
    with unit_of_work():
        undelivered.bounced(row_of(key).id, "5.1.1")
    first, second = rows()
    assert (second.dedupe_key, second.asked_road, second.replaced_at) == (f"{key}:sms", "sms", None)
    assert (first.replaced_by_id, first.state(engage_clock.utcnow())) == (second.id, NoticeState.REPLACED)
    assert errands() == []
    assert not case_of(reference).could_not_reach
    delivery.drain()
    assert len(gateway.to(NUMBER)) == 1
    with unit_of_work():
        texts.report("gw-1", Arrival.FAILED, "failed 30003")
    assert [(one.road, one.template) for one in errands()] == [("direct", "case_news")]
    assert case_of(reference).could_not_reach
    assert len(rows()) == 2 + len([one for one in rows() if one.user_id])  # the person has these two rows alone


def test_the_same_report_twice_opens_the_next_road_once(team, gateway, mail):
    key = owed_to(a_case(team, email=ADDRESS, phone=NUMBER))
    for _ in range(2):
        with unit_of_work():
            undelivered.bounced(row_of(key).id, "5.1.1")
    delivery.drain()
    assert len(gateway.texts) == 1


def test_a_mail_that_is_refused_for_ever_becomes_a_text(team, gateway, mail):
    mail.manner = MailManner.REFUSE_RECIPIENT
    key = owed_to(a_case(team, email=ADDRESS, phone=NUMBER))
    delivery.drain()
    assert len(gateway.texts) == 1
    assert roads_of(key) == [("email", Outcome.REFUSED)]


def test_a_text_that_is_refused_becomes_a_mail_where_texts_come_first(team, gateway, mail):
    gateway.manner = Manner.REFUSE
    key = owed_to(a_case(team, email=ADDRESS, phone=NUMBER, chosen={"may_text": True, "first_way": Way.SMS}))
    delivery.drain()
    assert len(mail.to(ADDRESS)) == 1
    assert row_of(key).last_error == "refused 422 bad_number"
    assert row_of(f"{key}:email").state(engage_clock.utcnow()) is NoticeState.SENT


def test_where_the_person_left_the_next_road_meanwhile_somebody_goes(team, gateway, mail):
    reference = a_case(team, email=ADDRESS, phone=NUMBER)
    key = owed_to(reference)
    with unit_of_work():
        undelivered.bounced(row_of(key).id, "5.1.1")
    choose(reference, may_text=False)
    delivery.drain()
    assert gateway.texts == []
    assert row_of(f"{key}:sms").last_error == "refused road"
    assert len(errands()) == 1


def test_a_link_to_a_new_code_goes_by_no_other_road(team, gateway, mail):
    mail.manner = MailManner.REFUSE_RECIPIENT
    reference = a_case(team, email=ADDRESS, phone=NUMBER)
    a_notice(reference, template="code_link", context={"link_id": str(a_link_to_code(reference))})
    delivery.drain()
    delivery.drain()
    assert (gateway.texts, errands()) == ([], [])


def test_a_person_without_mail_gets_no_link_to_a_new_code(team, gateway):
    reference = a_case(team)
    key = a_notice(reference, template="code_link", context={"link_id": str(a_link_to_code(reference))})
    delivery.drain()
    assert (gateway.texts, row_of(key).road) == ([], "withheld")


def test_where_word_stands_on_the_page_alone_a_slip_tells_of_it_if_the_person_agreed(team):
    reference = states.a_case(team.site_id)
    choose(reference, on_board=True)
    forget_notices()
    first, second = owed_to(reference), owed_to(reference)
    assert [row_of(key).road for key in (first, second)] == ["case", "case"]
    assert [one.road for one in errands()] == ["board"]
    assert not case_of(reference).could_not_reach


def test_of_a_restricted_case_nothing_hangs_on_a_board(team):
    reference = states.a_case(team.site_id)
    choose(reference, on_board=True)
    forget_notices()
    with unit_of_work():
        case_of(reference).class_ = CaseClass.RESTRICTED
    key = owed_to(reference)
    assert (row_of(key).road, errands()) == ("case", [])


def test_burning_the_contact_forgets_the_choices_and_the_number_that_was_written_to(team, gateway):
    reference = a_case(team)
    owed_to(reference)
    assert db.session.scalars(select(SmsThread.case_id)).all() == [case_of(reference).id]
    with unit_of_work():
        contact.burn(case_of(reference), actor=person_of(reference), name_too=False)
    assert db.session.scalars(select(SmsThread)).all() == []
    assert db.session.scalars(select(ContactPreference)).all() == []


def test_a_text_to_a_number_that_was_left_belongs_to_the_case_no_more(team, gateway):
    reference = a_case(team)
    owed_to(reference)
    with unit_of_work():
        contact.set_contact(
            case_of(reference),
            identity=Identity.NAMED,
            road=Road.DIRECT,
            values=Values(phone="+381641234568"),
            actor=person_of(reference),
        )
    assert db.session.scalars(select(SmsThread)).all() == []
