"""`python -m bench`: measure pages beside the floor and sweeps as cases grow, and write bench/results.md."""

import statistics
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

from bench import report, sweep, weight
from bench.client import get, load, post
from bench.instances import floor_served, prototypes, with_cases
from bench.statements import counted
from bench.visits import pages

SIZES = (1_000, 200_000)
ROUNDS, REQUESTS, CLIENTS = 9, 48, 8
RESULTS = Path(__file__).parent / "results.md"

Makers = Mapping[str, Callable[[int], list[bytes]]]
FLOOR: Makers = {
    "five INSERTs": lambda count: [post("/insert", b"")] * count,
    "list of 25": lambda count: [get("/list")] * count,
    "static page": lambda count: [get("/static-page")] * count,
}


def main() -> int:
    """Measure everything; return 1 if a page or a sweep misses its bar."""
    found = report.Found(rounds=ROUNDS, requests=REQUESTS, clients=CLIENTS)
    with ExitStack() as stack:
        say("making prototypes")
        template = stack.enter_context(prototypes())
        asked: dict[str, tuple[int, Makers]] = {}
        for size in SIZES:
            instance = stack.enter_context(with_cases(*template, size))
            say(f"filled with {size:,} cases in {instance.seconds_to_fill:.0f} s")
            found.statements[size] = counted(instance.application(), instance.world)
            port = stack.enter_context(instance.served())
            asked[f"{size:,}"] = port, pages(port, instance.world)
            found.first_visit, found.later_pages = weight.first_visit(port), weight.later_pages(port, instance.world)
        asked["floor"] = stack.enter_context(floor_served(SIZES[0])), FLOOR
        for number in range(-1, ROUNDS):
            one_round(asked, found, counts=number >= 0)
            say(f"round {number + 1} of {ROUNDS}")
    swept = [sweep.measured(kind) for kind in sweep.BARS]
    text = "\n".join([report.written(found), *sweep.written(swept)])
    RESULTS.write_text(text, encoding="utf-8")
    print(text)
    return 1 if report.missed(found) or any(one.missed() for one in swept) else 0


def one_round(asked: Mapping[str, tuple[int, Makers]], found: report.Found, *, counts: bool) -> None:
    """Ask for every page of everyone in turn, so that what else the machine does falls on all of them alike."""
    names = {name: None for _, makers in asked.values() for name in makers}
    for name in names:
        for who, (port, makers) in asked.items():
            if name not in makers:
                continue
            requests = makers[name](REQUESTS)
            done = load(port, requests, clients=CLIENTS)
            if done.failures:
                raise RuntimeError(f"{name} of {who} answered {statistics.mode(done.failures)}")
            if counts:
                found.rates.setdefault((who, name), []).append(done.rate)


def say(text: str) -> None:
    """Tell how far it is, beside the table."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
