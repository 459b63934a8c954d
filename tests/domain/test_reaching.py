"""Ways to a person, their order, and the hours in which to leave them alone."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from engage.domain.errands import BOARD, BY_MOUTH, LETTER, ErrandResult, is_done, results_of, step
from engage.domain.escalation import ASSIGNEE
from engage.domain.policy import Role
from engage.domain.reaching import Way, next_way, quiet_until, ways
from engage.domain.texts import STOP_WORDS, folded, is_stop, parts_of

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


@pytest.mark.parametrize(
    ("begins", "ends", "now", "until"),
    [
        (None, None, "12:00", None),
        (time(9), None, "12:00", None),
        (time(9), time(9), "12:00", None),
        (time(9), time(17), "08:59", None),
        (time(9), time(17), "09:00", "2026-03-03T17:00"),
        (time(9), time(17), "17:00", None),
        (time(21), time(7), "20:59", None),
        (time(21), time(7), "21:00", "2026-03-04T07:00"),
        (time(21), time(7), "00:00", "2026-03-03T07:00"),
        (time(21), time(7), "07:00", None),
    ],
)
def test_in_quiet_hours_nothing_is_written_until_they_end(begins, ends, now, until):
    zone = ZoneInfo("Africa/Accra")  # it shows UTC
    at = datetime.fromisoformat(f"2026-03-03T{now}").replace(tzinfo=UTC)
    found = quiet_until(at, begins, ends, zone)
    assert (found and found.strftime("%Y-%m-%dT%H:%M")) == until


def test_quiet_hours_are_those_on_the_wall_of_the_person():
    zone = ZoneInfo("Europe/Belgrade")
    assert quiet_until(datetime(2026, 7, 1, 20, tzinfo=UTC), time(22), time(6), zone) == datetime(
        2026, 7, 2, 4, tzinfo=UTC
    )


def test_hours_that_end_while_clocks_are_put_forward_end_with_it():
    zone = ZoneInfo("Europe/Belgrade")
    now = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # 01:30; at 02:00 it is 03:00
    assert quiet_until(now, time(0), time(2, 30), zone) == datetime(2026, 3, 29, 1, tzinfo=UTC)


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
