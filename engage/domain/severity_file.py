"""Reading of severity.toml."""

from collections.abc import Collection

from engage.domain.sections import Section
from engage.domain.severity import Criteria, Fact, Floor, Level, SeverityRules, Uplift
from engage.domain.taxonomy import read_terms


def read_severity(raw: object, categories: Collection[str], file: str = "severity.toml") -> SeverityRules:
    """Return the severity rules of a parsed file; `categories` are the codes that floors may name.

    Raises:
        BadCatalogue: something is missing, double or unknown, or a level is left out.
    """
    section = Section(file, raw)
    version = section.integer("version", least=1)
    columns = {term.code: term.label for term in read_terms(section, "columns")}
    criteria: list[Criteria] = []
    for row in section.sections("levels", unique="level"):
        level, label, words = Level(row.integer("level", least=1, most=5)), row.text("label"), row.section("criteria")
        criteria.append(Criteria(level, label, {column: words.text(column) for column in columns}))
        words.finish()
    if [row.level for row in criteria] != list(Level):
        raise section.bad("levels", "are not the levels 1 to 5 in order", "List all five, the least serious first.")
    facts = tuple(Fact(row.code(), row.text("label")) for row in section.sections("facts"))
    known = {fact.code for fact in facts}
    floors = tuple(
        Floor(
            code=row.code(),
            label=row.text("label"),
            level=Level(row.integer("level", least=1, most=5)),
            categories=frozenset(row.codes("categories", categories)),
            facts=frozenset(row.codes("facts", known)),
        )
        for row in section.sections("floors")
    )
    lift = section.section("uplift")
    uplift = Uplift(
        levels=lift.integer("levels", least=1, most=4),
        facts=frozenset(lift.codes("facts", known)),
        similar_cases=lift.integer("similar_cases", least=1),
        similar_within_days=lift.integer("similar_within_days", least=1),
    )
    lift.finish()
    section.finish()
    return SeverityRules(version, columns, tuple(criteria), facts, floors, uplift)
