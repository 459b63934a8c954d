"""How alike two concerns are."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from engage.domain.likeness import ENOUGH, Told, is_same_place, likeness, place_key

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
DUST = Told("Dust from the haul road covers our gardens.", "Krivelj", "AIR", AT)


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        (DUST, True),
        (replace(DUST, received_at=AT + timedelta(days=90)), True),
        (replace(DUST, received_at=AT - timedelta(days=91)), False),
        (replace(DUST, place=" KRIVELJ ", words="The road is dusty."), True),
        (replace(DUST, place="krivelj", words="x"), True),
        (replace(DUST, place="Ostrelj", words="The spring is dry."), False),
        (replace(DUST, place=None, category=None, words="the dust from the haul road covers the gardens"), True),
        (replace(DUST, place=None, category=None, words=""), False),
        (Told("", None, None, AT), False),
        (replace(DUST, place=None, words="Trucks drive too fast past the school."), False),
    ],
)
def test_place_words_and_time_say_how_alike_two_concerns_are(other, alike):
    assert (likeness(DUST, other) >= ENOUGH) is alike
    assert likeness(DUST, other) == likeness(other, DUST)


def test_words_without_spaces_are_compared_too():
    one = Told("运输道路的灰尘覆盖了我们的菜园", None, None, AT)
    other = Told("灰尘覆盖了我们的菜园，孩子咳嗽", None, None, AT)
    assert likeness(one, other) >= 0.4
    assert likeness(Told("ab", None, None, AT), Told("ab", None, None, AT)) == 0.0


def test_a_place_is_compared_by_a_form_that_every_database_keeps_alike():
    assert place_key(" Upper   VILLAGE ") == "upper village"
    assert place_key("\u0421\u0415\u041b\u041e") == place_key("\u0441\u0435\u043b\u043e")
    assert place_key("\ufb01eld") == "field"
    assert [place_key(nothing) for nothing in (None, "", "  ")] == [None] * 3
    assert not is_same_place(None, None)
    assert not is_same_place("", " ")
