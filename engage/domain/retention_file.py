"""Reading of retention.toml."""

import re
from collections.abc import Collection
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from engage.domain.case import CaseClass, Identity, Kind
from engage.domain.retention import MORE_FACTS, Change, Counts, Rule, Schedule, Scope
from engage.domain.sections import Section

_COUNTRY = re.compile("[A-Z]{2}")  # ISO 3166 alpha-2
Choice = TypeVar("Choice", bound=StrEnum)


def read_retention(
    raw: object, categories: Collection[str], facts: Collection[str], file: str = "retention.toml"
) -> Schedule:
    """Return the schedule of a parsed file; `categories` and `facts` are the codes that its rules may name.

    Raises:
        BadCatalogue: something is missing, double or unknown, or a kind of case has no rule by which it is erased.
    """
    section = Section(file, raw)
    version = section.integer("version", least=1)
    rules = tuple(_rule(row, categories, facts) for row in section.sections("rules"))
    always = [one for one in rules if one.scope is Scope.EVERYTHING and not (one.is_narrow or one.identities)]
    if left := [kind.value for kind in Kind if not any(not one.kinds or kind.value in one.kinds for one in always)]:
        raise section.bad("rules", f"no rule ends the keeping of {', '.join(left)}", "Add one, or widen its kinds.")
    audit = section.section("audit")
    audit_years = audit.integer("years", least=1, most=100)
    audit.text("source")
    audit.finish()
    countries: dict[str, MappingProxyType[str, Change]] = {}
    for row in section.sections("countries") if section.has("countries") else ():
        code = row.text("code")
        if not _COUNTRY.fullmatch(code):
            raise row.bad("code", f"{code!r} is no country", "Use its two capitals, like RS.")
        countries[code] = MappingProxyType(_changes(row, {one.code for one in rules}))
    section.finish()
    return Schedule(version, rules, audit_years, MappingProxyType(countries))


def _rule(row: Section, categories: Collection[str], facts: Collection[str]) -> Rule:
    return Rule(
        code=row.code(),
        label=row.text("label"),
        scope=_choice(row, "scope", Scope),
        counts_from=_choice(row, "counts_from", Counts),
        years=row.integer("years", least=0, most=100),
        source=row.text("source"),
        kinds=frozenset(row.codes("kinds", [one.value for one in Kind])),
        identities=frozenset(row.codes("identities", [one.value for one in Identity])),
        categories=frozenset(row.codes("categories", categories)),
        facts=frozenset(row.codes("facts", {*facts, *MORE_FACTS})),
        classes=frozenset(row.codes("classes", [one.value for one in CaseClass])),
        law=row.text("law") if row.has("law") else None,
    )


def _changes(row: Section, known: Collection[str]) -> dict[str, Change]:
    found: dict[str, Change] = {}
    for one in row.sections("rules", unique="rule"):
        code = one.code("rule")
        if code not in known:
            raise one.bad("rule", f"{code!r} is not known here", "Name a rule of the schedule.")
        law = one.text("law") if one.has("law") else None
        found[code] = Change(one.integer("years", least=0, most=100), one.text("source"), law)
    return found


def _choice(row: Section, key: str, kind: type[Choice]) -> Choice:
    given = row.text(key)
    try:
        return kind(given)
    except ValueError as error:
        offered = ", ".join(kind)
        raise row.bad(key, f"{given!r} is not known", f"Use one of: {offered}.") from error
