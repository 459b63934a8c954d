"""What one version of a site's rules says differently from another, in words: for the public and for administrators."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext, ngettext

from engage.domain.catalogue import Catalogue, PauseReason
from engage.domain.deadlines import Days, Promise
from engage.domain.promises import PromiseTable
from engage.domain.severity import Level
from engage.queries import rule_versions
from engage.services import sites
from engage.web import labels
from engage.web.promised import TABLE, in_words


@dataclass(frozen=True, slots=True)
class Version:
    """One version: since when it counts, whether that day has come, and what it changed."""

    number: int
    since: datetime
    is_planned: bool
    is_first: bool
    lines: Sequence[str]


def change_log(site_id: uuid.UUID, now: datetime) -> list[Version]:
    """Return the newest versions of a site's rules, the newest first; the first one of all changed nothing."""
    rows, is_whole = rule_versions.history(site_id)
    rules = [sites.rules_of(row.id) for row in rows]
    earlier: list[Catalogue | None] = [*rules[1:], *([None] if is_whole else [])]
    return [
        Version(row.version, row.effective_at, row.effective_at > now, old is None, changes(old, new) if old else [])
        for row, old, new in zip(
            rows, earlier, rules, strict=False
        )  # of the last of many it is not known what it changed
    ]


def changes(old: Catalogue, new: Catalogue) -> list[str]:
    """Return what is different, one line each."""
    lines = [line for promise in TABLE for line in _of_promise(promise, old, new)]
    before, after = old.promises, new.promises
    days = [
        (gettext("Time to appeal"), before.appeal_window.count, after.appeal_window.count),
        (gettext("Time for a group to answer"), before.answer_together.count, after.answer_together.count),
        (gettext("A date of ours can be put off by at most"), before.extension.most_days, after.extension.most_days),
    ]
    for level in Level:
        news = gettext("News from us at level %(level)s, at least every", level=level.value)
        days.append((news, before.news_every[level].count, after.news_every[level].count))
    for kind, span in after.short_road.items():
        answered = gettext("Our answer to: %(kind)s", kind=labels.label("kind", kind))
        days.append((answered, before.short_road[kind].count, span.count))
    lines += [_changed(label, _days(was), _days(is_)) for label, was, is_ in days if was != is_]
    lines += _of_checks(before, after)
    if before.before_assessment != after.before_assessment:
        was, is_ = str(before.before_assessment.value), str(after.before_assessment.value)
        lines.append(_changed(gettext("The level that counts until we know how serious it is"), was, is_))
    lines += _of_pauses(old, new)
    if (old.ladder.rungs, old.ladder.severe_from) != (new.ladder.rungs, new.ladder.severe_from):
        lines.append(gettext("Who is told when something is late, or how soon."))
    if before.note != after.note:
        lines.append(gettext("What is said of these times: %(note)s.", note=gettext(after.note)))
    rest = (before.grace, before.extension.without_approval, before.extension.with_approval)
    if rest != (after.grace, after.extension.without_approval, after.extension.with_approval):
        lines.append(gettext("How our own staff may put a date off."))
    return lines


def _of_promise(promise: Promise, old: Catalogue, new: Catalogue) -> list[str]:
    """One line for all levels that changed in the same way."""
    levels: dict[tuple[str, str], list[str]] = {}
    for level in Level:
        was, is_ = (in_words(one.promises.entry(promise, level)) for one in (old, new))
        if was != is_:
            levels.setdefault((was, is_), []).append(str(level.value))
    name = gettext(new.promises.labels[promise])
    lines = []
    for (was, is_), found in levels.items():
        at = ngettext("level %(levels)s", "levels %(levels)s", len(found), levels=gettext(", ").join(found))
        lines.append(_changed(gettext("%(promise)s, %(levels)s", promise=name, levels=at), was, is_))
    return lines


def _of_checks(before: PromiseTable, after: PromiseTable) -> list[str]:
    """One line for every category whose own checks after closure are others now."""
    lines = []
    for code in sorted({*before.checks_by_category, *after.checks_by_category}):
        was, is_ = (_listed(one.checks_by_category.get(code, ())) for one in (before, after))
        if was != is_:
            name = gettext("We come back after closing, %(category)s", category=labels.category(code))
            lines.append(_changed(name, was, is_))
    return lines


def _listed(spans: Sequence[Days]) -> str:
    if not spans:
        return str(gettext("as its level says"))
    return str(gettext("after %(days)s days", days=gettext(", ").join(str(span.count) for span in spans)))


def _of_pauses(old: Catalogue, new: Catalogue) -> list[str]:
    before, after = ({one.code: one for one in rules.pauses} for rules in (old, new))
    lines = [
        gettext("Time may stand still for a new reason: %(reason)s.", reason=_reason(one))
        for code, one in after.items()
        if code not in before
    ]
    lines += [
        gettext("Time no longer stands still for this: %(reason)s.", reason=_reason(one))
        for code, one in before.items()
        if code not in after
    ]
    return lines + [
        _changed(gettext("Why time may stand still"), _reason(before[code]), _reason(one))
        for code, one in after.items()
        if code in before and before[code] != one
    ]


def _reason(one: PauseReason) -> str:
    words = gettext(one.label)
    if one.most_days is None:
        return str(words)
    most = ngettext("%(num)d day at most", "%(num)d days at most", one.most_days)
    return str(gettext("%(reason)s (%(most)s)", reason=words, most=most))


def _days(count: int) -> str:
    return str(ngettext("%(num)d day", "%(num)d days", count))


def _changed(what: str, was: str, is_: str) -> str:
    return str(gettext("%(what)s: %(now)s. Before: %(before)s.", what=what, now=is_, before=was))
