"""What an administrator may not save: words that name what they must not, or leave out what is owed."""

import tomllib

import pytest

from engage.domain.message_checks import (
    MOST_IN_BODY,
    MOST_IN_SUBJECT,
    MOST_PLACEHOLDERS,
    Problem,
    Words,
    WordsRefused,
    missing_blocks,
    problems,
)
from engage.domain.messages_file import read_messages
from engage.domain.sections import BadCatalogue
from tests.domain.conftest import DATA

DOCUMENT = (DATA / "messages.toml").read_text("utf-8")
TABLE = read_messages(tomllib.loads(DOCUMENT))
NEWS, ACKNOWLEDGED = TABLE.messages["case_news"], TABLE.messages["case_acknowledged"]
LATE, MORE_TIME = TABLE.messages["case_late"], TABLE.messages["more_time"]
R22 = {
    *("reference", "block_understood", "block_steps", "block_contact", "block_appeal", "block_avenues"),
    *("block_no_retaliation", "block_free", "block_representative"),
}
WHOLE = "\n\n".join(f"{{{{ {name} }}}}" for name in ACKNOWLEDGED.required)


def found(body, message=NEWS, subject="There is news"):
    return [(one.part, one.refusal.code) for one in problems(Words(subject, body), message, TABLE)]


def test_words_that_say_what_is_owed_are_kept():
    assert found("News.\n\nRead it:\n{{ link }}") == []
    assert found(WHOLE, ACKNOWLEDGED) == []
    assert found("{{ reference }} {{ task }}\n{{ link }}", LATE, "{{ reference }}: late") == []


@pytest.mark.parametrize("block", sorted(R22))
def test_no_acknowledgement_is_saved_without_a_block_it_owes(block):
    """Source: domain R22."""
    without = WHOLE.replace(f"{{{{ {block} }}}}", "We will be in touch.")
    for message in (ACKNOWLEDGED, TABLE.messages["case_received"]):
        assert found(without, message) == [("body", "block_missing")]
    assert missing_blocks(without, ACKNOWLEDGED, TABLE) == [block]


def test_a_block_that_may_be_left_out_is_not_there():
    hidden = WHOLE.replace("{{ block_appeal }}", "{{ if phone }}\n{{ block_appeal }}\n{{ end }}")
    assert missing_blocks(hidden, ACKNOWLEDGED, TABLE) == ["block_appeal"]


def test_what_may_be_missing_is_there_where_nothing_but_itself_decides():
    message = TABLE.messages["contact_changed"]
    own = "{{ if confirm }}\nSay so:\n{{ confirm }}\n{{ end }}\n{{ link }}"
    assert found(own, message) == []
    other = f"{{{{ if phone }}}}\n{own}\n{{{{ end }}}}\n{{{{ link }}}}"
    assert found(other, message) == [("body", "block_missing")]


def test_a_flag_that_is_owed_has_to_be_asked_for():
    words = "{{ promise }} {{ new_date }}\n{{ outside_avenues }}\n{{ link }}"
    assert found(words, MORE_TIME) == [("body", "block_missing")]
    assert found(words + "\n{{ if offers_panel }}\nA panel.\n{{ end }}", MORE_TIME) == []


def test_what_cannot_be_read_shows_nothing():
    assert missing_blocks("{{ if a }}", NEWS, TABLE) == ["link"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("  \n", "words_empty"),
        ("{{ if phone }}Call {{ phone }}{{ end }}", "words_may_be_empty"),
        ("{{ if not phone }}Call us.{{ else }}{{ if office }}Come.{{ end }}{{ end }}", "words_may_be_empty"),
        ("x" * (MOST_IN_BODY + 1), "words_too_long"),
        ("{{ link }}\n" * (MOST_PLACEHOLDERS + 1), "too_many_placeholders"),
        ("{{ end }}\n{{ link }}", "part_never_began"),
        ("{{ words }}\n{{ link }}", "placeholder_unknown"),
        ("{{ if name }}a{{ end }}\n{{ link }}", "placeholder_unknown"),
        ("{{ new_date }}\n{{ link }}", "placeholder_unknown"),  # another message's
        ("Call {{ phone }}\n{{ link }}", "placeholder_may_be_missing"),
        ("{{ if not phone }}{{ phone }}{{ end }}\n{{ link }}", "placeholder_may_be_missing"),
        ("See {{ avenues }}\n{{ link }}", "list_not_alone"),
        ("See {{ link }} there", "link_not_last"),
        ("See https://else.test\n{{ link }}", "address_in_words"),
        ("See www.else.test\n{{ link }}", "address_in_words"),
        ("javascript:alert(1)\n{{ link }}", "address_in_words"),
        ("Type your code at else.test/code first.\n{{ link }}", "address_in_words"),
    ],
)
def test_words_that_cannot_be_kept_are_refused(body, code):
    assert found(body) == [("body", code)]


