"""How long a case is kept: which rule, from when, until when, and why."""

import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from engage.domain import retention
from engage.domain.case import CaseClass, Identity, Kind
from engage.domain.retention import ASKED, Counts, Kept, Rule, Scope, Why
from engage.domain.retention_file import read_retention
from engage.domain.sections import BadCatalogue

CATEGORIES = {"LAN", "RES", "HER", "IPR", "SEC", "CHI", "GBV", "AIR"}
FACTS = {
    *("customary_land", "relocation", "forced_eviction", "heritage_damage", "consent_breached"),
    *("use_of_force", "fatality", "child_harmed"),
}
SHIPPED = tomllib.loads((Path(retention.__file__).parents[1] / "data" / "retention.toml").read_text("utf-8"))
SCHEDULE = read_retention(SHIPPED, CATEGORIES, FACTS)
BELGRADE = ZoneInfo("Europe/Belgrade")
CLOSED = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)  # half past eleven in the evening in Belgrade
NAMED = Kept(
    kind=Kind.GRIEVANCE,
    class_=CaseClass.ORDINARY,
    identity=Identity.NAMED,
    category="AIR",
    facts=frozenset(),
    closed_at=CLOSED,
    close_type="agreed_remedied",
    appeal_until=None,
    checks_owed=False,
    mine_closes_on=None,
    zone=BELGRADE,
)


def due(case, scope=Scope.EVERYTHING, rules=SCHEDULE.rules):
    return next((one for one in retention.due(case, rules) if one.rule.scope is scope), None)


def midnight(year, month, day):
    """The first instant of a day in Belgrade."""
    return datetime(year, month, day, tzinfo=BELGRADE)


@pytest.mark.parametrize(
    ("changed", "rule", "years"),
    [
        ({}, "ordinary", 7),
        ({"kind": Kind.QUESTION}, "enquiry", 2),
        ({"kind": Kind.INFORMATION_REQUEST, "category": "LAN"}, "enquiry", 2),
        ({"category": "SEC"}, "security", 15),
        ({"facts": frozenset({"fatality"})}, "security", 15),
        ({"facts": frozenset({"child_harmed"})}, "child", 25),
        ({"category": "CHI"}, "child", 25),
        ({"category": "GBV", "class_": CaseClass.RESTRICTED}, "ordinary", 7),
        ({"kind": Kind.QUESTION, "category": "SEC"}, "security", 15),
    ],
)
def test_of_the_rules_that_hold_the_longest_counts_from_the_end_of_the_case(changed, rule, years):
    one = due(replace(NAMED, **changed))
    assert (one.rule.code, one.why) == (rule, Why.COUNTED)
    assert one.at == midnight(2026 + years, 3, 3)
    assert not one.is_due(one.at - timedelta.resolution)
    assert one.is_due(one.at)


@pytest.mark.parametrize("category", ["LAN", "RES", "HER", "IPR"])
def test_what_proves_a_claim_to_land_is_kept_for_as_long_as_the_mine_lives_and_ten_years_more(category):
    runs = replace(NAMED, category=category)
    assert (due(runs).at, due(runs).why) == (None, Why.MINE_RUNS)
    assert due(replace(runs, mine_closes_on=date(2040, 6, 30))).at == midnight(2050, 7, 1)
    assert due(replace(runs, mine_closes_on=date(2020, 6, 30))).at == midnight(2036, 3, 3)


def test_money_that_was_paid_is_kept_like_land():
    assert due(replace(NAMED, facts=frozenset({retention.PAID}))).rule.code == "land"


def test_what_nobody_can_date_keeps_longer_than_any_date_in_whatever_order_the_rules_stand():
    both = replace(NAMED, category="SEC", facts=frozenset({"relocation"}))
    for rules in (SCHEDULE.rules, tuple(reversed(SCHEDULE.rules))):
        assert due(both, rules=rules).at is None
        assert due(replace(both, mine_closes_on=date(2020, 1, 1)), rules=rules).rule.code == "security"


def test_nothing_of_an_open_case_is_ever_due():
    for kind in Kind:
        for one in retention.due(replace(NAMED, kind=kind, closed_at=None), SCHEDULE.rules):
            assert (one.at, one.why) == (None, Why.OPEN)
            assert not one.is_due(datetime(2999, 1, 1, tzinfo=UTC))


def test_a_hold_stops_everything():
    case = replace(NAMED, class_=CaseClass.RESTRICTED, identity=Identity.ANONYMOUS, is_held=True)
    found = retention.due(case, SCHEDULE.rules)
    assert {one.rule.scope for one in found} == set(Scope)
    assert {(one.at, one.why) for one in found} == {(None, Why.HELD)}


def test_who_spoke_in_the_restricted_lane_goes_before_what_they_said():
    case = replace(NAMED, class_=CaseClass.RESTRICTED, category="GBV")
    assert due(case, Scope.IDENTIFIERS).at == midnight(2028, 3, 3)
    assert due(NAMED, Scope.IDENTIFIERS) is None


