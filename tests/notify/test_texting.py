"""A notice as a text message: short, plain, and without a word of what it is about."""

import uuid

import pytest

from engage import vault
from engage.domain.texts import parts_of
from engage.notify.destinations import Text
from engage.notify.messages import TEMPLATES
from engage.notify.texting import text_of
from tests.notify.letters import SAMPLE

WITH_WORDS = sorted(path.parts[-3] for path in (TEMPLATES / "email").glob("*/en/sms.txt"))
# As long as addresses are where people are written to.
LONG = SAMPLE | {
    "link": "https://concerns.example.org/case",
    "home": "https://concerns.example.org/",
    "inbox": "https://concerns.example.org/staff/",
    "confirm": f"https://concerns.example.org/case/address/{'x' * 32}",
}


def text(template, *, locale="en", is_shared=False, **values):
    return text_of(Text("+381641234567", template, locale, LONG | values, is_shared=is_shared))


def test_the_link_to_a_code_is_one_part_with_the_token_it_has(app):
    with app.app_context():
        token = vault.link_token(uuid.uuid4())
    said = text("code_link", link=f"https://concerns.example.org/case/link/{token}")
    assert parts_of(said) == 1
    assert said.endswith(f": https://concerns.example.org/case/link/{token}")


@pytest.mark.parametrize("template", WITH_WORDS)
def test_every_text_is_one_part_and_names_neither_reference_nor_site(template):
    said = text(template)
    assert parts_of(said) == 1
    assert "\n" not in said
    for secret in ("BOR-26-7K3QX", "Site BOR", "engage", "7K3Q"):
        assert secret not in said


def test_every_notice_to_a_person_has_words_for_a_text():
    bodies = (TEMPLATES / "email").glob("*/en/body.txt")
    to_people = {path.parts[-3] for path in bodies if "person.txt" in path.read_text("utf-8")}
    assert to_people - set(WITH_WORDS) == {"address_left", "case_erased"} & to_people


def test_a_message_without_words_of_its_own_is_said_by_the_neutral_one():
    assert (
        text("address_left") == "There is something new for you. Use your code here: https://concerns.example.org/case"
    )


def test_a_language_without_texts_is_written_to_in_english():
    assert text("case_news", locale="xx_YY") == text("case_news")


@pytest.mark.parametrize("template", WITH_WORDS)
def test_on_a_shared_phone_there_is_no_address_and_no_name(template):
    said = text(template, is_shared=True)
    assert "http" not in said
    assert said in (text("something_new", is_shared=True), "You get no more texts from this number.")
    assert text("something_new", is_shared=True) == "There is something new for you. You know where to look."


def test_the_word_of_the_person_stands_first():
    assert text("case_news", word="heron").startswith("heron: There is")
