"""How serious a case is: five levels, what can never be rated lower, and what raises a rating.

Actual and potential consequence are rated apart and the worse one counts; likelihood is not asked.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import IntEnum


class Level(IntEnum):
    """Severity of a case, 1 the least."""

    MINOR = 1
    LOW = 2
    MODERATE = 3
    HIGH = 4
    EXTREME = 5


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that holds in a case and changes how it is treated, whatever its rating."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Floor:
    """The least level of a case with one of the categories ("GBV", "SEC.use_of_force") or facts."""

    code: str
    label: str
    level: Level
    categories: frozenset[str]
    facts: frozenset[str]

    def holds(self, categories: Collection[str], facts: Collection[str]) -> bool:
        """Whether the floor applies to a case with these categories and facts."""
        return not (self.categories.isdisjoint(categories) and self.facts.isdisjoint(facts))


@dataclass(frozen=True, slots=True)
class Uplift:
    """What raises a rating, once, however many reasons there are."""

    levels: int
    facts: frozenset[str]
    similar_cases: int
    similar_within_days: int


@dataclass(frozen=True, slots=True)
class Criteria:
    """What a case of one level looks like, in words per column."""

    level: Level
    label: str
    by_column: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SeverityRules:
    """One version of the severity rules of a site."""

    version: int
    columns: Mapping[str, str]
    criteria: tuple[Criteria, ...]
    facts: tuple[Fact, ...]
    floors: tuple[Floor, ...]
    uplift: Uplift


@dataclass(frozen=True, slots=True)
class Rating:
    """The level that counts, with the codes of all that led to it so that the page can say why."""

    level: Level
    rated: Level
    raised_by: tuple[str, ...]
    floors: tuple[str, ...]


def rate(
    rules: SeverityRules,
    *,
    actual: Level,
    potential: Level,
    categories: Collection[str] = (),
    facts: Collection[str] = (),
    similar_cases: int = 0,
) -> Rating:
    """Return the level of a case from what staff rated and what is known of it.

    `categories` holds main and secondary ones, subcategories as "SEC.use_of_force"; `similar_cases` counts those within
    the days the rules name. The worse of the two ratings is raised first and then lifted to the highest floor, so that
    a floor alone is never raised further.
    """
    rated = max(actual, potential)
    uplift = rules.uplift
    raised_by = tuple(sorted(uplift.facts.intersection(facts)))
    if similar_cases >= uplift.similar_cases:
        raised_by += ("similar_cases",)
    floors = tuple(floor for floor in rules.floors if floor.holds(categories, facts))
    raised = min(Level.EXTREME, rated + uplift.levels) if raised_by else rated
    level = max(raised, *(floor.level for floor in floors)) if floors else raised
    return Rating(level=Level(level), rated=rated, raised_by=raised_by, floors=tuple(floor.code for floor in floors))


def downgraded(before: Level | None, after: Level) -> bool:
    """Whether a case is rated lower than before, which needs a reason and a second person."""
    return before is not None and after < before
