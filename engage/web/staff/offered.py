"""What the lists of staff forms offer, in the reader's language."""

import uuid
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from flask_babel import gettext
from wtforms.fields.choices import SelectChoice

from engage import clock
from engage.domain.catalogue import Catalogue
from engage.domain.policy import Role
from engage.models import Case
from engage.queries import absence, case_parts
from engage.queries.case_page import CasePage
from engage.scope import people_with
from engage.services import sites
from engage.web import labels
from engage.web.filters import short_day


def rules(page: CasePage) -> Catalogue:
    """Return the rules of the version the case was opened under."""
    return sites.rules_of(page.case.rule_set_id)


def nothing() -> SelectChoice:
    """Return the choice that picks nothing."""
    return SelectChoice("", gettext("Choose"))


def terms(page: CasePage, name: str, only: Iterable[str] | None = None) -> list[SelectChoice]:
    """Return a list of the taxonomy, or those of its codes that are named."""
    wanted = None if only is None else set(only)
    found = rules(page).taxonomy.lists[name]
    return [SelectChoice(one.code, gettext(one.label)) for one in found if wanted is None or one.code in wanted]


def categories(page: CasePage) -> list[SelectChoice]:
    """Return categories with their subcategories, as "WAT" and "WAT.quality"."""
    found: list[SelectChoice] = []
    for category in rules(page).taxonomy.categories:
        label = gettext(category.label)
        found.append(SelectChoice(category.code, label))
        found += [
            SelectChoice(f"{category.code}.{sub.code}", f"{label} · {gettext(sub.label)}")
            for sub in category.subcategories
        ]
    return found


def levels(page: CasePage) -> list[SelectChoice]:
    """Return the five levels with their numbers."""
    criteria = rules(page).severity.criteria
    return [SelectChoice(str(int(row.level)), f"{int(row.level)} · {gettext(row.label)}") for row in criteria]


def labelled(group: str, codes: Iterable[str]) -> list[SelectChoice]:
    """Return codes with the words of one group of labels."""
    return [SelectChoice(code, labels.label(group, code)) for code in codes]


def people(case: Case, *roles: Role, but: Callable[[uuid.UUID], bool] = lambda user: False) -> list[SelectChoice]:
    """Return the people who hold one of the roles for the case, by name."""
    found = dict.fromkeys(user for role in roles for user in people_with(role, case) if not but(user))
    away = absence.away_until(clock.utcnow())
    return [
        SelectChoice(str(user), with_absence(name, away.get(user))) for user, name in case_parts.names_of(list(found))
    ]


def with_absence(name: str, until: datetime | None) -> str:
    """Return a name, and until when somebody is away who is."""
    if until is None:
        return name
    return gettext("%(name)s (away until %(day)s)", name=name, day=short_day(last_day(until)))


def last_day(until: datetime) -> datetime:
    """Return an instant of the last day of an absence, which ends when that day is over."""
    return until - timedelta(minutes=1)


def kept_out(case: Case, chosen: str | None) -> list[SelectChoice]:
    """Return the choice that was sent though the case is about that person: the use case refuses and records it."""
    found = [user for user in case.facts.subjects if str(user) == chosen]
    return [SelectChoice(str(user), name) for user, name in case_parts.names_of(found)]


# The channels on which staff reach out to somebody. Source: domain 3.3, those that run both ways.
WAYS_TO_REACH = (
    "voice_call",
    "sms",
    "messenger",
    "email",
    "post",
    "walk_in",
    "liaison_visit",
    "community_meeting",
    "through_authority",
    "through_ngo",
)
