"""Reading of ladder.toml."""

from collections.abc import Collection
from datetime import timedelta

from engage.domain.escalation import (
    ASSIGNEE,
    CONSEQUENCES,
    After,
    Before,
    Ladder,
    PartGone,
    Rung,
    RungKind,
    Seat,
    Urgent,
    When,
)
from engage.domain.sections import Section
from engage.domain.severity import Level

ALL_SITES = ":all_sites"


def read_ladder(raw: object, roles: Collection[str], facts: Collection[str], file: str = "ladder.toml") -> Ladder:
    """Return the ladder of a parsed file; `roles` and `facts` are the codes it may name.

    Raises:
        BadCatalogue: something is missing, negative, double or unknown, or rungs are out of order.
    """
    section = Section(file, raw)
    version = section.integer("version", least=1)
    severe_from = Level(section.integer("severe_from_level", least=1, most=5))
    merge_within = _merge_within(section)
    rungs: list[Rung] = []
    for row in section.sections("rungs"):
        rung = _rung(row, roles)
        _refuse_disorder(row, rungs, rung)
        rungs.append(rung)
    urgent = tuple(_urgent(row, roles, facts) for row in section.sections("urgent", unique="fact"))
    section.finish()
    return Ladder(version, severe_from, merge_within, tuple(rungs), urgent)


def merge_within(raw: object) -> timedelta:
    """Return how far apart reminders to one person go out as one, from a ladder that was checked when it was stored."""
    return _merge_within(Section("ladder.toml", raw))


def _merge_within(section: Section) -> timedelta:
    return timedelta(minutes=section.integer("merge_within_minutes", least=0))


def _rung(row: Section, roles: Collection[str]) -> Rung:
    kind = RungKind(_known(row, "kind", [kind.value for kind in RungKind]))
    when = _when(row)
    if kind is RungKind.RUNG and not isinstance(when, After):
        raise row.bad("kind", "is a rung before the due date", 'Use kind = "reminder", or after_days.')
    known = {*roles, ASSIGNEE} if kind is RungKind.REMINDER else roles
    return Rung(row.code(), kind, when, _seat(row, "to", row.text("to"), known), row.codes("also", CONSEQUENCES))


def _urgent(row: Section, roles: Collection[str], facts: Collection[str]) -> Urgent:
    names = row.codes("tell")
    if not names:
        raise row.bad("tell", "names nobody", "Name at least one role, or leave the row out.")
    return Urgent(fact=_known(row, "fact", facts), tell=tuple(_seat(row, "tell", name, roles) for name in names))


def _when(row: Section) -> When:
    if row.has("percent"):
        return PartGone(row.integer("percent", least=1, most=99))
    if row.has("before_hours"):
        wait = row.integer("before_hours", least=1)
        return Before(timedelta(hours=wait), timedelta(hours=row.integer("only_longer_than_hours", least=wait)))
    wait_severe = timedelta(hours=row.integer("after_hours_severe", least=0))
    after = After(timedelta(days=row.integer("after_days", least=0)), wait_severe)
    if after.wait_severe > after.wait:
        raise row.bad("after_hours_severe", "is later than after_days", "Severe cases climb faster; use fewer hours.")
    return after


def _refuse_disorder(row: Section, rungs: list[Rung], rung: Rung) -> None:
    """The file lists rungs in the order they come, or nobody could say what "upward" is."""
    if not rungs:
        return
    if rungs[-1].kind is RungKind.RUNG and rung.kind is RungKind.REMINDER:
        raise row.bad("kind", "is a reminder after a rung", "List the reminders first.")
    match rungs[-1].when, rung.when:
        case (PartGone(before), PartGone(after)):
            rises = before < after
        case (Before(before_wait), Before(after_wait)):
            rises = before_wait > after_wait
        case (After(wait, severe), After(next_wait, next_severe)):
            rises = wait < next_wait and severe < next_severe
        case (PartGone(), _) | (Before(), After()):
            rises = True
        case _:
            rises = False
    if not rises:
        raise row.bad(
            "code", "comes no later than the one above it", "List the earliest first, each later than the last."
        )


def _seat(row: Section, key: str, name: str, roles: Collection[str]) -> Seat:
    role = name.removesuffix(ALL_SITES)
    if role not in roles:
        raise row.bad(key, f"{role!r} is no role", "Use a code of roles.toml, with :all_sites for those of all sites.")
    return Seat(role, all_sites=name.endswith(ALL_SITES))


def _known(row: Section, key: str, known: Collection[str]) -> str:
    value = row.text(key)
    if value not in known:
        raise row.bad(key, f"{value!r} is not known here", f"Use one of: {', '.join(sorted(known))}.")
    return value
