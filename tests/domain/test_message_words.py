"""The small language of messages: values, parts that depend on them, and what is no word of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.domain.message_words import BadWords, Part, Placeholder, Plain, Use, asked, differences, read, said, uses


def refused(words):
    with pytest.raises(BadWords) as found:
        read(words)
    return found.value.refusal.code, found.value.refusal.values


def test_a_value_stands_where_its_placeholder_stood():
    assert read("Your case {{ reference }}.") == (Plain("Your case "), Placeholder("reference", 1), Plain("."))


def test_a_part_is_there_only_if_its_value_is():
    part = Part("phone", False, (Plain("yes"),), (Plain("no"),), 1)
    assert read("{{ if phone }}yes{{ else }}no{{ end }}") == (part,)
    assert read("{{if not phone}}no{{end}}") == (Part("phone", True, (Plain("no"),), (), 1),)


def test_a_line_that_only_begins_or_ends_a_part_leaves_no_line_behind():
    nodes = read("one\n  {{ if phone }}\ntwo\n{{ else }}\nthree\n{{ end }}")
    assert nodes == (Plain("one\n"), Part("phone", False, (Plain("two\n"),), (Plain("three\n"),), 2))


def test_parts_stand_in_parts_and_lines_are_counted_through_all_of_them():
    words = "a\r\n{{ if phone }}\n{{ if office }}\n{{ office }}\n{{ end }}\n{{ end }}\n{{ link }}"
    assert list(asked(read(words))) == [("phone", 2), ("office", 3), ("office", 4), ("link", 7)]
    assert list(uses(read(words))) == [
        Use("office", 4, frozenset({"phone", "office"}), frozenset({"phone", "office"})),
        Use("link", 7),
    ]


def test_in_the_other_half_of_a_part_the_value_is_not_given():
    nodes = read("{{ if not phone }}{{ a }}{{ else }}{{ b }}{{ end }}")
    assert [(use.name, use.given) for use in uses(nodes)] == [("a", frozenset()), ("b", frozenset({"phone"}))]


@pytest.mark.parametrize(
    ("words", "code", "line"),
    [
        ("a\n{{ reference.secret }}", "placeholder_unreadable", 2),
        ("{{ __class__ }}", "placeholder_unreadable", 1),
        ("{{ config['SECRET'] }}", "placeholder_unreadable", 1),
        ("{{ reference | upper }}", "placeholder_unreadable", 1),
        ("{{ range(9) }}", "placeholder_unreadable", 1),
        ("{{ }}", "placeholder_unreadable", 1),
        ("{{ if a.b }}x{{ end }}", "placeholder_unreadable", 1),
        ("{{ if }}", "part_unreadable", 1),
        ("{{ if a b }}", "part_unreadable", 1),
        ("{% for a in b %}", "braces_alone", 1),
        ("a\n\n{# note #}", "braces_alone", 3),
        ("{{ reference", "braces_alone", 1),
        ("reference }}", "braces_alone", 1),
        ("{{ a\n}}", "braces_alone", 1),
        ("{{ end }}", "part_never_began", 1),
        ("{{ else }}", "part_never_began", 1),
        ("{{ if a }}x{{ else }}y{{ else }}z{{ end }}", "part_never_began", 1),
        ("a\n{{ if a }}\nx", "part_without_end", 2),
        ("{{ if a }}" * 4 + "{{ end }}" * 4, "part_too_deep", 1),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(words, code, line):
    found, values = refused(words)
    assert (found, values["line"]) == (code, line)


@given(st.text(alphabet="{}%#if ends\nab", max_size=80))
def test_whatever_is_typed_is_read_or_refused(words):
    try:
        nodes = read(words)
    except BadWords:
        return
    assert len(said(nodes)) <= len(words)


def test_the_words_alone_are_those_of_every_part():
    assert said(read("a {{ b }}{{ if c }}d{{ else }}e{{ end }}")).split() == ["a", "de"]


def test_a_difference_names_each_line_that_came_went_or_stayed():
    assert differences("a\nb\nc", "a\nx\nc\nd") == [("", "a"), ("-", "b"), ("+", "x"), ("", "c"), ("+", "d")]
