"""What is promised: the table of spans by severity, and which promises open when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from engage.domain.case import Kind
from engage.domain.deadlines import Days, Hours, Promise
from engage.domain.severity import Level


class Moment(StrEnum):
    """What starts the clock of a promise."""

    RECEIPT = "receipt"
    ASSESSMENT = "assessment"
    PROPOSAL = "proposal"
    AGREEMENT = "agreement"
    APPEAL = "appeal"
    CLOSURE = "closure"


# What is kept when the notice of it has arrived and not when we wrote it. Source: product 4, "met when".
KEPT_BY_NOTICE: Mapping[str, Promise] = MappingProxyType({"case_acknowledged": Promise.ACKNOWLEDGE})

# Which promises begin to run when. Source: product 4, first table; the naming of a panel: domain 2.2, APPEAL_T2.
OPENED_AT: Mapping[Moment, tuple[Promise, ...]] = MappingProxyType(
    {
        Moment.RECEIPT: (
            Promise.ACKNOWLEDGE,
            Promise.ASSESS,
            Promise.CONSULT,
            Promise.START_INVESTIGATION,
            Promise.PROPOSE,
        ),
        Moment.ASSESSMENT: (Promise.INTERIM_MEASURE,),
        Moment.PROPOSAL: (Promise.ANSWER,),
        Moment.AGREEMENT: (Promise.IMPLEMENT,),
        Moment.APPEAL: (Promise.FORM_PANEL, Promise.DECIDE_APPEAL),
        Moment.CLOSURE: (Promise.CHECK_AFTERWARDS,),
    }
)
# On the short road "propose" is the day the person gets an answer. Source: product 3, last lines.
SHORT_ROAD = (Promise.ACKNOWLEDGE, Promise.PROPOSE)


def promises_opened(kind: Kind, moment: Moment) -> tuple[Promise, ...]:
    """Return the promises whose clocks may begin at the moment; whether the level promises them, the table says.

    A short-road case that becomes a grievance gets those of receipt it does not have yet, from its original receipt.
    """
    if not kind.takes_short_road:
        return OPENED_AT[moment]
    return SHORT_ROAD if moment is Moment.RECEIPT else ()


@dataclass(frozen=True, slots=True)
class Entry:
    """What one promise is at one level: no span where it is not promised, several where it is kept more than once."""

    spans: tuple[Hours | Days, ...] = ()
    only_ongoing_harm: bool = False
    needs_plan: bool = False


@dataclass(frozen=True, slots=True)
class ExtensionRule:
    """How far one promise of a case may be put off, always before it expires and with a reason told to the person."""

    without_approval: int
    with_approval: int
    most_days: int


@dataclass(frozen=True, slots=True)
class PromiseTable:
    """One version of the promises of a site."""

    version: int
    note: str
    entries: Mapping[Promise, Mapping[Level, Entry]]
    labels: Mapping[Promise, str]
    before_assessment: Level
    grace: timedelta
    answer_together: Days
    appeal_window: Days
    extension: ExtensionRule
    news_every: Mapping[Level, Days]
    short_road: Mapping[Kind, Days]  # what is no grievance is answered within it, whatever the level
    checks_by_category: Mapping[str, tuple[Days, ...]] = field(default_factory=dict)

    def entry(self, promise: Promise, level: Level | None) -> Entry:
        """The cell of the table; before assessment (None) the row that counts then."""
        return self.entries[promise][level or self.before_assessment]

    def spans(
        self,
        promise: Promise,
        level: Level | None,
        *,
        kind: Kind = Kind.GRIEVANCE,
        ongoing_harm: bool = False,
        together: bool = False,
    ) -> tuple[Hours | Days, ...]:
        """Return the spans of a promise, one per time it is to be kept, none where it is not promised.

        `together` is a collective case, which has longer to answer. A remedy that needs a plan has no span: its own
        date counts. On the short road "propose" is the day of our answer, which the kind gives.
        """
        if promise is Promise.PROPOSE and kind in self.short_road:
            return (self.short_road[kind],)
        entry = self.entry(promise, level)
        if entry.only_ongoing_harm and not ongoing_harm:
            return ()
        if promise is Promise.ANSWER and together:
            return (self.answer_together,)
        return entry.spans

    def checks(self, level: Level | None, category: str | None) -> tuple[Hours | Days, ...]:
        """Return the spans of the checks after closure: those of the level, and those its category has besides."""
        return tuple(
            dict.fromkeys(
                (*self.spans(Promise.CHECK_AFTERWARDS, level), *self.checks_by_category.get(category or "", ()))
            )
        )

    def span(
        self,
        promise: Promise,
        level: Level | None,
        *,
        kind: Kind = Kind.GRIEVANCE,
        ongoing_harm: bool = False,
        together: bool = False,
    ) -> Hours | Days | None:
        """Return the first span of a promise, or None where it is not promised."""
        found = self.spans(promise, level, kind=kind, ongoing_harm=ongoing_harm, together=together)
        return next(iter(found), None)
