"""Reading of promises.toml."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from engage.domain.case import Kind
from engage.domain.deadlines import Days, Hours, Promise
from engage.domain.promises import Entry, ExtensionRule, PromiseTable
from engage.domain.sections import Section
from engage.domain.severity import Level

NOT_PROMISED = "not promised"
DATED_PLAN = "dated plan"
# Promises that came later: documents that were kept before hold none of them.
LATER = (Promise.FORM_PANEL,)


def with_later_promises(document: Mapping[str, Any], shipped: Mapping[str, Any]) -> dict[str, Any]:
    """Return a kept document with the promises that came after it, as they are shipped; what else is missing stays so.

    The rows of `shipped` are not copied.
    """
    rows = document.get("promises")
    if not isinstance(rows, Mapping):
        return dict(document)
    missing = {one.value: shipped["promises"][one.value] for one in LATER if one.value not in rows}
    return {**document, "promises": {**rows, **missing}}


def read_promises(raw: object, file: str = "promises.toml") -> PromiseTable:
    """Return the promise table of a parsed file.

    Raises:
        BadCatalogue: something is missing, negative or unknown, or a promise or level is left out.
    """
    section = Section(file, raw)
    entries: dict[Promise, dict[Level, Entry]] = {}
    labels: dict[Promise, str] = {}
    promises = section.section("promises")
    for promise in Promise:
        row = promises.section(promise.value)
        labels[promise] = row.text("label")
        entries[promise] = {level: _entry(row, promise, level) for level in Level}
        row.finish()
    promises.finish()
    rule = section.section("extension")
    news = section.section("news_every")
    short = section.section("short_road")
    table = PromiseTable(
        version=section.integer("version", least=1),
        note=section.text("note"),
        entries=entries,
        labels=labels,
        before_assessment=Level(section.integer("before_assessment_level", least=1, most=5)),
        grace=timedelta(hours=section.integer("grace_hours", least=1)),
        answer_together=Days(section.integer("answer_collective_days", least=1)),
        appeal_window=Days(section.integer("appeal_window_days", least=1)),
        extension=ExtensionRule(
            without_approval=rule.integer("without_approval", least=0),
            with_approval=rule.integer("with_approval", least=0),
            most_days=rule.integer("most_days", least=1),
        ),
        news_every={level: Days(news.integer(str(level.value), least=1)) for level in Level},
        short_road={kind: Days(short.integer(kind.value, least=1)) for kind in Kind if kind.takes_short_road},
        checks_by_category=_checks(section),
    )
    for part in (rule, news, short, section):
        part.finish()
    return table


def _checks(section: Section) -> dict[str, tuple[Days, ...]]:
    """Checks that a category has besides those of its level; rules kept from before they existed have none."""
    if not section.has("checks_by_category"):
        return {}
    rows = section.section("checks_by_category")
    found = {code: tuple(Days(count) for count in rows.integers(code, least=1)) for code in rows.keys()}
    rows.finish()
    return found


def _entry(row: Section, promise: Promise, level: Level) -> Entry:
    """One cell: hours or days (several days where it is kept more than once), or words for no span."""
    key = str(level.value)
    if row.is_text(key):
        words = row.text(key)
        if words == NOT_PROMISED:
            return Entry()
        if words == DATED_PLAN and promise is Promise.IMPLEMENT:
            return Entry(needs_plan=True)
        raise row.bad(key, f"{words!r} is not known", f'Write {{ days = 5 }}, {{ hours = 48 }} or "{NOT_PROMISED}".')
    cell = row.section(key)
    if cell.has("hours") == cell.has("days"):
        raise row.bad(key, "needs either hours or days", "Write { days = 5 } or { hours = 48 }.")
    spans: tuple[Hours | Days, ...]
    if cell.has("hours"):
        spans = (Hours(cell.integer("hours", least=1)),)
    elif promise is Promise.CHECK_AFTERWARDS:
        spans = tuple(Days(count) for count in cell.integers("days", least=1))
    else:
        spans = (Days(cell.integer("days", least=1)),)
    only_ongoing_harm = cell.flag("only_ongoing_harm")
    cell.finish()
    return Entry(spans, only_ongoing_harm=only_ongoing_harm)