def test_codes_of_those_without_a_name_end_with_the_time_to_appeal_and_the_checks():
    case = replace(NAMED, identity=Identity.ANONYMOUS, appeal_until=datetime(2026, 4, 1, 21, 59, tzinfo=UTC))
    assert due(case, Scope.SECRETS).at == midnight(2026, 4, 2)
    owed = due(replace(case, checks_owed=True), Scope.SECRETS)
    assert (owed.at, owed.why) == (None, Why.CHECKS_OWED)
    assert due(replace(case, appeal_until=None), Scope.SECRETS).at == midnight(2026, 3, 3)
    assert due(NAMED, Scope.SECRETS) is None


def test_a_code_of_a_case_that_lapsed_works_for_as_long_as_there_is_something_to_open():
    lapsed = due(replace(NAMED, identity=Identity.ANONYMOUS, close_type="lapsed"), Scope.SECRETS)
    assert (lapsed.at, lapsed.why) == (None, Why.REOPENS)


def test_a_year_from_a_leap_day_is_never_a_day_too_short():
    assert retention.years_after(date(2028, 2, 29), 7) == date(2035, 3, 1)
    assert retention.years_after(date(2028, 2, 29), 4) == date(2032, 2, 29)


RULE = Rule("ordinary", "x", Scope.EVERYTHING, Counts.CLOSE, 7, "x")


def changed_in(law=None, years=12):
    change = {"rule": "ordinary", "years": years, "source": "A law"} | ({"law": law} if law else {})
    return read_retention({**SHIPPED, "countries": [{"code": "XX", "rules": [change]}]}, CATEGORIES, FACTS)


def test_the_law_of_a_country_changes_its_rules_alone():
    schedule = changed_in(years=1)
    assert due(NAMED, rules=schedule.in_country("XX")).at == midnight(2027, 3, 3)
    assert due(NAMED, rules=schedule.in_country("RS")).at == midnight(2033, 3, 3)
    assert due(replace(NAMED, category="SEC"), rules=schedule.in_country("XX")).at == midnight(2041, 3, 3)
    assert [one.fewest_years("ordinary") for one in (SCHEDULE, schedule, changed_in(years=12))] == [7, 1, 7]
    assert schedule.fewest_years("land") == SCHEDULE.audit_years == 10


def test_a_law_that_keeps_it_is_named_and_until_when():
    rules = changed_in("The law on mines asks us to keep this for twelve years.").in_country("XX")
    now = CLOSED + timedelta(days=1)
    one = retention.forbidding(NAMED, rules, now)
    assert (one.rule.law[:7], one.at) == ("The law", midnight(2038, 3, 3))
    assert retention.forbidding(NAMED, rules, midnight(2038, 3, 3)) is None
    assert retention.forbidding(replace(NAMED, closed_at=None), rules, now).why is Why.OPEN
    assert retention.forbidding(NAMED, SCHEDULE.rules, now) is None


def test_of_two_laws_the_one_that_ends_last_is_named():
    laws = [replace(RULE, code=f"r{years}", years=years, law=f"{years} years") for years in (3, 9, 5)]
    assert retention.forbidding(NAMED, laws, CLOSED).rule.years == 9


def test_the_shipped_schedule_names_a_source_for_every_number_and_no_law_that_nobody_checked():
    assert all(rule.source.startswith("domain 5.9") for rule in SCHEDULE.rules)
    assert [rule.code for rule in SCHEDULE.rules if rule.law] == []
    assert SCHEDULE.countries == {}
    assert ASKED not in {rule.code for rule in SCHEDULE.rules}


def rules_with(**more):
    return {**SHIPPED, "rules": [{**SHIPPED["rules"][0], **more}, *SHIPPED["rules"][1:]]}


@pytest.mark.parametrize(
    ("raw", "key", "problem"),
    [
        (rules_with(scope="half"), "rules[0].scope", "'half' is not known"),
        (rules_with(counts_from="birth"), "rules[0].counts_from", "'birth' is not known"),
        (rules_with(years=101), "rules[0].years", "101 is out of bounds"),
        (rules_with(kinds=["sermon"]), "rules[0].kinds", "'sermon' is not known here"),
        (rules_with(facts=["rain"]), "rules[0].facts", "'rain' is not known here"),
        (rules_with(categories=["XYZ"]), "rules[0].categories", "'XYZ' is not known here"),
        (rules_with(kinds=["question"]), "rules", "no rule ends the keeping of suggestion"),
        (rules_with(surprise=1), "rules[0].surprise", "is not known"),
        ({**SHIPPED, "countries": [{"code": "Mars", "rules": []}]}, "countries[0].code", "'Mars' is no country"),
        (
            {**SHIPPED, "countries": [{"code": "XX", "rules": [{"rule": "nothing", "years": 1, "source": "x"}]}]},
            "countries[0].rules[0].rule",
            "'nothing' is not known here",
        ),
    ],
)
def test_a_schedule_that_cannot_be_used_is_refused_by_name(raw, key, problem):
    with pytest.raises(BadCatalogue) as error:
        read_retention(raw, CATEGORIES, FACTS)
    assert (error.value.key, error.value.problem[: len(problem)]) == (key, problem)
