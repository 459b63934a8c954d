"""Ways to a person and their order, errands, and texts."""

from datetime import UTC, datetime

import pytest

from engage.domain.errands import BOARD, BY_MOUTH, LETTER, ErrandResult, is_done, results_of, step
from engage.domain.escalation import ASSIGNEE
from engage.domain.policy import Role
from engage.domain.reaching import Way, next_way, ways
from engage.domain.texts import CODE_WORDS, STOP_WORDS, folded, is_code_wanted, is_stop, parts_of

E, S, C, L = Way.EMAIL, Way.SMS, Way.CALL, Way.LETTER


@pytest.mark.parametrize(
    ("left", "first", "order"),
    [
        ((), None, ()),
        ((), E, ()),
        ((C, S, E), None, (E, S, C)),
        ((C, S, E), S, (S, E, C)),
        ((C, S, E), C, (C,)),
        ((C, L, E), L, (L,)),
        ((C, L), None, (C,)),
        ((L,), None, (L,)),
        ((E,), S, (E,)),
    ],
)
def test_the_first_choice_comes_first_and_after_a_human_comes_nobody(left, first, order):
    assert ways(left, first) == order


def test_the_next_way_is_one_that_a_machine_carries_and_was_not_tried():
    assert next_way((E, S, C), {"email"}) is S
    assert next_way((E, S, C), {"email", "sms"}) is None
    assert next_way((S, C), set()) is S


DUE = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rung", "now", "seat", "after", "again"),
    [
        (0, "2026-03-02T08:59", None, 0, "2026-03-02T09:00"),
        (0, "2026-03-02T09:00", ASSIGNEE, 1, "2026-03-04T09:00"),
        (1, "2026-03-04T09:00", Role.COORDINATOR, 2, "2026-03-07T09:00"),
        (2, "2026-03-07T09:00", Role.APPROVER, 3, None),
        (0, "2026-03-30T09:00", Role.APPROVER, 3, None),
        (3, "2026-03-30T09:00", None, 3, None),
    ],
)
def test_an_errand_climbs_while_nobody_goes_each_rung_once(rung, now, seat, after, again):
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    found, behind, look_at = step(rung, DUE, at)
    assert (found.role if found else None, behind) == (seat, after)
    assert (look_at and look_at.strftime("%Y-%m-%dT%H:%M")) == again


def test_each_road_has_results_of_its_own():
    assert results_of("direct") == results_of("relay") == BY_MOUTH
    assert ErrandResult.SENT in results_of(LETTER)
    assert ErrandResult.POSTED in results_of(BOARD)
    assert [one for one in ErrandResult if not is_done(one)] == [ErrandResult.NOT_REACHED]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ж" * 70, 1),
        ("ж" * 71, 2),
        ("🌋" * 35, 1),
        ("🌋" * 36, 2),
        ("سلام " * 14, 1),
    ],
)
def test_a_text_travels_in_as_many_parts_as_its_letters_need(text, parts):
    assert parts_of(text) == parts


@pytest.mark.parametrize(
    "text", ["stop", " Stop. ", "STOP!!", "Arrêt", "стой", "ОТПИСАТЬСЯ", "Opt-Out", "停止", "توقف"]
)
def test_who_says_stop_in_any_way_is_heard(text):
    assert is_stop(text)


@pytest.mark.parametrize("text", ["", "!", "Please stop the trucks", "stop stop", "no", "end of the road"])
def test_who_only_speaks_of_stopping_has_not_said_stop(text):
    assert not is_stop(text)


def test_words_for_stop_are_kept_as_they_are_compared():
    assert {folded(word) for word in STOP_WORDS} == STOP_WORDS


@pytest.mark.parametrize("text", ["CODE", " code. ", "Código", "КОД", "رمز", "new  link"])
def test_who_asks_for_a_code_in_any_way_is_heard(text):
    assert is_code_wanted(text)


@pytest.mark.parametrize("text", ["", "The code does not work", "code code"])
def test_who_only_speaks_of_codes_has_not_asked_for_one(text):
    assert not is_code_wanted(text)


def test_no_word_asks_for_a_code_and_for_no_more_texts():
    assert {folded(word) for word in CODE_WORDS} == CODE_WORDS
    assert not CODE_WORDS & STOP_WORDS
