"""`python -m bench.sweep [postgresql|sqlite] [SIZE SIZE]`: what the sweeps cost with a hundred things due, among few
open cases and among many. Without sizes: 1,000 and as many as the bar names, on both databases.
"""

import statistics
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from time import perf_counter

import sqlalchemy as sa
from flask import Flask

from bench import database
from bench.chores import DUE, JOBS, Job, add_chores, nothing_owed
from bench.instances import application, prototypes, with_cases
from engage import clock
from engage.extensions import db

ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """Among how many open cases a sweep is measured, and how many times as long it may take among the many."""

    name: str
    sizes: tuple[int, ...]
    most_growth: float


# Source: product 9 and the bars of the lifecycle.
BARS = {
    "postgresql": Bar("PostgreSQL", (1_000, 1_000_000), 2.0),
    "sqlite": Bar("SQLite", (1_000, 200_000), 3.0),
}


@dataclass(slots=True)
class Sized:
    """An engage of one size, how it was filled, and the seconds each job took on it, by name."""

    size: int
    app: Flask
    seconds_to_fill: float
    bytes: int
    took: dict[str, list[float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Swept:
    """What was measured on one database, at the sizes in turn."""

    bar: Bar
    sized: Sequence[Sized]

    def growth(self, name: str) -> float:
        """Return the middle over the rounds of how many times as long a sweep took among the many."""
        few, many = self.sized[0].took[name], self.sized[-1].took[name]
        return statistics.median(late / early for early, late in zip(few, many, strict=True))

    def missed(self) -> list[str]:
        """Return every bar that was missed, in words."""
        return [
            f"{job.name} on {self.bar.name} takes {self.growth(job.name):.2f} times as long among "
            f"{self.sized[-1].size:,} open cases, at most {self.bar.most_growth} is allowed"
            for job in JOBS
            if job.has_bar and self.growth(job.name) > self.bar.most_growth
        ]


def main() -> int:
    """Measure the sweeps where asked; return 1 if one grows more than it may."""
    asked = sys.argv[1:]
    kinds = [kind for kind in BARS if kind in asked] or list(BARS)
    sizes = tuple(int(size) for size in asked if size not in BARS)
    found = [measured(kind, sizes) for kind in kinds]
    print("\n".join(written(found)))
    return 1 if any(one.missed() for one in found) else 0


def measured(kind: str, sizes: tuple[int, ...] = ()) -> Swept:
    """Measure every sweep at each size in turn, on databases of their own."""
    bar = BARS[kind]
    with ExitStack() as stack:
        var, template, world = stack.enter_context(prototypes(embedded=kind == "sqlite"))
        add_chores(application(var, template))
        sized = []
        for size in sizes or bar.sizes:
            instance = stack.enter_context(with_cases(var, template, world, size, closed_of_hundred=0))
            took, bytes_ = instance.seconds_to_fill, database.size_of(instance.url)
            print(
                f"{bar.name}: {size:,} open cases in {took:.0f} s, {bytes_ / 1e9:.1f} GB", file=sys.stderr, flush=True
            )
            sized.append(Sized(size, instance.application(), took, bytes_))
        for number in range(-1, ROUNDS):
            for one in sized:
                for job in JOBS:
                    seconds = _measure(one, job)
                    if number >= 0:
                        one.took.setdefault(job.name, []).append(seconds)
        for one in sized:
            with one.app.app_context():
                db.engine.dispose()
    return Swept(bar, sized)


def _measure(one: Sized, job: Job) -> float:
    """Let exactly a hundred things fall due, do the job, and return how long it took."""
    with one.app.app_context():
        nothing_owed()
        job.prepare(clock.utcnow())
        db.session.commit()
        before = _due(job)
        begun = perf_counter()
        job.run()
        took = perf_counter() - begun
        after = _due(job)
        db.session.remove()
    if (before, after) != (DUE, 0):
        raise RuntimeError(f"{job.name}: {before} were due, {after} still are")
    return took


def _due(job: Job) -> int:
    count = db.session.scalar(sa.select(sa.func.count()).select_from(job.due(clock.utcnow()).subquery()))
    db.session.rollback()
    return count or 0


def written(found: Sequence[Swept]) -> Iterator[str]:
    """Return the tables as lines of Markdown."""
    yield "## Sweeps"
    yield ""
    yield f"The middle of {ROUNDS} rounds in which both sizes are swept in turn, with the worker in this process."
    yield ""
    for swept in found:
        few, many = swept.sized[0], swept.sized[-1]
        yield f"| sweep on {swept.bar.name}, {DUE} due | {few.size:,} open cases | {many.size:,} | grows by | at most |"
        yield "|---|--:|--:|--:|--:|"
        for job in JOBS:
            middles = " | ".join(f"{statistics.median(one.took[job.name]):.2f} s" for one in (few, many))
            most = swept.bar.most_growth if job.has_bar else "no bar"
            yield f"| {job.name} | {middles} | {swept.growth(job.name):.2f} | {most} |"
        yield ""
        took = f"{many.seconds_to_fill:.0f} s and take {many.bytes / 1e9:.1f} GB"
        yield f"{many.size:,} open cases were filled in {took}. " + (
            " ".join(f"**Missed:** {what}." for what in swept.missed()) or "Every bar is met."
        )
        yield ""


if __name__ == "__main__":
    sys.exit(main())
