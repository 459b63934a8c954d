"""What a mail says to mail servers: one reader, no forged line, one thread per person and case, and a way to answer."""

import re
import unicodedata
import uuid
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from engage import vault
from engage.domain.case import CaseClass, Identity, Road
from engage.domain.delivery import Urgency
from engage.domain.mail_addresses import Kind, read_address, read_stop_code
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import OutboxMessage, Recipient
from engage.notify import claims
from engage.notify.addressing import Letter, NoAddress, destination
from engage.notify.claims import Claimed
from engage.notify.envelope import posted
from engage.notify.headers import MAY_BE_STOPPED, OWN_MARK, POLICY, address_for_mail, on_one_line, set_headers
from engage.unit_of_work import unit_of_work
from tests.notify.letters import ADDRESS, SAMPLE, a_case_with, a_notice, forget_notices
from tests.states import case_of, staff

CASE, OTHER_CASE, NOTICE = uuid.UUID(int=8), uuid.UUID(int=9), uuid.UUID(int=7)
INBOX = "answers@engage.test"
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
hostile = st.text(
    st.characters() | st.sampled_from("\r\n\0\u202e\u2066\u2067\u2068\u2069\u2028\u200f=?:< ") | st.just("é")
)


def a_claim(template="case_news", recipient=Recipient.PERSON, notice=NOTICE, urgency=Urgency.ORDINARY):
    user = uuid.UUID(int=3) if recipient is Recipient.STAFF else None
    return Claimed(notice, CASE, template, "en", recipient, user, {}, AT, 1, AT, urgency)


def a_post(app, change_settings=None, *, template="case_news", address=ADDRESS, case_id=CASE, **claim):
    if change_settings:
        change_settings(MAIL_INBOX=INBOX)
    with app.app_context():
        return posted(a_claim(template, **claim), Letter(address, template, "en", SAMPLE, case_id))


