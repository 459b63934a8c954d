"""What is promised in words, from the rules that the workers use: for the public page and for administrators."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import ngettext

from engage.domain.catalogue import Catalogue
from engage.domain.deadlines import Days, Hours, Promise
from engage.domain.promises import Entry
from engage.domain.severity import Level
from engage.web.labels import label
from engage.web.locale import gettext

# The promises of the table, in the order in which a person meets them.
TABLE = (
    Promise.ACKNOWLEDGE,
    Promise.ASSESS,
    Promise.INTERIM_MEASURE,
    Promise.CONSULT,
    Promise.START_INVESTIGATION,
    Promise.PROPOSE,
    Promise.ANSWER,
    Promise.IMPLEMENT,
    Promise.FORM_PANEL,
    Promise.DECIDE_APPEAL,
    Promise.CHECK_AFTERWARDS,
)


@dataclass(frozen=True, slots=True)
class Row:
    """One promise, with the time it has at each level."""

    label: str
    times: Sequence[str]


def promised(rules: Catalogue) -> list[Row]:
    """Return the table of promises as people read it, from the rules the workers use."""
    rows = [
        Row(
            label=gettext(rules.promises.labels[promise]),
            times=[in_words(rules.promises.entry(promise, level)) for level in Level],
        )
        for promise in TABLE
    ]
    news = [_span(rules.promises.news_every[level]) for level in Level]
    return [*rows, Row(gettext("While it is open you hear from us, at least every"), news)]


def short_road(rules: Catalogue) -> list[Row]:
    """Return by when each kind that takes the short road is answered."""
    return [Row(label("kind", kind), [_span(span)]) for kind, span in rules.promises.short_road.items()]


def in_words(entry: Entry) -> str:
    """Return the time of one promise at one level."""
    if entry.needs_plan:
        return gettext("by a date agreed with you")
    if not entry.spans:
        return "–"
    spans = [_span(span) for span in entry.spans]
    words = gettext(", ").join(spans)
    return gettext("%(time)s, while the harm goes on", time=words) if entry.only_ongoing_harm else words


def _span(span: Hours | Days) -> str:
    if isinstance(span, Hours):
        return ngettext("%(num)d hour", "%(num)d hours", span.count)
    return ngettext("%(num)d day", "%(num)d days", span.count)
