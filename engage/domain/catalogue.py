"""The shipped data as values: each file is read strictly, and what one file says of another is checked.

The caller parses TOML (or takes a site's own version from its table) and passes plain dictionaries; nothing here
opens a file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from engage.domain.escalation import Ladder
from engage.domain.ladder_file import read_ladder
from engage.domain.promises import PromiseTable
from engage.domain.promises_file import read_promises
from engage.domain.sections import BadCatalogue, Section
from engage.domain.severity import SeverityRules
from engage.domain.severity_file import read_severity
from engage.domain.taxonomy import Taxonomy, Term, read_taxonomy, read_terms

US = "us"
FILES = ("taxonomy", "severity", "promises", "ladder", "pauses", "roles")


@dataclass(frozen=True, slots=True)
class PauseReason:
    """Why time may stand still, whose wish alone sets and ends it, and the most days it may take.

    Of what we set ourselves, that is all pauses of the reason in one case together; of what others ask for, each: they
    can ask again, and the person is told again.
    """

    code: str
    label: str
    set_by: str
    most_days: int | None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All the data a site runs on, in one version each."""

    taxonomy: Taxonomy
    severity: SeverityRules
    promises: PromiseTable
    ladder: Ladder
    pauses: tuple[PauseReason, ...]
    roles: tuple[Term, ...]

    @property
    def pause_limits(self) -> Mapping[str, timedelta]:
        """The most time all pauses of a reason may take together, as `pauses.limited` wants it."""
        return {
            reason.code: timedelta(days=reason.most_days)
            for reason in self.pauses
            if reason.most_days and reason.set_by == US
        }

    def pause_reason(self, code: str) -> PauseReason | None:
        """Return the reason of the code, or None."""
        return next((reason for reason in self.pauses if reason.code == code), None)


def read_catalogue(raw: Mapping[str, object]) -> Catalogue:
    """Return the catalogue of the parsed files, by name without ending (`FILES`).

    Raises:
        BadCatalogue: a file is missing or cannot be used, or names something another file does not have.
    """
    for name in FILES:
        if name not in raw:
            raise BadCatalogue(f"{name}.toml", "the file", "is missing", "Put it back; it is shipped in engage/data.")
    taxonomy = read_taxonomy(raw["taxonomy"])
    severity = read_severity(raw["severity"], taxonomy.category_codes)
    roles = read_roles(raw["roles"])
    return Catalogue(
        taxonomy=taxonomy,
        severity=severity,
        promises=read_promises(raw["promises"]),
        ladder=read_ladder(raw["ladder"], {role.code for role in roles}, {fact.code for fact in severity.facts}),
        pauses=read_pauses(raw["pauses"]),
        roles=roles,
    )


def read_roles(raw: object, file: str = "roles.toml") -> tuple[Term, ...]:
    """Return the roles of a parsed file.

    Raises:
        BadCatalogue: something is missing, double or unknown.
    """
    section = Section(file, raw)
    section.integer("version", least=1)
    roles = read_terms(section, "roles")
    section.finish()
    return roles


def read_pauses(raw: object, file: str = "pauses.toml") -> tuple[PauseReason, ...]:
    """Return the pause reasons of a parsed file.

    Raises:
        BadCatalogue: something is missing, double or unknown.
    """
    section = Section(file, raw)
    section.integer("version", least=1)
    reasons: list[PauseReason] = []
    for row in section.sections("reasons"):
        set_by = row.text("set_by")
        if set_by not in (US, "community", "independent"):
            raise row.bad("set_by", f"{set_by!r} is not known", 'Use "us", "community" or "independent".')
        most_days = row.integer("most_days", least=1) if row.has("most_days") else None
        if set_by == US and most_days is None:
            raise row.bad(
                "most_days", "is missing", "A pause we set ourselves needs an end; say how many days at most."
            )
        reasons.append(PauseReason(row.code(), row.text("label"), set_by, most_days))
    section.finish()
    return tuple(reasons)