def test_a_flag_is_never_shown():
    words = "{{ offers_panel }} {{ new_date }}\n{{ outside_avenues }}\n{{ link }}"
    assert found(words, MORE_TIME) == [("body", "flag_shown")]


def test_what_is_not_known_is_told_with_what_is():
    refusal = problems(Words("x", "a\n{{ oops }}\n{{ link }}"), NEWS, TABLE)[0].refusal
    assert refusal.values["line"] == 2
    assert "reference" in str(refusal.values["allowed"])


def test_a_link_may_end_a_part_on_its_line():
    assert found("{{ if phone }}See: {{ link }}{{ else }}Look: {{ link }}{{ end }}\nRead it:\n{{ link }}") == []


def test_a_text_message_that_would_say_nothing_where_a_value_is_missing_is_refused():
    words = Words("News", "News.\n{{ link }}", "{{ if phone }}Call {{ phone }}{{ end }}")
    assert [(one.part, one.refusal.code) for one in problems(words, NEWS, TABLE)] == [("sms", "words_may_be_empty")]
    said = Words("News", "News.\n{{ link }}", "{{ if phone }}Call {{ phone }}{{ else }}Come.{{ end }}")
    assert problems(said, NEWS, TABLE) == []


@pytest.mark.parametrize(
    ("subject", "code"),
    [
        (" ", "words_empty"),
        ("{{ if more }}More{{ end }}", "words_may_be_empty"),
        ("x" * (MOST_IN_SUBJECT + 1), "words_too_long"),
        ("one\ntwo", "subject_of_lines"),
        ("one\u2028Bcc: two", "subject_of_lines"),
        ("{{ if", "braces_alone"),
        ("{{ task }}", "placeholder_unknown"),
        ("www.else.test", "address_in_words"),
    ],
)
def test_a_subject_that_cannot_be_kept_is_refused(subject, code):
    assert found("{{ reference }}\n{{ link }}", LATE, subject) == [("subject", code)]


def test_a_subject_to_the_person_names_nothing():
    """Source: domain R68."""
    assert found("{{ link }}", NEWS, "News of {{ reference }}") == [("subject", "subject_names_nothing")]
    assert found("{{ link }}", NEWS, "{{ if reference }}News{{ end }}") == [("subject", "subject_names_nothing")]


def test_a_refusal_carries_every_problem():
    refused = WordsRefused(problems(Words("", ""), NEWS, TABLE))
    assert [type(one) for one in refused.problems] == [Problem, Problem]


def test_the_acknowledgement_owes_all_that_the_standard_names():
    for code in ("case_acknowledged", "case_received"):
        assert set(TABLE.messages[code].required) >= R22


def test_no_subject_to_a_person_may_name_a_value():
    assert {one.code for one in TABLE.messages.values() if one.audience == "person" and one.in_subject} == set()


def test_what_a_message_owes_it_may_name_and_a_block_finds_all_it_needs():
    for message in TABLE.messages.values():
        assert set(message.required) <= set(message.allowed)
        for block in TABLE.blocks.values():
            assert block.code not in message.allowed or set(block.needs) <= set(message.allowed)
        assert message.is_editable == (message.fixed is None)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('audience = "person"', 'audience = "anybody"'),
        ('fixed = "neutral"', 'fixed = "mood"'),
        ('form = "code"', 'form = "song"'),
        ("version = 1", "version = 0"),
        ('required = ["link"]', 'required = ["no_such_block"]'),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_by_name(old, new):
    with pytest.raises(BadCatalogue):
        read_messages(tomllib.loads(DOCUMENT.replace(old, new, 1)))