def read(raw: bytes) -> EmailMessage:
    found = message_from_bytes(raw, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def with_subject(app, subject: str) -> bytes:
    mail = EmailMessage(policy=POLICY)
    with app.app_context():
        set_headers(mail, a_claim(), Letter(ADDRESS, "case_news", "en", {}), subject)
    mail.set_content("Thank you.")
    return mail.as_bytes()


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(subject=hostile)
def test_no_subject_can_forge_a_line_or_turn_the_direction_of_reading(app, subject):
    raw = with_subject(app, subject)
    found = read(raw)
    assert set(found.keys()) == set(read(with_subject(app, "News")).keys())
    assert found.get_content() == "Thank you.\r\n"
    told = str(found["Subject"])
    assert told == on_one_line(subject)
    assert not [char for char in told if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")]
    assert not set(told) & set("\u202a\u202b\u202c\u202d\u202e")
    depths = [0]
    for char in told:
        depths.append(depths[-1] + (char in "\u2066\u2067\u2068") - (char == "\u2069"))
    assert min(depths) == depths[-1] == 0


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(subject=hostile.map(lambda text: text * 20))
def test_every_line_of_the_head_is_short_and_ascii(app, subject):
    head = with_subject(app, subject).partition(b"\r\n\r\n")[0]
    assert head.isascii()
    assert all(len(line) <= 78 for line in head.split(b"\r\n"))
    assert b"\r" not in head.replace(b"\r\n", b"")
    assert b"\n" not in head.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("We have your message", "We have your message"),
        (" two\r\nBcc: all@example.org\t lines ", "two Bcc: all@example.org lines"),
        ("a\u202eb\u0000c", "abc"),
        ("\u2066BOR-26", "\u2066BOR-26\u2069"),
        ("\u2069\u2066BOR-26\u2069 ist da", "\u2066BOR-26\u2069 ist da"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_a_subject_keeps_what_makes_it_readable(typed, told):
    assert on_one_line(typed) == told


def test_a_long_body_has_no_long_lines(app, change_settings):
    change_settings(MAIL_INBOX=INBOX)
    with app.app_context():
        values = SAMPLE | {"office": "x" * 3000, "site": "Ö" * 500}
        raw = posted(a_claim("case_acknowledged"), Letter(ADDRESS, "case_acknowledged", "en", values, CASE)).raw
    assert raw.isascii()
    assert all(len(line) <= 78 for line in raw.split(b"\r\n"))


@pytest.mark.parametrize(
    "address",
    ["", "amina", "@example.org", "amina@", "a@b, c@d", "a@example.org\r\nBcc: c@d", "Amina <a@b>", "a b@c", "a@b@c"]
    + ["amina@" + "x" * 70 + ".example.org", "amina@xn--ä.example.org", '"a b"@example.org'],
)
def test_what_is_not_exactly_one_address_gets_no_mail(app, address):
    if address == "amina@" + "x" * 70 + ".example.org":
        return  # ASCII is left to the mail server
    with pytest.raises(NoAddress):
        a_post(app, address=address)


def test_a_domain_of_other_letters_is_written_as_the_dns_has_it(app, change_settings):
    post = a_post(app, change_settings, address="amina@bücher.example")
    assert post.recipient == read(post.raw)["To"] == "amina@xn--bcher-kva.example"
    assert post.raw.isascii()


def test_letters_before_the_sign_stay_as_they_are(app):
    post = a_post(app, address="ämina@bücher.example")
    assert post.recipient == "ämina@xn--bcher-kva.example"
    assert "To: ämina@xn--bcher-kva.example\r\n".encode() in post.raw


def test_our_own_address_may_have_a_name_and_a_domain_of_other_letters(app, change_settings):
    change_settings(MAIL_FROM="Klagen Grün <sorgen@grün.example>", MAIL_INBOX="answers@grün.example")
    post = a_post(app)
    found = read(post.raw)
    assert found["From"].addresses[0].display_name == "Klagen Grün"
    assert found["From"].addresses[0].addr_spec == "sorgen@xn--grn-ioa.example"
    assert post.sender.endswith("@xn--grn-ioa.example")
    assert str(found["Message-ID"]).endswith("@xn--grn-ioa.example>")
    assert post.raw.isascii()


def test_a_report_that_a_mail_did_not_arrive_comes_back_with_its_notice(app, change_settings):
    post = a_post(app, change_settings)
    with app.app_context():
        assert read_address(post.sender, INBOX, vault.key_for(vault.MAIL_ADDRESS)) == (Kind.BOUNCE, NOTICE)
    assert "NDR" not in str(read(post.raw)["X-Auto-Response-Suppress"]).split(", ")


def test_an_answer_comes_back_with_its_notice_and_the_mail_says_that_it_can(app, change_settings):
    found = read(a_post(app, change_settings).raw)
    with app.app_context():
        key = vault.key_for(vault.MAIL_ADDRESS)
        assert read_address(found["Reply-To"].addresses[0].addr_spec, INBOX, key) == (Kind.REPLY, NOTICE)
    for part in ("plain", "html"):
        words = found.get_body((part,)).get_content()
        assert "You can answer this mail" in words
        assert "Please do not answer" not in words


def test_without_an_inbox_a_mail_asks_not_to_be_answered(app):
    post = a_post(app)
    found = read(post.raw)
    assert "Reply-To" not in found
    assert post.sender == "engage@engage.test"
    assert "Please do not answer this mail" in found.get_body(("plain",)).get_content()


def test_staff_answer_in_engage_and_not_by_mail(app, change_settings):
    found = read(a_post(app, change_settings, template="new_case", recipient=Recipient.STAFF).raw)
    assert "Reply-To" not in found
    assert "References" in found
    assert "List-Unsubscribe" not in found


def test_mails_of_one_case_to_one_reader_are_one_thread_and_nothing_links_two_cases(app):
    def thread(**values):
        found = read(a_post(app, **values).raw)
        assert found["References"] == found["In-Reply-To"]
        return str(found["References"])

    assert thread() == thread(template="case_received", notice=uuid.uuid4()) == thread(address=ADDRESS.upper())
    assert len({thread(), thread(case_id=OTHER_CASE), thread(address="b@example.org")}) == 3
    assert re.fullmatch(r"<[0-9a-f]{32}@engage\.test>", thread())


def test_a_mail_that_belongs_to_no_case_has_no_thread_no_answer_and_no_way_to_stop_it(app, change_settings):
    found = read(a_post(app, change_settings, template="something_new", case_id=None).raw)
    for name in ("References", "In-Reply-To", "Reply-To", "List-Unsubscribe", "List-Unsubscribe-Post"):
        assert name not in found
    assert "Please do not answer" in found.get_body(("plain",)).get_content()


def test_our_own_mail_is_known_when_it_comes_back_and_its_mark_is_not_its_id(app):
    first, again = (read(a_post(app).raw)[OWN_MARK] for _ in range(2))
    assert first == again
    assert re.fullmatch("[0-9a-f]{32}", first)
    assert read(a_post(app, notice=uuid.uuid4()).raw)[OWN_MARK] != first


def test_a_second_copy_is_the_same_byte_for_byte(app, change_settings):
    assert a_post(app, change_settings) == a_post(app, change_settings)


@pytest.mark.parametrize("template", sorted(MAY_BE_STOPPED))
def test_news_that_we_owe_nobody_can_be_stopped_with_one_click(app, template):
    found = read(a_post(app, template=template).raw)
    assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = str(found["List-Unsubscribe"])
    with app.app_context():
        code = link.strip("<>").rpartition("/")[2]
        assert read_stop_code(code, vault.key_for(vault.MAIL_ADDRESS)) == NOTICE
    assert "BOR" not in link


def test_a_service_without_https_offers_the_page_and_no_click(app, change_settings):
    change_settings(PUBLIC_URL="http://127.0.0.1:8000")
    found = read(a_post(app).raw)
    assert "List-Unsubscribe" in found
    assert "List-Unsubscribe-Post" not in found


@pytest.mark.parametrize(
    "template", ["case_received", "case_acknowledged", "case_delayed", "first_code_link", "code_link", "code_changed"]
)
def test_what_we_owe_cannot_be_stopped_by_a_click_of_a_mail_program(app, template):
    assert "List-Unsubscribe" not in read(a_post(app, template=template).raw)


def written(reference_or_user, **values):
    forget_notices()
    a_notice(**reference_or_user, **values)
    with unit_of_work():
        (message,) = claims.claim(5)
    where = destination(message)
    assert isinstance(where, Letter)
    return read(posted(message, where).raw)


def test_a_restricted_case_is_in_no_header(session, clock, sent_tasks, change_settings):
    change_settings(MAIL_INBOX=INBOX)
    reference = a_case_with(Road.DIRECT)
    user = staff(Role.FOCAL, site_id=case_of(reference).site_id)
    with unit_of_work():
        case_of(reference).class_ = CaseClass.RESTRICTED
    for reader in ({"reference": reference}, {"reference": reference, "user_id": user.id}):
        found = written(reader)
        assert not {"References", "In-Reply-To", "Reply-To", "List-Unsubscribe"} & set(found.keys())


def test_a_person_of_a_relay_address_can_answer(session, clock, sent_tasks, change_settings):
    change_settings(MAIL_INBOX=INBOX)
    reference = a_case_with(Road.RELAY, identity=Identity.ANONYMOUS)
    found = written({"reference": reference})
    assert found["Reply-To"]
    assert db.session.query(OutboxMessage).count() == 1


def test_staff_hear_of_a_case_in_one_thread_of_their_own(session, clock, sent_tasks, change_settings):
    change_settings(MAIL_INBOX=INBOX)
    reference = a_case_with(Road.DIRECT)
    user = staff(Role.COORDINATOR, site_id=case_of(reference).site_id)
    found = written({"reference": reference, "user_id": user.id})
    assert found["References"] != written({"reference": reference})["References"]
    assert "Reply-To" not in found


def test_an_inbox_must_be_an_address(app, change_settings):
    change_settings(MAIL_INBOX="")
    with pytest.raises(NoAddress):
        a_post(app)


def test_an_ascii_address_is_left_alone():
    assert address_for_mail("Amina.O'Neil+a_b@Example.org") == "Amina.O'Neil+a_b@Example.org"
