"""What no human wrote is recorded and never answered; what a mail server reports is noted on its notice."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.domain.policy import Role
from engage.domain.received_mail import MailState, Outcome
from engage.extensions import db
from engage.models import Attachment, CaseEvent, Errand, Message, OutboxMessage, Recipient
from engage.queries import pen
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
    answer_to,
    bounce_of,
    came,
    item_of,
    messages_of,
    notice_of,
    notices,
    seen_by,
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
    for to, references in ((INBOX, {}), (bounce_of(sent), {"in_reply_to": f"<{sent.id}@engage.test>"})):
        mail = came(a_mail("Buy now.", to=to, **references, **headers))
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


BY_MACHINE = [{"auto_submitted": "auto-generated"}, {"x_auto_response_suppress": "All"}]
TICKET = "Ticket 77: our well is dry. The neighbours of the pit."


@pytest.mark.parametrize("headers", BY_MACHINE, ids=lambda headers: next(iter(headers)))
def test_what_somebody_typed_into_a_form_or_ticket_of_others_is_read_by_somebody(team, headers):
    files = [("seen.txt", "text/plain", b"Seen.")]
    for to in (SITE, INBOX):
        mail = came(a_mail(TICKET, to=to, subject="[Ticket 77]", files=files, **headers))
        assert (mail.state, item_of(mail).words) == (MailState.PEN, TICKET)
        assert item_of(mail).troubles == ["auto_reply"]
    assert {one.template for one in notices()} == {"mail_to_sort"}
    assert db.session.scalars(select(states.Case)).all() == []
    of_all = states.staff((Role.COORDINATOR, None))
    with unit_of_work():
        deciding.make_case(mail.id, "BOR", actor=of_all)
    processing.process_due()
    assert len(db.session.scalars(select(Attachment)).all()) == 1


@pytest.mark.parametrize("headers", BY_MACHINE, ids=lambda headers: next(iter(headers)))
def test_what_a_machine_answers_to_a_notice_of_ours_is_recorded_and_nobody_looks(team, sent, headers):
    before = len(notices())
    ours, gone = f"<{sent.id}@engage.test>", f"<{'0' * 8}-{'0' * 4}-4000-8000-{'0' * 12}@engage.test>"
    for to, references in (
        *((to, {}) for to in (answer_to(sent), bounce_of(sent))),
        *((SITE, {"in_reply_to": one}) for one in (ours, gone)),
    ):
        mail = came(a_mail("We are closed until Monday.", to=to, **references, **headers))
        assert (mail.state, mail.outcome) == (MailState.DONE, Outcome.IGNORED)
    assert len(notices()) == before


def test_a_machine_that_answers_a_notice_which_is_gone_is_recorded_and_nobody_looks(team, sent):
    address = answer_to(sent)
    with unit_of_work():
        db.session.delete(db.session.get_one(OutboxMessage, sent.id))
    assert came(a_mail("Closed.", to=address, auto_submitted="auto-generated")).outcome is Outcome.IGNORED


def test_a_machine_that_speaks_of_a_survivors_case_is_read_by_her_focal_points_alone(team):
    reference = a_case_by_mail(team.site_id, harms_child=True)
    mail = came(a_mail(f"Ticket about {reference}.", to=SITE, auto_submitted="auto-generated"))
    assert (mail.state, mail.is_restricted, seen_by(team.coordinator)) == (MailState.PEN, True, [])


def test_a_machine_that_writes_every_minute_is_listed_behind_everybody_else_and_loses_nobody(
    clock, team, change_settings
):
    change_settings(MAIL_CASES_PER_HOUR=2)
    cron = {"sender": "cron@machine.example.net", "auto_submitted": "auto-generated"}
    for number in range(6):
        came(a_mail(f"Disk {number}", to=SITE, **cron))
        clock.advance(timedelta(minutes=1))
    came(a_mail(f"What about {states.a_case(team.site_id)}?", to=SITE, sender="person@example.org"))
    listed = [one.item for one in pen.waiting(team.coordinator)]
    assert [one.words[:6] for one in listed] == ["Disk 0", "Disk 1", "What a", "Disk 2", "Disk 3", "Disk 4", "Disk 5"]
    assert [one.troubles[0] for one in listed] == ["auto_reply"] * 2 + ["known"] + ["many_from_one"] * 4
    told = [one for one in notices() if one.template == "mail_to_sort" and one.user_id == team.coordinator.id]
    assert len(told) == 1
    clock.advance(timedelta(hours=1))
    assert item_of(came(a_mail("Disk 6", to=SITE, **cron))).troubles == ["auto_reply"]


def test_forms_without_a_sender_count_by_the_server_that_sent_them(clock, team, change_settings):
    change_settings(MAIL_CASES_PER_HOUR=1)
    for server, trouble in (("a", "auto_reply"), ("b", "auto_reply"), ("a", "many_from_one")):
        form = {"sender": "noreply@example.net", "return_path": f"<form@{server}.example.net>"}
        assert item_of(came(a_mail(to=SITE, auto_submitted="auto-generated", **form))).troubles[0] == trouble


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
