"""Words and values as text for a feature phone and as HTML, whichever way they run."""

import pytest

from engage.domain.message_layout import (
    MissingValue,
    Shape,
    Shown,
    as_html,
    as_line,
    as_text,
    clean,
    paragraphs,
    plain,
)
from engage.domain.message_words import read

VALUES = {
    "reference": Shown(Shape.CODE, "BOR-26-7K3QX"),
    "site": Shown(Shape.TEXT, "Bor"),
    "hebrew": Shown(Shape.TEXT, "בור"),
    "kind": Shown(Shape.WORDS, "a problem"),
    "link": Shown(Shape.LINK, 'https://x.test/?a=1&b="2"'),
    "avenues": Shown(Shape.LIST, ("One", "שתיים")),
    "document": Shown(Shape.SOURCE, '{"a": "<1>"}'),
    "nothing": Shown(Shape.WORDS, ""),
    "none": Shown(Shape.LIST, ()),
}
BLOCKS = {"block": read("Ours:\n{{ link }}")}


def text(words, direction="ltr"):
    return as_text(paragraphs(read(words), VALUES, BLOCKS), direction)


def html(words):
    return as_html(paragraphs(read(words), VALUES, BLOCKS))


def test_paragraphs_are_parted_by_one_empty_line_and_nothing_is_wrapped():
    long = "word " * 60
    assert text(f"\n\n{long}\n\n\n \ntwo\nlines\n\n{{{{ nothing }}}}\n") == f"{long.strip()}\n\ntwo\nlines\n"
    assert html("one\n\ntwo\nlines") == "<p>one</p>\n<p>two<br>lines</p>"


def test_a_part_without_its_value_is_left_out_and_the_other_one_stands():
    assert text("{{ if nothing }}a{{ else }}b{{ end }}{{ if not none }}c{{ end }}{{ if site }}d{{ end }}") == "bcd\n"


def test_words_before_a_link_become_the_link():
    address = 'href="https://x.test/?a=1&amp;b=&quot;2&quot;"'
    assert html("Read it, {{ site }}:\n{{ link }}") == f"<p><a {address}>Read it, <bdi>Bor</bdi></a></p>"
    assert html("Read it: {{ link }}") == f"<p><a {address}>Read it</a></p>"
    assert html("First.\nRead it:\n{{ link }}") == f"<p>First.<br><a {address}>Read it</a></p>"


def test_a_link_without_words_shows_its_address():
    assert '<bdi dir="ltr">https://x.test/?a=1' in html("{{ link }}")
    assert html("Not a label.\n{{ link }}").startswith("<p>Not a label.<br><a ")


def test_a_link_in_the_middle_is_only_words():
    assert html("a {{ link }} b") == "<p>a https://x.test/?a=1&amp;b=&quot;2&quot; b</p>"


def test_a_list_is_a_list_in_both():
    words = "Two:\n{{ avenues }}\n- three {{ kind }}\nafter\n• four\n\n- five"
    assert text(words).splitlines()[:5] == ["Two:", "- One", "- \u2068שתיים\u2069", "- three a problem", "after"]
    assert html(words) == (
        "<p>Two:</p>\n<ul><li><bdi>One</bdi></li><li><bdi>שתיים</bdi></li><li>three a problem</li></ul>\n<p>after</p>"
        "\n<ul><li>four</li></ul>\n<ul><li>five</li></ul>"
    )
    assert html("{{ none }}\nafter") == "<p>after</p>"


def test_a_list_within_a_line_stands_there_with_commas():
    assert text("a {{ avenues }} b") == "a One, \u2068שתיים\u2069 b\n"
    assert html("a {{ avenues }} b") == "<p>a <bdi>One</bdi>, <bdi>שתיים</bdi> b</p>"


def test_what_a_machine_reads_is_kept_letter_for_letter():
    assert text("a\n{{ document }}") == 'a\n{"a": "<1>"}\n'
    assert html("a\n{{ document }}\nb") == (
        '<p>a</p>\n<pre dir="ltr">{&quot;a&quot;: &quot;&lt;1&gt;&quot;}</pre>\n<p>b</p>'
    )


def test_a_block_is_a_paragraph_of_its_own():
    assert text("a {{ block }} b") == 'a\n\nOurs:\nhttps://x.test/?a=1&b="2"\n\nb\n'


def test_what_runs_the_other_way_is_kept_apart():
    assert text("a {{ reference }} {{ hebrew }} {{ site }}") == "a BOR-26-7K3QX \u2068בור\u2069 Bor\n"
    assert text("a {{ reference }} {{ hebrew }} {{ site }}", "rtl") == (
        "a \u2066BOR-26-7K3QX\u2069 בור \u2068Bor\u2069\n"
    )
    assert html("{{ reference }} {{ hebrew }}") == '<p><bdi dir="ltr">BOR-26-7K3QX</bdi> <bdi>בור</bdi></p>'


def test_markup_in_words_stays_text():
    assert html("<b>bold</b> & more") == "<p>&lt;b&gt;bold&lt;/b&gt; &amp; more</p>"


def test_a_subject_is_one_line():
    assert as_line(read("{{ reference }}:\n {{ kind }} "), VALUES, "ltr") == "BOR-26-7K3QX: a problem"


def test_a_value_that_nobody_gave_is_an_error():
    for words in ("{{ who }}", "{{ if who }}a{{ end }}"):
        with pytest.raises(MissingValue, match="who"):
            text(words)


def test_a_value_cannot_break_its_line_or_turn_the_text_round():
    assert clean("a\r\nBcc: b\u2028c\x00\x1b\u202ed\u2066e\ud800") == "a Bcc: b c de"
    assert clean("👩‍🌾 می‌خواهم ") == "👩‍🌾 می‌خواهم"


def test_words_that_are_typed_keep_their_lines_and_nothing_that_a_mail_may_not_hold():
    assert plain(" a\tb \r\n\r\nc\x00\x1b\u202ed\n") == "a b\n\ncd"
