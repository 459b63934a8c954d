import pytest

from engage.domain.severity import Level, downgraded, rate


@pytest.fixture
def rating(catalogue):
    def rate_with(actual=1, potential=1, **what):
        return rate(catalogue.severity, actual=Level(actual), potential=Level(potential), **what)

    return rate_with


def test_the_worse_of_actual_and_potential_counts(rating):
    assert rating(actual=2, potential=4).level is Level.HIGH
    assert rating(actual=3, potential=1).level is Level.MODERATE
    assert rating(actual=3, potential=1).raised_by == ()


@pytest.mark.parametrize(
    ("facts", "similar", "level"),
    [
        (["ongoing_harm"], 0, 3),
        (["vulnerable_people", "children_affected", "indigenous_people_affected", "ongoing_harm"], 9, 3),
        ([], 3, 3),
        ([], 2, 2),
        (["something_else"], 0, 2),
    ],
)
def test_a_rating_is_raised_once_whatever_the_number_of_reasons(rating, facts, similar, level):
    assert rating(actual=2, facts=facts, similar_cases=similar).level == level


def test_no_rating_is_raised_above_the_highest(rating):
    assert rating(actual=5, facts=["ongoing_harm"]).level is Level.EXTREME


@pytest.mark.parametrize(
    ("categories", "facts", "level"),
    [
        (["GBV"], [], 4),
        (["RET"], [], 4),
        (["SEC"], [], 1),
        (["SEC", "SEC.use_of_force"], [], 4),
        (["SEC"], ["use_of_force"], 4),
        (["CHI.harm"], [], 4),
        ([], ["child_harmed"], 4),
        (["IPR.consent_breach"], [], 4),
        ([], ["heritage_damage"], 4),
        ([], ["fatality"], 5),
        (["RES.forced_eviction"], [], 5),
        ([], ["hazardous_release"], 5),
        (["WAT", "GBV"], ["fatality"], 5),
    ],
)
def test_some_cases_are_never_rated_lower(rating, categories, facts, level):
    assert rating(categories=categories, facts=facts).level == level


def test_a_floor_alone_is_not_raised_further(rating):
    result = rating(actual=2, categories=["RET"], facts=["ongoing_harm"])
    assert (result.level, result.rated) == (Level.HIGH, Level.LOW)
    assert (result.raised_by, result.floors) == (("ongoing_harm",), ("retaliation",))


def test_a_rating_above_the_floor_stays(rating):
    assert rating(actual=4, categories=["RET"], similar_cases=3).level is Level.EXTREME
    assert rating(actual=4, categories=["RET"], similar_cases=3).raised_by == ("similar_cases",)


def test_only_a_lower_rating_than_before_is_a_downgrade():
    assert downgraded(Level.HIGH, Level.LOW)
    assert not downgraded(Level.LOW, Level.LOW)
    assert not downgraded(Level.LOW, Level.HIGH)
    assert not downgraded(None, Level.MINOR)
