"""The words a case is filed under: categories and the lists beside them."""

from collections.abc import Mapping
from dataclasses import dataclass

from engage.domain.sections import Section

LISTS = (
    "stakeholder_types",
    "channels",
    "close_types",
    "findings",
    "involvement",
    "remedies",
    "root_causes",
    "screening_out_reasons",
    "information_refusals",
    "signoff_modes",
    "support_needs",
)


@dataclass(frozen=True, slots=True)
class Term:
    """A stable code and its English label, which pages run through the catalogue of their language."""

    code: str
    label: str
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Category:
    """What a concern is about; `code` is three capitals."""

    code: str
    label: str
    subcategories: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """One version of the taxonomy of a site."""

    version: int
    categories: tuple[Category, ...]
    lists: Mapping[str, tuple[Term, ...]]

    @property
    def category_codes(self) -> frozenset[str]:
        """Every code a rule may name: "SEC" and "SEC.use_of_force"."""
        return frozenset(
            code
            for category in self.categories
            for code in (category.code, *(f"{category.code}.{sub.code}" for sub in category.subcategories))
        )

    def category(self, code: str) -> Category:
        """Return the category of a code.

        Raises:
            KeyError: the taxonomy has none.
        """
        return {category.code: category for category in self.categories}[code]

    def terms(self, name: str) -> tuple[Term, ...]:
        """Return one of the lists named in `LISTS`."""
        return self.lists[name]


def read_terms(section: Section, key: str) -> tuple[Term, ...]:
    """Return a list of codes and labels, each code once.

    Raises:
        BadCatalogue: something is missing, double or unknown.
    """
    return tuple(
        Term(row.code(), row.text("label"), row.text("hint") if row.has("hint") else None)
        for row in section.sections(key)
    )


def read_taxonomy(raw: object, file: str = "taxonomy.toml") -> Taxonomy:
    """Return the taxonomy of a parsed file.

    Raises:
        BadCatalogue: something is missing, double or unknown, or gender-based violence has subcategories.
    """
    section = Section(file, raw)
    version = section.integer("version", least=1)
    categories: list[Category] = []
    for row in section.sections("categories"):
        category = Category(row.code(), row.text("label"), read_terms(row, "sub") if row.has("sub") else ())
        if category.code == "GBV" and category.subcategories:
            raise row.bad(
                "sub", "GBV has subcategories", "Leave them out: nobody is asked what exactly was done to them."
            )
        categories.append(category)
    lists = {name: read_terms(section, name) for name in LISTS}
    section.finish()
    return Taxonomy(version, tuple(categories), lists)
