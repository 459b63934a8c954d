"""What no human wrote is recorded and never answered; what a mail server reports is noted on its notice."""

import pytest
from sqlalchemy import select

from engage.domain.received_mail import MailState, Outcome
from engage.extensions import db
from engage.models import Attachment, CaseEvent, Errand, Message, OutboxMessage, Recipient
from engage.services import delivery
from engage.services.inbound import deciding, processing
from engage.unit_of_work import unit_of_work
from tests import states
from tests.inbound.mails import (
    INBOX,
    NEIGHBOUR,
    SITE,
    a_case_by_mail,
    a_mail,
    a_team,
    answer_to,
    bounce_of,
    came,
    item_of,
    messages_of,
    notice_of,
    notices,
)

REPORT = """From: MAILER-DAEMON@mx.example.org
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

This is the mail system. Your message could not be delivered.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; {neighbour}
Action: {action}
Status: {status}

--b1
Content-Type: text/rfc822-headers

From: engage@engage.test
To: {neighbour}
Message-ID: <{message_id}>

--b1--
"""


@pytest.fixture
def team(session):
    return a_team()


@pytest.fixture
def sent(team):
    """A notice that has left."""
    reference = a_case_by_mail(team.site_id)
    delivery.drain()
    return notice_of(reference)


def report(notice: OutboxMessage, *, to: str, action: str = "failed", status: str = "5.1.1") -> bytes:
    text = REPORT.format(
        to=to, neighbour=NEIGHBOUR, action=action, status=status, message_id=f"{notice.id}@engage.test"
    )
    return text.replace("\n", "\r\n").encode()


def fate_of(notice: OutboxMessage) -> tuple[bool, str | None]:
    row = db.session.get_one(OutboxMessage, notice.id, populate_existing=True)
    return row.bounced_at is not None, row.last_error


def test_a_report_of_failure_marks_the_notice_and_asks_a_human_to_go_and_knock(sent):
    mail = came(report(sent, to="postmaster@engage.test"), bounce_of(sent))
    assert (mail.outcome, mail.outbox_message_id) == (Outcome.REPORT, sent.id)
    assert fate_of(sent) == (True, "bounced 5.1.1")
    assert db.session.scalars(select(Errand)).one().outbox_message_id == sent.id


def test_a_report_names_its_notice_by_the_message_it_quotes(sent):
    came(report(sent, to="engage@engage.test"))
    assert fate_of(sent)[0]


def test_a_report_of_delay_or_arrival_bounces_nothing(sent):
    for action, status in (("delayed", "4.4.1"), ("delivered", "2.0.0")):
        assert came(report(sent, to=bounce_of(sent), action=action, status=status)).outcome is Outcome.REPORT
    assert fate_of(sent) == (False, None)


def test_a_report_on_something_that_is_not_ours_is_recorded_and_nothing_follows(sent):
    raw = report(sent, to="engage@engage.test").replace(str(sent.id).encode(), b"0" * 36)
    assert came(raw).outcome is Outcome.REPORT
    assert fate_of(sent) == (False, None)


def test_a_report_twice_is_one(sent):
    raw = report(sent, to=bounce_of(sent))
    came(raw)
    came(b"Received: from another\r\n" + raw)
    kinds = db.session.scalars(select(CaseEvent.kind)).all()
    assert kinds.count("NoticeUndeliverable") == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"auto_submitted": "auto-replied"},
        {"return_path": "<>"},
        {"x_engage_notice": "0123456789abcdef"},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_what_no_human_wrote_is_recorded_and_never_answered(team, sent, headers):
    before = len(notices())
    for to in (SITE, answer_to(sent), "concerns@engage.test"):
        mail = came(a_mail("I am away until Monday.", to=to, **headers))
        assert (mail.state, mail.outcome) == (MailState.DONE, Outcome.IGNORED)
    assert len(notices()) == before
    assert messages_of(states.case_of(db.session.get_one(states.Case, sent.case_id).reference).reference) == []


LISTS = [{"precedence": "bulk"}, {"list_id": "<people.example.org>"}]


