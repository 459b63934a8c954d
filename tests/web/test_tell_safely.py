"""The safe form: help first, four facts that may all be left out, and a code."""

import html5lib
import pytest
from sqlalchemy import select

from engage import vault
from engage.extensions import db
from engage.models import LaneReport
from engage.settings import settings
from tests import states
from tests.browsing import visit
from tests.lane_states import WORDS
from tests.web.as_person import Person, words
from tests.web.in_lane import TELL, only_report, told


@pytest.fixture
def team(session, sent_tasks):
    vault.make_worker_keys(settings().VAR)
    return states.Team()


def test_help_leads_to_the_safe_form_and_the_form_for_concerns_offers_it_first(client, team):
    assert TELL in client.get("/s/BOR/help").text
    who = client.get("/s/BOR/raise/who", follow_redirects=True)
    assert who.status_code == 200
    visit(client, "/s/BOR/raise").submit(client, what_happened="Something.", send="later")
    opened = client.get("/s/BOR/raise/who").text
    assert opened.index("/s/BOR/help/tell") < opened.index("is_violence")


def test_help_and_the_limits_of_silence_stand_before_anything_is_asked(client, team):
    with_line = [{"name": "Helpline", "phone": "0800 1", "hours": "", "for": "violence"}]
    states.a_site("KOL", help_services=with_line)
    text = words(client.get("/s/KOL/help/tell"))
    order = ["0800 1", "the law makes us tell an authority", "In your own words", "Send"]
    assert [text.index(one) for one in order] == sorted(text.index(one) for one in order)
    assert 'type="file"' not in client.get("/s/KOL/help/tell").text
    assert 'name="name"' not in client.get("/s/KOL/help/tell").text


def test_nothing_at_all_needs_to_be_said(client, team):
    shown = told(client)
    assert shown.code
    report = only_report()
    assert report.site_id == team.site_id
    assert not report.for_other


def test_without_an_address_of_a_mine_one_can_be_chosen_or_none(client, team):
    told(client, "/help/tell", site="BOR")
    assert only_report().site_id == team.site_id
    shown = visit(client, "/help/tell").submit(client, site="")
    assert shown.code
    db.session.rollback()
    assert len(db.session.scalars(select(LaneReport.site_id)).all()) == 2


def test_a_double_click_and_a_reload_show_the_same_code(client, team):
    opened = visit(client, TELL)
    first, second = opened.submit(client, words=WORDS), opened.submit(client, words=WORDS)
    assert first.code == second.code
    assert only_report()


def test_other_words_sent_with_an_old_page_are_not_lost(client, team):
    opened = visit(client, TELL)
    opened.submit(client, words=WORDS)
    again = opened.submit(client, words="Something else")
    assert again.response.status_code == 422
    assert "not sent yet" in again.words
    assert again.fields()["words"] == "Something else"
    assert again.submit(client).code
    db.session.rollback()
    assert len(db.session.scalars(select(LaneReport.id)).all()) == 2


def test_a_code_that_was_used_is_not_shown_again(client, another_client, team):
    opened = visit(client, TELL)
    code = opened.submit(client, words=WORDS).code
    Person(another_client, code)
    again = opened.submit(client, words=WORDS)
    assert again.code is None
    assert "You sent it before" in again.words


def test_a_page_that_was_open_too_long_comes_back_with_what_was_typed(client, team):
    opened = visit(client, TELL)
    back = opened.submit(client, csrf_token="old", words=WORDS)
    assert back.response.status_code == 422
    assert back.fields()["words"] == WORDS
    tampered = opened.submit(client, token="x", words=WORDS)
    assert tampered.response.status_code == 422
    assert tampered.submit(client).code


def test_an_address_that_cannot_be_one_is_said_beside_its_field_and_nothing_is_lost(client, team):
    back = told(client, words=WORDS, road="relay", email="no address")
    assert back.errors == {"email": "Write the e-mail address like name@example.com."}
    assert back.fields()["words"] == WORDS
    missing = told(client, words=WORDS, road="relay")
    assert missing.errors == {"email": "Write the e-mail address, or choose the code."}
    for_other = told(client, words=WORDS, road="relay", email="a@people.example.org", who_for="other")
    assert for_other.errors == {"road": "You tell us about somebody else, so we send no word. Choose the code."}


def test_the_receipt_says_nothing_of_what_it_is_about_on_paper(client, team):
    shown = told(client, words=WORDS)
    root = html5lib.parse(shown.response.text, namespaceHTMLElements=False)
    assert root.findtext("./head/title") == "Keep this"
    printed = " ".join(next(one for one in root.iter("section") if one.get("class") == "app-print").itertext())
    assert WORDS not in printed
    assert "Come back on" in shown.words
