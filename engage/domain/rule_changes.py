"""A new version of a site's rules, looked at before it is saved: what cannot be kept, and what it changes.

Documents have the shape of the files in engage/data. A place names one value in them, like "promises.propose.3".
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engage.domain.calendars import MIDNIGHT
from engage.domain.deadlines import Promise
from engage.domain.escalation import ASSIGNEE
from engage.domain.guards import Refusal
from engage.domain.ladder_file import ALL_SITES
from engage.domain.promises_file import NOT_PROMISED
from engage.domain.severity import Level
from engage.domain.wall_clock import first_showing

# Ours: ten years, so that a slip of the finger is seen and every date stays within the calendar.
MOST_DAYS = 3650
# How high a seat sits. Source: product 4, "Ladder": those who work the case, coordinator, approver of the site, that
# of all sites, oversight; the other two stand beside their equals.
HEIGHT: Mapping[str, int] = {
    ASSIGNEE: 0,
    "coordinator": 1,
    "approver": 2,
    f"coordinator{ALL_SITES}": 3,
    f"approver{ALL_SITES}": 3,
    "rights_lead": 3,
    "oversight": 4,
}
# Pauses of product 4 and domain 2.3 that pages and rules speak of by name; the others are the site's own.
KEPT_PAUSES = frozenset({"waiting_for_person", "community_decision", "independent_review"})
_SINGLE = ("grace_hours", "answer_collective_days", "appeal_window_days")


@dataclass(frozen=True, slots=True)
class Problem:
    """What cannot be kept, and the place it stands at."""

    place: str
    refusal: Refusal


class RulesRefused(ValueError):
    """A version of the rules cannot be kept; every problem names its place."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(", ".join(f"{one.place}: {one.refusal.code}" for one in problems))
        self.problems = problems


def problems(promises: Mapping[str, Any], ladder: Mapping[str, Any], pauses: Mapping[str, Any]) -> list[Problem]:
    """Return what cannot be kept of three documents; the strict reader may be asked only when nothing is left."""
    return [*_of_promises(promises), *_of_ladder(ladder), *_of_pauses(pauses)]


def _of_promises(document: Mapping[str, Any]) -> Iterator[Problem]:
    for promise in Promise:
        for level in Level:
            cell = document["promises"][promise.value][str(level.value)]
            if isinstance(cell, Mapping):
                yield from _of_cell(f"promises.{promise.value}.{level.value}", cell)
            elif cell == NOT_PROMISED and promise is Promise.ACKNOWLEDGE:
                yield Problem(f"promises.{promise.value}.{level.value}", Refusal("always_acknowledged"))
    for key in _SINGLE:
        yield from _of_number(f"promises.{key}", document[key])
    yield from _of_number("promises.extension.most_days", document["extension"]["most_days"])
    for group in ("news_every", "short_road"):
        for key, days in document[group].items():
            yield from _of_number(f"promises.{group}.{key}", days)
    for code, counts in document.get("checks_by_category", {}).items():
        yield from _of_cell(f"promises.checks_by_category.{code}", {"days": counts})


def _of_cell(place: str, cell: Mapping[str, Any]) -> Iterator[Problem]:
    hours = "hours" in cell
    length = cell["hours"] if hours else cell["days"]
    counts = length if isinstance(length, list) else [length]
    most = MOST_DAYS * 24 if hours else MOST_DAYS
    found = [problem for count in counts for problem in _of_number(place, count, most=most)]
    if not found and counts != sorted(set(counts)):
        found = [Problem(place, Refusal("days_not_rising"))]
    yield from found[:1]


def _of_number(place: str, count: int, *, most: int = MOST_DAYS) -> Iterator[Problem]:
    if count < 1:
        yield Problem(place, Refusal("deadline_of_zero"))
    elif count > most:
        yield Problem(place, Refusal("deadline_too_long", {"most": most}))


