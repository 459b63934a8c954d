"""What looks like a program's, a copy's or another site's, and is somebody's concern all the same, is read."""

import pytest

from engage.domain.received_mail import MailState, Outcome
from tests.inbound.mails import (
    INBOX,
    NEIGHBOUR,
    SITE,
    a_case_by_mail,
    a_mail,
    came,
    item_of,
    notice_of,
)

HELP = "My complaint to the office came back. The water is brown, please help."
STATUS = b"Reporting-MTA: dns; mx.example.org\n\nFinal-Recipient: rfc822; office@mine.example\nAction: failed\n"


def without_id(words: str, *, to: str, **headers: str) -> bytes:
    """A mail as a small program writes it, which gives it no Message-ID."""
    raw = a_mail(words, to=to, **headers)
    return b"\n".join(line for line in raw.split(b"\n") if not line.startswith(b"Message-ID:"))


def with_a_report(*, sender: str = NEIGHBOUR, **headers: str) -> bytes:
    """A person's mail with the delivery report that they got, as their program attaches it."""
    raw = a_mail(HELP, to=SITE, sender=sender, files=[("report", "text/plain", b"x")], **headers)
    head, _, _ = raw.rpartition(b"Content-Type: text/plain")
    closing = raw.rstrip().rpartition(b"\n")[2]
    return head + b"Content-Type: message/delivery-status\n\n" + STATUS + b"\n" + closing + b"\n"


def test_who_passes_on_that_their_complaint_came_back_is_read_by_somebody(team):
    mail = came(with_a_report())
    assert (mail.state, mail.outcome, mail.why) == (MailState.PEN, None, "passed_on_report")
    assert item_of(mail).words == HELP


@pytest.mark.parametrize("by", [{"return_path": "<>"}, {"sender": "MAILER-DAEMON@mx.example.org"}], ids=str)
def test_a_report_of_a_server_that_packs_it_in_its_own_way_is_one(team, by):
    assert came(with_a_report(**by)).outcome is Outcome.REPORT


def test_a_provider_that_counts_complaints_about_its_users_makes_no_list_of_them(team):
    feedback = "1.eu-west-1.abc=:AmazonSES"
    assert came(a_mail("Dust.", to=SITE, feedback_id=feedback)).outcome is Outcome.CASE_MADE
    assert came(a_mail("Dust.", to=INBOX, feedback_id=feedback)).state is MailState.PEN
    listed = a_mail("Buy now.", to=INBOX, feedback_id=feedback, list_id="<news.example.org>")
    assert came(listed).outcome is Outcome.IGNORED


@pytest.mark.parametrize("headers", [{"precedence": "bulk"}, {"list_id": "<people.example.org>"}], ids=str)
def test_an_answer_by_a_list_that_is_known_by_its_references_is_read_by_somebody(team, headers):
    reference = a_case_by_mail(team.site_id)
    mail = came(a_mail("Still brown.", in_reply_to=f"<{notice_of(reference).id}@engage.test>", **headers))
    assert (mail.state, item_of(mail).words) == (MailState.PEN, "Still brown.")
