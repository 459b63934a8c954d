"""How long what people told us is kept: which rule of the schedule holds for a case, and when something is due.

Pure: the schedule and the facts come in as values. An answer says why, so that a page can tell it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from types import MappingProxyType

from engage.domain.case import CaseClass, Identity, Kind
from engage.domain.wall_clock import first_showing, utc

ASKED = "asked"  # the rule of what the person had erased
# Facts of a case beside those of engage/data/severity.toml that a rule may name.
PAID, CHILD, CONSENT = "money_paid", "child_harmed", "consent_review"
MORE_FACTS = frozenset({PAID, CONSENT})
# Ended like this a case opens again without time bar, so its code works for as long as its words are there (product 3).
ALWAYS_REOPENS = frozenset({"lapsed"})


class Scope(StrEnum):
    """What goes."""

    EVERYTHING = "everything"  # words, files, messages, identity, contact, codes: what is left is a tombstone
    IDENTIFIERS = "identifiers"  # who the person is and how to reach them
    SECRETS = "secrets"  # the digests of the codes that open the case


class Counts(StrEnum):
    """From when the years of a rule count."""

    CLOSE = "close"
    MINE = "mine"  # the day the mine closes, or the case if that was later
    MONITORING = "monitoring"  # the end of the time to appeal and of the checks afterwards


class Why(StrEnum):
    """Why something is due when it is, or is not."""

    OPEN = "open"
    HELD = "held"
    MINE_RUNS = "mine_runs"
    CHECKS_OWED = "checks_owed"
    REOPENS = "reopens"
    COUNTED = "counted"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the schedule. It holds for a case with one of its kinds and identities, and any one of the rest.

    What a rule does not name, it does not look at.
    """

    code: str
    label: str
    scope: Scope
    counts_from: Counts
    years: int
    source: str
    kinds: frozenset[str] = frozenset()
    identities: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    facts: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()
    law: str | None = None  # which law keeps it so long, as the person reads it; without one they may have it erased

    def holds_for(self, case: "Kept") -> bool:
        """Whether the rule is one for this case."""
        if self.kinds and case.kind.value not in self.kinds:
            return False
        if self.identities and case.identity.value not in self.identities:
            return False
        is_one = case.category in self.categories or case.class_.value in self.classes or bool(case.facts & self.facts)
        return is_one or not self.is_narrow

    @property
    def is_narrow(self) -> bool:
        """Whether the rule is one for some categories, facts or classes alone."""
        return bool(self.categories or self.facts or self.classes)


@dataclass(frozen=True, slots=True)
class Change:
    """What a country's law changes of a rule."""

    years: int
    source: str
    law: str | None


@dataclass(frozen=True, slots=True)
class Schedule:
    """The schedule: its rules, and by country (ISO 3166 alpha-2) what is different there."""

    version: int
    rules: tuple[Rule, ...]
    audit_years: int  # after which the name of somebody of ours who left is forgotten
    countries: Mapping[str, Mapping[str, Change]] = field(default_factory=lambda: MappingProxyType({}))

    def in_country(self, country: str) -> tuple[Rule, ...]:
        """Return the rules as they hold in a country."""
        changed = self.countries.get(country, {})
        return tuple(_changed(rule, changed[rule.code]) if rule.code in changed else rule for rule in self.rules)

    def fewest_years(self, code: str) -> int:
        """Return the fewest years for which the rule keeps anything, in any country."""
        own = [rule.years for rule in self.rules if rule.code == code]
        return min([*own, *(changed[code].years for changed in self.countries.values() if code in changed)])


@dataclass(frozen=True, slots=True)
class Kept:
    """What the schedule needs to know of a case."""

    kind: Kind
    class_: CaseClass
    identity: Identity
    category: str | None
    facts: frozenset[str]
    closed_at: datetime | None
    close_type: str | None
    appeal_until: datetime | None  # the end of the time to appeal
    checks_owed: bool
    mine_closes_on: date | None
    zone: tzinfo
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """When something goes by which rule: the instant, or None while nobody can say, and why."""

    rule: Rule
    at: datetime | None
    why: Why

    def is_due(self, now: datetime) -> bool:
        """Whether it may go now."""
        return self.at is not None and self.at <= now


def due(case: Kept, rules: Iterable[Rule]) -> list[Due]:
    """Return for each scope that a rule of the case names when it is due, by the rule that keeps it longest.

    A rule of which nobody can say when it ends, as while the mine runs, keeps longer than any with a date.
    """
    found: dict[Scope, Due] = {}
    for rule in rules:
        if not rule.holds_for(case):
            continue
        one, other = _due_by(rule, case), found.get(rule.scope)
        if other is None or _longer(one, other):
            found[rule.scope] = one
    return list(found.values())


def forbidding(case: Kept, rules: Iterable[Rule], now: datetime) -> Due | None:
    """Return what law forbids erasing the case on its person's wish now, by the rule that ends last, or None.

    A rule with a law counts from the end of the case; until there is one, nobody can say how long.
    """
    laws = [
        _due_by(rule, case) for rule in rules if rule.law and rule.scope is Scope.EVERYTHING and rule.holds_for(case)
    ]
    standing = [one for one in laws if not one.is_due(now)]
    longest: Due | None = None
    for one in standing:
        if longest is None or _longer(one, longest):
            longest = one
    return longest


def _longer(one: Due, other: Due) -> bool:
    if one.at is None or other.at is None:
        return one.at is None and other.at is not None
    return one.at > other.at


def _due_by(rule: Rule, case: Kept) -> Due:
    if case.is_held:
        return Due(rule, None, Why.HELD)
    if case.closed_at is None:
        return Due(rule, None, Why.OPEN)
    begins = utc(case.closed_at).astimezone(case.zone).date()
    if rule.counts_from is Counts.MINE:
        if case.mine_closes_on is None:
            return Due(rule, None, Why.MINE_RUNS)
        begins = max(begins, case.mine_closes_on)
    if rule.counts_from is Counts.MONITORING:
        if case.close_type in ALWAYS_REOPENS:
            return Due(rule, None, Why.REOPENS)
        if case.checks_owed:
            return Due(rule, None, Why.CHECKS_OWED)
        if case.appeal_until is not None:
            begins = max(begins, utc(case.appeal_until).astimezone(case.zone).date())
    last = years_after(begins, rule.years)
    return Due(rule, first_showing(datetime.combine(last + timedelta(days=1), time()), case.zone), Why.COUNTED)


def years_after(day: date, years: int) -> date:
    """Return the same day so many years later; of a leap day the first of March, never a day too early."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def _changed(rule: Rule, change: Change) -> Rule:
    return replace(rule, years=change.years, source=change.source, law=change.law)
