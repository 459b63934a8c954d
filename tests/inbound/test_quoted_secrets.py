"""Nobody reads in what a mail quotes where the person can be reached, or a link with which they could act as them."""

import pytest
from sqlalchemy import select

from engage import data_keys, vault
from engage.domain.case import Road
from engage.domain.policy import Role
from engage.extensions import db
from engage.models import Attachment, Case, CodeLink, Statement
from engage.notify import links
from engage.services.inbound import deciding, processing
from engage.unit_of_work import unit_of_work
from engage.vault import Unreadable
from tests import states
from tests.inbound.mails import (
    INBOX,
    NEIGHBOUR,
    SITE,
    STRANGER,
    a_case_by_mail,
    a_mail,
    answer_to,
    came,
    item_of,
    messages_of,
    notice_of,
)


def quoting(address: str = NEIGHBOUR, words: str = "Still brown.") -> str:
    """An answer as Outlook writes it, above the mail that we sent to an address."""
    return (
        f"{words}\n\nFrom: engage <engage@engage.test>\nSent: Monday, 2 March 2026 10:00\nTo: {address}\n"
        "Subject: There is news\n\nThere is news.\n"
    )


def test_who_answers_from_another_mailbox_shows_nobody_the_hidden_address_that_we_wrote_to(team):
    reference = a_case_by_mail(team.site_id)
    files = [(f"{NEIGHBOUR}.txt", "text/plain", b"Seen.")]
    came(a_mail(quoting(), sender=STRANGER, to=answer_to(notice_of(reference)), files=files))
    [message] = messages_of(reference)
    assert NEIGHBOUR not in f"{message.words}{message.whole}"
    assert "There is news" in str(message.whole)
    assert [one.name for one in db.session.scalars(select(Attachment))] == ["….txt"]


@pytest.mark.parametrize("road", [Road.RELAY, Road.DIRECT])
def test_nor_does_the_pen_show_it(team, road):
    reference = a_case_by_mail(team.site_id, road=road)
    mail = came(a_mail(quoting(), sender=STRANGER, in_reply_to=f"<{notice_of(reference).id}@engage.test>"))
    assert NEIGHBOUR not in item_of(mail).whole
    assert "There is news" in item_of(mail).whole
    named = came(a_mail(quoting(words=f"About {reference}"), sender=STRANGER, to=SITE))
    assert NEIGHBOUR not in item_of(named).whole


def test_nor_the_case_that_somebody_chooses_for_a_mail_of_which_nobody_knew_whose_it_is(team):
    reference = a_case_by_mail(team.site_id)
    chief = states.staff((Role.COORDINATOR, None))
    mail = came(a_mail(quoting(), sender=STRANGER))
    with unit_of_work():
        deciding.attach(mail.id, reference, from_person=False, actor=chief)
    processing.process_due()
    [message] = messages_of(reference)
    assert NEIGHBOUR not in f"{message.words}{message.whole}"


def test_whoever_can_be_reached_by_phone_alone_has_no_address_to_hide(team):
    reference = a_case_by_mail(team.site_id, email="", phone="+254711223344", road=Road.DIRECT)
    mail = came(a_mail(f"About {reference}", to=SITE))
    assert item_of(mail).words == f"About {reference}"


def test_an_address_that_no_key_opens_any_more_keeps_no_mail_back(team, monkeypatch):
    reference = a_case_by_mail(team.site_id)
    notice = notice_of(reference)

    def lost(*_: object) -> None:
        raise Unreadable("key")

    monkeypatch.setattr(data_keys, "opened_by_worker", lost)
    mail = came(a_mail("Still brown.", sender=STRANGER, to=answer_to(notice)))
    assert mail.message_id is not None


SPELT = (
    "neighbour@example.org",
    "NEIGHBOUR@Example.ORG",
    "neighbour+mine@example.org",
    "https://list.example.net/stop?u=neighbour%40example.org&n=1",
    "https://list.example.net/stop?u=neighbour%2Bmine%40example.org",
    "neighbour\uff20example.org",
)


@pytest.mark.parametrize("spelt", SPELT)
@pytest.mark.parametrize("sender", ["neighbour+mine@example.org", "neighbour@example.org"])
def test_however_a_mailbox_is_spelt_nobody_reads_it(team, spelt, sender):
    mail = came(a_mail(f"Dust.\n\n{spelt}", sender=sender))
    assert "neighbour" not in item_of(mail).whole.lower()


def test_a_link_to_make_a_code_that_somebody_quotes_opens_nothing_for_who_reads_it(team):
    case = db.session.get_one(Case, came(a_mail(to=SITE, subject="Water")).case_id)
    notice, reference = notice_of(case.reference, "first_code_link"), case.reference
    link = db.session.scalars(select(CodeLink).where(CodeLink.case_id == case.id)).one()
    token = vault.link_token(link.id)
    quote = f"> Make your code:\n> {links.use_code_link(token)}\n"
    quote = f"Thank you, I wait.\n\nOn Mon, 2 Mar 2026 at 10:00, engage <{INBOX}> wrote:\n{quote}"
    came(a_mail(quote, to=INBOX, in_reply_to=f"<{notice.id}@engage.test>"))
    [message] = messages_of(reference)
    assert token not in f"{message.words}{message.whole}"
    assert "Make your code" in str(message.whole)
    assert token not in item_of(came(a_mail(quote, sender=STRANGER))).whole
    again = came(a_mail(quote, to=SITE, sender=STRANGER))
    assert token not in db.session.get_one(Statement, again.case_id).what_happened


def test_the_address_to_which_a_person_answers_lets_nobody_who_reads_it_write_as_the_person(team):
    reference = a_case_by_mail(team.site_id)
    address = answer_to(notice_of(reference))
    came(a_mail(f"Still brown.\n\nOn Mon, 2 Mar 2026 engage <{address}> wrote:\n> News", to=address))
    [message] = messages_of(reference)
    assert address not in str(message.whole)
    assert "concerns+…@engage.test" in str(message.whole)
