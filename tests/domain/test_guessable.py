"""Passwords that are tried first: common ones, and those that say who their owner is."""

import pytest

from engage.domain.guessable import is_about, is_common

COMMON = {"password", "12345678", "qwertyuiop", "asdfgh", "passwordpassword", "river", "quiet", "dragon"}


@pytest.mark.parametrize(
    "typed",
    [
        "passwordpassword",
        "PassWord12345678",
        "password-12345678",
        "qwertyuiopasdfgh",
        "Qwertyuiop_QWERTYUIOP",
        "dragon dragon dragon",
        "xyzzyq xyzzyq xyzzyq",
    ],
)
def test_what_is_on_the_list_in_whatever_dress_is_common(typed):
    assert is_common(typed, COMMON)


@pytest.mark.parametrize(
    "typed", ["four quiet herons by a river", "quiet dragon river", "password of the herons", "- - - - - - - -", ""]
)
def test_words_that_do_not_belong_together_are_not_common(typed):
    assert not is_common(typed, COMMON)


def test_signs_alone_are_looked_up_as_they_are():
    assert is_common("!!!$$$", {"!!!$$$"})


@pytest.mark.parametrize("typed", ["Krivelj-2026-2026", "anna.petrovic1234", "ENGAGE-engage-2026", "petrovicanna!"])
def test_what_everybody_knows_of_its_owner_does_not_count_towards_the_length(typed):
    assert is_about(typed, ["engage", "anna.petrovic@krivelj", "Krivelj mine"], 15)


@pytest.mark.parametrize(
    "typed", ["nine grey otters at noon in krivelj", "nine grey otters at noon", "bor-bor-bor-bor"]
)
def test_a_password_that_is_long_enough_without_it_will_do(typed):
    assert not is_about(typed, ["Bor", "Krivelj mine"], 15)
