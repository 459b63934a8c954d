"""Every mail in every language, with the longest, strangest and emptiest values that can come."""

import re
from email import message_from_bytes, policy

import html5lib
import pytest

from engage.domain.message_checks import MOST_IN_SUBJECT, Words, problems
from engage.domain.messages_file import Form
from engage.notify import messages
from engage.notify.addressing import Letter
from engage.notify.rendering import render
from engage.notify.writing import direction_of, write
from tests.notify.letters import ADDRESS, SAMPLE
from tests.notify.test_rendering import MAILS, a_claim, html_of, text_of

TABLE = messages.table()
FREE = (Form.TEXT, Form.CODE, Form.COUNT, Form.LIST)
EXTREMES = {
    "long": "Long " * 40,
    "one word": "x" * 200,
    "hebrew": "שדה המכרה הישן (צפון)",
    "arabic with digits": "منجم 12-ب",
    "emoji": "👩‍🌾🏳️‍🌈 ⛏️" * 10,
    "combining": "Z\u0351\u036b\u0343" * 50,
    "markup": "</p><script>alert('1')</script><img src=x onerror=alert(1)>&amp;\"'",
    "lines": "one\r\nBcc: thief@elsewhere.example\r\n\r\n<b>two\u2028three",
    "control": "a\x00b\x1bc\x7fd\x85e",
    "turning": "\u202eabc\u2066def\u2069\u202c",
    "surrogate": "\ud800x",
    "template": "{{ link }}{% raw %}{{ 7 * 7 }}",
}
# In files and lists that are longer than any of ours.
DATES = [{"promise": "no_such_promise", "due_at": "2026-03-06T23:30:00+00:00"}] * 40


def extreme(words: str) -> dict[str, object]:
    """Every value that somebody can type is these words; what may be missing has them, too."""
    free = {value.source for value in TABLE.values.values() if value.form in FREE}
    lists = {value.source for value in TABLE.values.values() if value.form is Form.LIST}
    return {**SAMPLE, **{name: [words] * 5 if name in lists else words for name in free}, "dates": DATES}


def written(template, locale, values):
    mail = render(a_claim(template), Letter(ADDRESS, template, locale, values))
    return message_from_bytes(mail.as_bytes(), policy=policy.default)


@pytest.mark.slow
@pytest.mark.parametrize("words", EXTREMES.values(), ids=EXTREMES)
@pytest.mark.parametrize("locale", messages.locales())
def test_every_mail_stays_whole_whatever_its_values_are(app, locale, words):
    with app.app_context():
        for template in TABLE.messages:
            mail = written(template, locale, extreme(words))
            assert mail["Bcc"] is None
            assert len(mail["Subject"].splitlines()) == 1
            text, html = text_of(mail), html_of(mail)
            page = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)
            names = {one.tag for one in page.iter() if isinstance(one.tag, str)}
            assert names <= {
                *("html", "head", "meta", "title", "style", "body", "main", "footer"),
                *("p", "ul", "li", "a", "bdi", "br", "pre"),
            }
            assert all(one.get("href").startswith("https://localhost/") for one in page.iter("a"))
            for part in (text, html):
                assert "None" not in part
                assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e]", part)
            assert text.count("\u2069") == text.count("\u2066") + text.count("\u2068")
            assert max(len(line) for line in mail.as_bytes().splitlines()) <= 998  # RFC 5322, 2.1.1


@pytest.mark.parametrize(("template", "locale"), MAILS)
def test_every_mail_can_do_without_what_may_be_missing(app, template, locale):
    bare = {value.source: "" for value in TABLE.values.values() if value.may_be_missing}
    given = {**SAMPLE, **bare, "avenues": [], "dates": []}
    with app.app_context():
        mail = written(template, locale, given)
    for part in (text_of(mail), html_of(mail)):
        assert "None" not in part
        assert "()" not in part
        assert "{{" not in part
        assert "  " not in re.sub(r"<style>.*</style>", "", part, flags=re.DOTALL)
    assert re.search(r"\n\n\n", text_of(mail)) is None


@pytest.mark.parametrize(("template", "locale"), MAILS)
def test_shipped_words_could_be_saved(template, locale):
    facts = TABLE.messages[template]
    assert problems(messages.shipped(template, locale), facts, TABLE) == []


def test_every_message_has_its_words_and_all_words_have_their_message():
    assert {template for template, _ in MAILS} == set(TABLE.messages)
    for locale in messages.locales():
        assert set(messages.blocks(locale)) == set(TABLE.blocks)


def test_a_mail_says_which_way_it_runs_and_that_it_may_be_dark(app):
    with app.app_context():
        for locale in messages.locales():
            page = html5lib.parse(html_of(written("case_acknowledged", locale, SAMPLE)), namespaceHTMLElements=False)
            assert page.get("dir") == page.find("body/main").get("dir") == direction_of(locale)
            assert [one.get("content") for one in page.iter("meta") if one.get("name") == "color-scheme"] == [
                "light dark"
            ]
            assert "prefers-color-scheme: dark" in page.find("head/style").text


def test_a_mail_loads_nothing(app):
    with app.app_context():
        for template in TABLE.messages:
            html = html_of(written(template, "en", SAMPLE))
            assert not re.search(r"<(img|link|script|iframe|object|video)\b|url\(|@import|\ssrc=", html)


def test_a_value_that_its_table_does_not_allow_is_not_seen(app):
    facts = TABLE.messages["something_new"]
    with pytest.raises(LookupError):
        write(facts, Words("x", "{{ reference }}"), SAMPLE, "en")


def test_words_for_a_text_message_are_written_by_the_same_road(tmp_path, monkeypatch):
    folder = tmp_path / "email" / "case_news" / "en"
    folder.mkdir(parents=True)
    for name, said in (("subject", "News"), ("body", "{{ link }}"), ("sms", "News in {{ reference }}: {{ link }}")):
        (folder / f"{name}.txt").write_text(said)
    blocks = messages.blocks("en")
    monkeypatch.setattr(messages, "TEMPLATES", tmp_path)
    assert blocks is messages.blocks("en")
    words = messages.shipped("case_news", "en")
    facts = TABLE.messages["case_news"]
    assert problems(words, facts, TABLE) == []
    assert write(facts, words, SAMPLE, "en").sms == "News in BOR-26-7K3QX: https://localhost/case"
    assert [one.part for one in problems(Words("a", "{{ link }}", "{{ oops }}"), facts, TABLE)] == ["sms"]


def test_a_subject_of_ours_fits_on_a_phone():
    assert max(len(messages.shipped(template, "en").subject) for template in TABLE.messages) < MOST_IN_SUBJECT / 2
