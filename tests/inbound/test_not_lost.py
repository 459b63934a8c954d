"""What looks like a program's, a copy's or another site's, and is somebody's concern all the same, is read."""

from datetime import timedelta

import pytest

from engage.domain.received_mail import MailState, Outcome
from engage.extensions import db
from engage.models import Case, Site
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from tests import states
from tests.inbound.mails import (
    INBOX,
    NEIGHBOUR,
    SITE,
    a_case_by_mail,
    a_mail,
    answer_to,
    came,
    item_of,
    messages_of,
    notice_of,
    row_of,
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


def test_any_news_asked_a_month_later_is_a_second_message_though_the_program_gives_no_ids(clock, team):
    reference = a_case_by_mail(team.site_id)
    address = answer_to(notice_of(reference))
    first = without_id("Any news?", to=address)
    came(first)
    came(b"Received: by another door\r\n" + first)
    assert len(messages_of(reference)) == 1
    clock.advance(timedelta(days=30))
    came(without_id("Any news?", to=address))
    assert [one.words for one in messages_of(reference)] == ["Any news?"] * 2


def test_of_mails_with_neither_an_id_nor_a_date_none_is_taken_for_another(team):
    reference = a_case_by_mail(team.site_id)
    raw = without_id("Any news?", to=answer_to(notice_of(reference)))
    raw = b"\n".join(line for line in raw.split(b"\n") if not line.startswith(b"Date:"))
    came(raw)
    came(b"Received: a month later\r\n" + raw)
    assert len(messages_of(reference)) == 2


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


def another_site(*, is_open: bool = True) -> str:
    """A site whose code sorts before that of the team; returns its address."""
    site_id = states.Team("AAA").site_id
    with unit_of_work():
        site = db.session.get_one(Site, site_id)
        site.mail_address, site.is_open = "aaa@mine.example.com", is_open
    return "aaa@mine.example.com"


def test_a_concern_comes_to_the_site_that_it_was_sent_to_and_not_to_one_in_its_copies(team):
    mail = came(a_mail("Dust.", to=SITE, cc=another_site()))
    assert db.session.get_one(Case, mail.case_id).site_id == team.site_id
    plus = came(a_mail("Noise.", to="concerns+bor@engage.test", cc="concerns+aaa@engage.test"))
    assert db.session.get_one(Case, plus.case_id).site_id == team.site_id


def test_whom_the_server_was_told_counts_before_what_stands_in_the_mail(team):
    mail = came(a_mail("Dust.", to=another_site(), cc=SITE), SITE)
    assert db.session.get_one(Case, mail.case_id).site_id == team.site_id


def test_a_site_that_is_closed_stands_behind_an_open_one_in_the_copies(team):
    mail = came(a_mail("Dust.", to=another_site(is_open=False), cc=SITE))
    assert db.session.get_one(Case, mail.case_id).site_id == team.site_id


def test_the_largest_mail_that_the_shipped_settings_take_is_read_to_its_end(team):
    rows = settings().MAIL_MAX_BYTES // 1024 - 8
    film = ("film.mp4", "application/octet-stream", b"\0" * (rows * 1024 * 57 // 78))
    mail = row_of(came(a_mail("The water is brown.", to=INBOX, files=[film])).id)
    assert mail.size > 36 * 1024 * 1024
    assert item_of(mail).words == "The water is brown."
