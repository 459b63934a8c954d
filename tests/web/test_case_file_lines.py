"""Text on paper: what can be set, in which direction it runs, and where its lines end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.web.case_file.lines import UNKNOWN, cut, has_to_be_shaped, runs_right_to_left, settable

KNOWN = frozenset(map(ord, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZé灰尘我们的غبار،\u200c" + UNKNOWN))


@pytest.mark.parametrize(
    ("typed", "set_as"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\tb\u00a0c\u2003d\u2028e", "a b c d e"),
        ("a\x00b\x1bc", "abc"),
        ("e\u0301", "é"),
        ("ok \U0001f600\ufe0f", f"ok {UNKNOWN}"),
        ("lone \ud800 half", f"lone {UNKNOWN} half"),
        ("\u202egrammar\u2067 \u2069\ufeff", "grammar"),
        ("غ\u200cب", "غ\u200cب"),
        ("a\u200db", "ab"),
        ("a\n\n\n\n\nb\n\n", "a\n\nb"),
        ("", ""),
    ],
)
def test_what_a_font_has_is_set_and_what_none_has_is_marked(typed, set_as):
    assert settable(typed, KNOWN) == set_as


def test_without_a_sign_for_what_is_unknown_a_question_mark_stands_for_it():
    assert settable("ok \U0001f600", frozenset(map(ord, "ok"))) == "ok ?"


@given(st.text())
def test_whatever_is_typed_only_known_characters_are_left(typed):
    left = settable(typed, KNOWN)
    assert all(one == "\n" or " " <= one <= "~" or ord(one) in KNOWN for one in left)


@pytest.mark.parametrize(
    ("text", "turned"),
    [("Dust غبار", False), ("غبار dust", True), ("12 غبار", True), ("«灰尘» غبار", False), ("12.5 (%)", True)],
)
def test_a_paragraph_runs_as_its_first_letter_does_and_one_of_numbers_as_the_file(text, turned):
    assert runs_right_to_left(text, otherwise=True) is turned


@pytest.mark.parametrize(("text", "shaped"), [("Dust é Жалба 灰尘 12", False), ("غبار", True), ("e\u0301", True)])
def test_only_letters_that_join_or_turn_need_an_engine(text, shaped):
    assert has_to_be_shaped(text) is shaped


def test_lines_end_at_spaces_and_no_line_is_too_wide():
    assert list(cut("the dust is on our   gardens", 11, len)) == ["the dust is", "on our", "gardens"]


def test_chinese_ends_a_line_anywhere_but_a_sign_stays_with_what_it_belongs_to():
    assert list(cut("我们的灰尘，我们（的）。", 5, len)) == ["我们的灰", "尘，我们", "（的）。"]


def test_a_word_that_is_wider_than_the_paper_is_cut():
    assert list(cut("a" * 25, 10, len)) == ["a" * 10, "a" * 10, "a" * 5]
    assert list(cut("W", 0.5, len)) == ["W"]


@pytest.mark.parametrize("blank", ["", "   "])
def test_nothing_makes_no_line(blank):
    assert list(cut(blank, 10, len)) == []


@given(st.text(alphabet="ab 灰，（é\u0301)", max_size=300), st.integers(2, 30))
def test_no_letter_is_lost_between_the_lines(text, width):
    lines = list(cut(text, width, len))
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(len(line) <= width for line in lines)