@pytest.mark.parametrize("headers", LISTS, ids=lambda headers: next(iter(headers)))
def test_what_came_by_a_list_to_none_of_our_sites_is_recorded_and_nobody_looks(team, sent, headers):
    before = len(notices())
    for to in ("concerns@engage.test", bounce_of(sent)):
        mail = came(a_mail("Buy now.", to=to, in_reply_to=f"<{sent.id}@engage.test>", **headers))
        assert (mail.state, mail.outcome) == (MailState.DONE, Outcome.IGNORED)
    assert len(notices()) == before


@pytest.mark.parametrize("headers", LISTS, ids=lambda headers: next(iter(headers)))
def test_who_writes_to_a_site_or_answers_us_by_way_of_a_list_is_read_by_somebody(team, sent, headers):
    letters = {one.id for one in notices() if one.recipient is Recipient.PERSON}
    for to in (SITE, answer_to(sent)):
        mail = came(a_mail("The water is brown.", to=to, **headers))
        assert (mail.state, item_of(mail).words, item_of(mail).troubles) == (
            MailState.PEN,
            "The water is brown.",
            ["bulk"],
        )
    assert {one.id for one in notices() if one.recipient is Recipient.PERSON} == letters
    assert [one.template for one in notices()].count("mail_to_sort") > 0
    assert len(db.session.scalars(select(states.Case)).all()) == 1
    assert db.session.scalars(select(Message)).all() == []


def test_what_came_by_a_list_is_placed_by_hand_with_its_files(team, sent):
    files = [("seen.txt", "text/plain", b"Seen.")]
    mail = came(a_mail("The water is brown.", to=answer_to(sent), files=files, precedence="bulk"))
    reference = db.session.get_one(states.Case, sent.case_id).reference
    with unit_of_work():
        deciding.attach(mail.id, reference, from_person=True, actor=team.coordinator)
    processing.process_due()
    assert [one.words for one in messages_of(reference)] == ["The water is brown."]
    assert len(db.session.scalars(select(Attachment)).all()) == 1


LOOKS = {
    "challenge": ("Please confirm that you got this", "Black water runs past the school. Please confirm."),
    "absence": ("Vacation home cracked", "The house stands 300 m away from the pit and cracks at every blast."),
    "failure_words": ("Delivery failed, so again", "You were not reached: delivery failed, 5.1.1. My house cracks."),
}


@pytest.mark.parametrize("why", LOOKS)
def test_a_concern_in_the_words_of_a_program_is_read_by_somebody_and_placed_with_its_files(team, sent, why):
    subject, words = LOOKS[why]
    files = [("seen.txt", "text/plain", b"Seen.")]
    for to in (SITE, INBOX, answer_to(sent)):
        mail = came(a_mail(words, to=to, subject=subject, files=files))
        assert (mail.state, mail.why, item_of(mail).words) == (MailState.PEN, why, words)
    assert fate_of(sent) == (False, None)
    with unit_of_work():
        deciding.make_case(mail.id, "BOR", actor=team.coordinator)
    processing.process_due()
    assert len(db.session.scalars(select(Attachment)).all()) == 1


def test_a_neighbour_whose_address_has_our_domain_is_read_by_somebody(team):
    mail = came(a_mail(to=SITE, sender="driver@engage.test", message_id="<a.mail.of.mine@engage.test>"))
    assert (mail.state, mail.why, item_of(mail).troubles) == (MailState.PEN, "own_address", ["own"])


def test_a_server_that_reports_in_words_alone_at_the_address_of_reports_is_believed(sent):
    words = "Your mail could not be delivered to the address below: 550 5.1.1 unknown"
    mail = came(a_mail(words, to=bounce_of(sent), sender="admin@example.org", subject="Undeliverable: News"))
    assert (mail.outcome, mail.why) == (Outcome.REPORT, "failure_words")
    assert fate_of(sent)[0]


def test_words_at_the_address_of_reports_wait_for_a_human(sent):
    mail = came(a_mail("Your mail did not reach me.", to=bounce_of(sent)))
    assert mail.state is MailState.PEN
    assert item_of(mail).words == "Your mail did not reach me."


def test_something_that_is_no_mail_waits_for_a_human(team):
    for raw in (b"", b"\0\xff\xfe" * 99):
        mail = came(raw)
        assert (mail.state, mail.kind.value) == (MailState.PEN, "damaged")