def _of_ladder(document: Mapping[str, Any]) -> Iterator[Problem]:
    rungs = document["rungs"]
    if not any(rung["kind"] == "rung" for rung in rungs):
        yield Problem("rungs", Refusal("no_rung"))
    before: Mapping[str, Any] = {}
    stands_at = 0
    for number, rung in enumerate(rungs):
        yield from _of_rung(f"rungs.{number}", rung, before)
        height = HEIGHT.get(rung["to"], stands_at)
        if rung["kind"] == "rung" and height > stands_at + 1:
            yield Problem(f"rungs.{number}.to", Refusal("ladder_skips"))
        elif height < stands_at:
            yield Problem(f"rungs.{number}.to", Refusal("ladder_goes_down"))
        stands_at = max(stands_at, height)
        before = rung


def _of_rung(place: str, rung: Mapping[str, Any], before: Mapping[str, Any]) -> Iterator[Problem]:
    if "percent" in rung:
        least = before.get("percent", 0) + 1
        if not least <= rung["percent"] <= 99:
            yield Problem(f"{place}.when", Refusal("percent_out_of_bounds", {"least": least}))
    if "before_hours" in rung and not 1 <= rung["before_hours"] <= rung["only_longer_than_hours"]:
        yield Problem(f"{place}.when", Refusal("hours_out_of_bounds", {"most": rung["only_longer_than_hours"]}))
    if "after_days" in rung:
        yield from _of_wait(place, rung, before if "after_days" in before else None)


def _of_wait(place: str, rung: Mapping[str, Any], late: Mapping[str, Any] | None) -> Iterator[Problem]:
    days, hours = rung["after_days"], rung["after_hours_severe"]
    if not 0 <= days <= MOST_DAYS:
        yield Problem(f"{place}.when", Refusal("deadline_too_long", {"most": MOST_DAYS}))
    elif late is not None and days <= late["after_days"]:
        yield Problem(f"{place}.when", Refusal("rungs_out_of_order", {"days": late["after_days"]}))
    elif not 0 <= hours <= days * 24:
        yield Problem(f"{place}.severe", Refusal("severe_is_slower", {"most": days * 24}))
    elif late is not None and hours <= late["after_hours_severe"]:
        yield Problem(f"{place}.severe", Refusal("severe_out_of_order", {"hours": late["after_hours_severe"]}))


def _of_pauses(document: Mapping[str, Any]) -> Iterator[Problem]:
    labels: set[str] = set()
    for number, reason in enumerate(document["reasons"]):
        place = f"pauses.{number}"
        if reason["label"] in labels:
            yield Problem(f"{place}.label", Refusal("said_twice"))
        labels.add(reason["label"])
        most = reason.get("most_days")
        if most is None and reason["set_by"] == "us":
            yield Problem(f"{place}.most_days", Refusal("pause_needs_an_end"))
        elif most is not None:
            yield from _of_number(f"{place}.most_days", most)


def begins(effective_on: date, zone: Any, *, now: datetime) -> datetime:
    """Return when a version begins to count: today at once, another day with its first instant in the zone."""
    if effective_on == now.astimezone(zone).date():
        return now
    return first_showing(datetime.combine(effective_on, MIDNIGHT), zone)


def why_not_from(begins_at: datetime, *, latest: datetime, now: datetime) -> Refusal | None:
    """Rules count from today on or later: what was promised is not changed afterwards, nor a planned version overtaken.

    `latest` is when the newest version began or will begin.
    """
    if begins_at < now:
        return Refusal("effective_in_the_past")
    return Refusal("later_version_planned") if begins_at < latest else None


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what two documents say differently, by place: as it was and as it will be. Their own versions don't count.

    Rows of a list are known by their code, so that one put in between is one difference.
    """
    was, is_ = dict(_leaves("", old)), dict(_leaves("", new))
    places = [place for place in {**was, **is_} if was.get(place) != is_.get(place)]
    before = {place: was[place] for place in places if place in was}
    after = {place: is_[place] for place in places if place in is_}
    return before, after


def _leaves(place: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key != "version":
                yield from _leaves(f"{place}.{key}" if place else str(key), inner)
    elif isinstance(value, list) and any(isinstance(row, Mapping) for row in value):
        for row in value:
            yield from _leaves(f"{place}.{row.get('code') or row.get('fact')}", row)
    else:
        yield place, value
