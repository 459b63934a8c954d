"""Every mail can be written in every language it has, and says nothing that a mail must not say."""

import uuid
from datetime import UTC, datetime

import html5lib
import pytest

from engage.domain.message_layout import MissingValue
from engage.models import Recipient
from engage.notify import messages
from engage.notify.addressing import Letter
from engage.notify.claims import Claimed
from engage.notify.messages import TEMPLATES, locale_of
from engage.notify.rendering import render
from tests.notify.letters import ADDRESS, SAMPLE

MAILS = sorted(
    (message.name, locale.name)
    for message in (TEMPLATES / "email").iterdir()
    if not message.name.startswith("_")
    for locale in message.iterdir()
)
NEUTRAL = ("item_for_you", "something_new", "late_count")


def a_claim(template="case_news"):
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    return Claimed(uuid.UUID(int=7), None, template, "en", Recipient.PERSON, None, {}, now, 1, now)


def mail(template="case_news", locale="en", address=ADDRESS, **values):
    return render(a_claim(template), Letter(address, template, locale, SAMPLE | values))


def text_of(message):
    return message.get_body(("plain",)).get_content()


def html_of(message):
    return message.get_body(("html",)).get_content()


@pytest.mark.parametrize(("template", "locale"), MAILS)
def test_every_mail_is_written_with_the_values_it_asks_for(app, template, locale):
    with app.app_context():
        written = mail(template, locale)
    assert written["Subject"]
    assert "\n" not in written["Subject"]
    for part in (text_of(written), html_of(written)):
        assert "{{" not in part
        assert "None" not in part
    html5lib.HTMLParser(strict=True).parse(html_of(written))
    assert "http" in text_of(written) or template in NEUTRAL


@pytest.mark.parametrize(("template", "locale"), MAILS)
def test_every_link_of_the_text_is_in_the_html_too(app, template, locale):
    with app.app_context():
        written = mail(template, locale)
    links = {word for word in text_of(written).split() if word.startswith("https://")}
    assert {link for link in links if f'href="{link}"' not in html_of(written)} == set()


@pytest.mark.parametrize("template", [template for template, locale in MAILS if locale == "en"])
def test_no_subject_to_the_person_names_their_case(app, template):
    with app.app_context():
        subject = mail(template)["Subject"]
    to_staff = messages.table().messages[template].audience == "staff"
    assert to_staff or "BOR-26-7K3QX" not in subject


@pytest.mark.parametrize("template", NEUTRAL)
def test_a_neutral_mail_names_no_case_and_no_site(app, template):
    with app.app_context():
        written = mail(template)
    for part in (written["Subject"], text_of(written), html_of(written)):
        assert "BOR" not in part


def test_confirming_receipt_says_everything_that_is_owed(app):
    """Source: domain R22."""
    with app.app_context():
        text = " ".join(text_of(mail("case_acknowledged")).split())
    for block in (
        "Your reference is BOR-26-7K3QX",
        "you came to us with a problem on Monday",
        "through this website, about Site BOR",
        "by Saturday",  # 23:30 in UTC is the next day at the site
        "Phone +1 555 0100 (8 to 17)",
        "you can appeal",
        "The ombudsman: +1 555 0199",
        "Nobody may punish you",
        "It costs you nothing, and you give up no right",
        "Somebody you trust may speak for you",
    ):
        assert block in text


def test_what_is_not_known_is_left_out_and_not_shown_as_a_gap(app):
    with app.app_context():
        text = text_of(mail("case_acknowledged", phone="", office="", site="", avenues=[], dates=[], channel="pigeon"))
    assert "Phone" not in text
    assert "Office" not in text
    assert "without asking us" not in text


def test_a_missing_value_is_an_error(app):
    with app.app_context(), pytest.raises(MissingValue):
        render(a_claim(), Letter(ADDRESS, "case_delayed", "en", {"time_zone": "UTC"}))


def test_a_message_that_has_no_template_is_an_error(app):
    with app.app_context(), pytest.raises(KeyError):
        mail("case_forgotten")


def test_markup_in_a_value_stays_text(app):
    with app.app_context():
        assert "<b>" not in html_of(mail("case_acknowledged", office="<b>gate</b>"))


def test_a_mail_carries_the_headers_that_keep_machines_from_answering_and_know_it_again(app):
    with app.app_context():
        first, second = mail(), mail()
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["Message-ID"] == second["Message-ID"] == f"<{uuid.UUID(int=7)}@engage.test>"
    assert first["To"] == ADDRESS
    assert first.as_bytes().isascii()


def test_an_address_outside_ascii_is_written_as_it_is(app):
    with app.app_context():
        assert mail(address="ämina@people.test")["To"] == "ämina@people.test"


def test_a_language_without_its_own_folder_is_written_in_english(app, tmp_path, monkeypatch):
    assert locale_of("case_news", "fr_CD") == "en"
    folder = tmp_path / "email" / "case_news" / "fr"
    folder.mkdir(parents=True)
    (folder / "body.txt").write_text("Bonjour")
    monkeypatch.setattr(messages, "TEMPLATES", tmp_path)
    assert locale_of("case_news", "fr_CD") == "fr"
    assert locale_of("case_news", "fr") == "fr"
