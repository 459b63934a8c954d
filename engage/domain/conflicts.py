"""Who is kept out of a case: whom it is about, and their line. Source: domain R02, product 6."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

# Who did one of these investigates the case: they neither approve what comes of it nor hear an appeal (domain R03).
INVESTIGATES = frozenset({"InvestigationStarted", "InvestigationPlanned", "ConsultationHeld", "ProposalDrafted"})


# What security people did never lies with them: a case of this category, or with this fact, is about those who do
# security at its site. Source: domain R47, PS4 ¶12 and ¶14.
SECURITY_CATEGORY, FORCE = "SEC", "use_of_force"


def is_about_security(category: str | None, facts: Collection[str]) -> bool:
    """Whether a case is about what security people do."""
    return category == SECURITY_CATEGORY or FORCE in facts


class SubjectKind(StrEnum):
    """What a case can be about."""

    PERSON = "person"
    DEPARTMENT = "department"
    CONTRACTOR = "contractor"


@dataclass(frozen=True, slots=True)
class Employed:
    """Where somebody stands: whom they report to, in which department, with which contractor."""

    reports_to: uuid.UUID | None = None
    department: str | None = None
    contractor: str | None = None


def kept_out(
    people: Mapping[uuid.UUID, Employed], *, users: Collection[uuid.UUID], names: Collection[tuple[SubjectKind, str]]
) -> frozenset[uuid.UUID]:
    """Return everybody whom a case is about, with everyone above and below them in the line.

    `users` are named themselves, `names` are departments and contractors, compared without regard to case and
    spaces. Above, because whoever leads somebody answers for them; below, because nobody judges whom they depend on:
    ours, domain R02 says "their line". Those beside them stay. A circle of people who report to each other ends.
    """
    wanted = {(kind, as_compared(name)) for kind, name in names}
    about = set(users) | {user for user, at in people.items() if not wanted.isdisjoint(_places(at))}
    return frozenset(about | _above(people, about) | _below(people, about))


def as_compared(name: str) -> str:
    """Return a name of a department or contractor as two of them are compared."""
    return " ".join(name.split()).casefold()


def _places(at: Employed) -> set[tuple[SubjectKind, str]]:
    given = ((SubjectKind.DEPARTMENT, at.department), (SubjectKind.CONTRACTOR, at.contractor))
    return {(kind, as_compared(name)) for kind, name in given if name}


def _above(people: Mapping[uuid.UUID, Employed], about: Collection[uuid.UUID]) -> set[uuid.UUID]:
    found: set[uuid.UUID] = set()
    for user in about:
        at = people.get(user)
        while at is not None and at.reports_to is not None and at.reports_to not in found:
            found.add(at.reports_to)
            at = people.get(at.reports_to)
    return found


def _below(people: Mapping[uuid.UUID, Employed], about: Collection[uuid.UUID]) -> set[uuid.UUID]:
    found: set[uuid.UUID] = set()
    leads = set(about)
    while leads:
        leads = {user for user, at in people.items() if at.reports_to in leads and user not in found}
        found |= leads
    return found
