"""How a person wants to be reached, beside the road itself: first way, texts, quiet hours, language, a slip."""

import uuid
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from zoneinfo import available_timezones

from engage.domain.events import PreferencesChanged
from engage.domain.policy import Actor, Permission, require
from engage.domain.reaching import Way
from engage.extensions import db
from engage.models import Case, ContactPreference, SealedContact
from engage.notify.to_person import ways_to
from engage.services.timeline import record


class Problem(StrEnum):
    """What is wrong with a choice; the words live in the catalogues."""

    BOTH_ENDS = "both_ends"
    UNKNOWN_ZONE = "unknown_zone"


class PreferenceRefused(ValueError):
    """What was chosen cannot be kept; each field with its problem. Nothing was changed."""

    def __init__(self, problems: dict[str, Problem]) -> None:
        super().__init__(", ".join(f"{field}: {problem}" for field, problem in sorted(problems.items())))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a person chose; what stands here holds for who chose nothing."""

    first_way: Way | None = None
    may_text: bool = False
    shares_phone: bool = False
    on_board: bool = False
    quiet_from: time | None = None
    quiet_until: time | None = None
    time_zone: str | None = None  # IANA; without it the site's


def of(case_id: uuid.UUID) -> Preferences:
    """Return what the person of the case chose."""
    row = db.session.get(ContactPreference, case_id)
    return Preferences(*(getattr(row, name) for name in Preferences.__slots__)) if row is not None else Preferences()


def can_write(case: Case) -> bool:
    """Whether the person left anything by which word can go to them."""
    return bool(ways_to(case, db.session.get(SealedContact, case.id), None))


def choose(case: Case, chosen: Preferences, *, actor: Actor, locale: str | None = None) -> None:
    """Keep what the person chose; with a locale, the language they are written to in. Choosing the same is none.

    Whoever says yes to texts again gets them again.

    Raises:
        NotAllowed: neither the person nor somebody who may see the contact.
        PreferenceRefused: one end of the quiet hours alone, or a zone that is none.
    """
    require(actor, Permission.VIEW_CONTACT, case.facts)
    problems: dict[str, Problem] = {}
    if (chosen.quiet_from is None) != (chosen.quiet_until is None):
        problems["quiet_from" if chosen.quiet_from is None else "quiet_until"] = Problem.BOTH_ENDS
    if chosen.time_zone is not None and chosen.time_zone not in available_timezones():
        problems["time_zone"] = Problem.UNKNOWN_ZONE
    if problems:
        raise PreferenceRefused(problems)
    if chosen == of(case.id) and locale in (None, case.locale):
        return
    row = db.session.get(ContactPreference, case.id)
    if row is None:
        row = ContactPreference(case_id=case.id)
        db.session.add(row)
    for name in Preferences.__slots__:
        setattr(row, name, getattr(chosen, name))
    row.stopped_at = None if chosen.may_text else row.stopped_at
    case.locale = locale or case.locale
    db.session.flush()
    record(case, PreferencesChanged(), actor=actor)
