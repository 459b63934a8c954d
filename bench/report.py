"""The table of a run, and whether each page is within its bar."""

import os
import platform
import statistics
from collections.abc import Iterator
from dataclasses import dataclass, field

FLOOR, SMALL, BIG = "floor", "1,000", "200,000"
TRANSACTION, LIST = "five INSERTs", "list of 25"
# Against what each page is measured and the least share of its rate. Source: the bars of the first release.
BARS = {
    "submission": (TRANSACTION, 0.35),
    "status page": (LIST, 0.35),
    "inbox": (LIST, 0.25),
    "case page": (LIST, 0.25),
}
GOAL = 0.5
MOST_GROWTH = 1.5  # of the inbox, from the small number of cases to the big one
FIRST_VISIT_BYTES, LATER_PAGE_BYTES = 50_000, 12_000


@dataclass(slots=True)
class Found:
    """What was measured: rates per round by who and page, statements by size and page, bytes by path."""

    rounds: int
    requests: int
    clients: int
    rates: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    statements: dict[int, dict[str, int]] = field(default_factory=dict)
    first_visit: dict[str, int] = field(default_factory=dict)
    later_pages: dict[str, int] = field(default_factory=dict)

    def rate(self, who: str, name: str) -> float:
        """Return the middle of the rounds, in requests per second."""
        return statistics.median(self.rates[who, name])

    def share(self, who: str, name: str) -> float:
        """Return the middle over the rounds of a page's rate beside the floor's in the same round."""
        floor = self.rates[FLOOR, BARS[name][0]]
        return statistics.median(own / least for own, least in zip(self.rates[who, name], floor, strict=True))

    @property
    def growth(self) -> float:
        """How many times longer the inbox takes with many cases than with few."""
        pairs = zip(self.rates[SMALL, "inbox"], self.rates[BIG, "inbox"], strict=True)
        return statistics.median(few / many for few, many in pairs)


def missed(found: Found) -> list[str]:
    """Return every bar that was missed, in words; no page missing means an empty list."""
    return list(_missed(found))


def _missed(found: Found) -> Iterator[str]:
    for name, (_, bar) in BARS.items():
        for who in (SMALL, BIG):
            if found.share(who, name) < bar:
                yield f"{name} with {who} cases: {found.share(who, name):.2f} of the floor, at least {bar} is owed"
    if found.growth > MOST_GROWTH:
        yield f"the inbox takes {found.growth:.2f} times as long with {BIG} cases, at most {MOST_GROWTH} is allowed"
    few, many = found.statements.values()
    for name in few:
        if few[name] != many[name]:
            yield f"{name}: {few[name]} statements with few cases, {many[name]} with many"
    if (total := sum(found.first_visit.values())) > FIRST_VISIT_BYTES:
        yield f"the first visit costs {total:,} bytes, at most {FIRST_VISIT_BYTES:,} are allowed"
    for path, size in found.later_pages.items():
        if size > LATER_PAGE_BYTES:
            yield f"{path} costs {size:,} bytes, at most {LATER_PAGE_BYTES:,} are allowed"


def written(found: Found) -> str:
    """Return the table as Markdown."""
    lines = [
        "# Benchmark",
        "",
        f"Written by `make bench`. {machine()}; PostgreSQL and the client on the same machine. The middle of "
        f"{found.rounds} rounds, in which everyone is asked in turn: {found.requests} requests from {found.clients} "
        "clients at once. Rates are requests per second and say little about other machines; the shares of the "
        "floor say more.",
        "",
        "| floor | rate |",
        "|---|--:|",
        *(f"| {name} | {found.rate(who, name):,.0f} |" for who, name in found.rates if who == FLOOR),
        "",
        f"| page | beside | bar | share, {SMALL} cases | share, {BIG} | rate, {SMALL} | rate, {BIG} | statements |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
        *_rows(found),
        "",
        f"The inbox takes {found.growth:.2f} times as long with {BIG} cases as with {SMALL} (at most {MOST_GROWTH}). "
        f"The goal beyond the bars is {GOAL} everywhere.",
        "",
        "| compressed bytes, heads included | |",
        "|---|--:|",
        f"| first visit, all {len(found.first_visit)} requests (at most {FIRST_VISIT_BYTES:,}) "
        f"| {sum(found.first_visit.values()):,} |",
        *(f"| `{path}` (at most {LATER_PAGE_BYTES:,}) | {size:,} |" for path, size in found.later_pages.items()),
        "",
        *([f"**Missed:** {what}." for what in missed(found)] or ["Every bar is met."]),
        "",
    ]
    return "\n".join(lines)


def _rows(found: Found) -> Iterator[str]:
    few, many = found.statements.values()
    for name, (beside, bar) in BARS.items():
        counts = str(few[name]) if few[name] == many[name] else f"{few[name]} / {many[name]}"
        shares = " | ".join(f"{found.share(who, name):.2f}" for who in (SMALL, BIG))
        rates = " | ".join(f"{found.rate(who, name):,.0f}" for who in (SMALL, BIG))
        yield f"| {name} | {beside} | {bar} | {shares} | {rates} | {counts} |"


def machine() -> str:
    """Return the kind of machine in general words."""
    return f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}, Python {platform.python_version()}"
