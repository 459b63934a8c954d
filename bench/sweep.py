"""`python -m bench.sweep`: what a sweep costs with a hundred things due, among few open cases and among many."""

import statistics
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from time import perf_counter

import sqlalchemy as sa
from flask import Flask

from bench.instances import prototypes, with_cases
from engage import clock
from engage.extensions import db
from engage.services import delivery, escalation

SIZES = tuple(int(size) for size in sys.argv[1:]) or (1_000, 200_000)
DUE, ROUNDS = 100, 5
MOST_GROWTH = 2.0

# Nothing is due of itself: the copies reach back three weeks, and this lies beyond.
_FAR = "UPDATE deadline SET look_at = now() + interval '90 days' WHERE look_at IS NOT NULL"
# One promise each of a hundred cases was due two days ago, so that reminders and a rung are reached.
_MAKE_LATE = """
    UPDATE deadline SET due_at = now() - interval '2 days 1 hour', look_at = now() - interval '1 minute'
    WHERE id IN (
        SELECT id FROM deadline WHERE ended_at IS NULL AND look_at > now() AND promise = 'propose' LIMIT :due
    )
"""
_LATE = "SELECT count(*) FROM deadline WHERE ended_at IS NULL AND look_at <= now()"
_NOTHING_OWED = "UPDATE outbox_message SET sent_at = created_at WHERE sent_at IS NULL AND dead_at IS NULL"
_MAKE_OWED = """
    UPDATE outbox_message SET sent_at = NULL, not_before = now(), road = NULL
    WHERE id IN (SELECT id FROM outbox_message WHERE recipient = 'staff' AND attempts = 0 LIMIT :due)
"""
_OWED = "SELECT count(*) FROM outbox_message WHERE sent_at IS NULL AND dead_at IS NULL AND not_before <= now()"


@dataclass(frozen=True, slots=True)
class Job:
    """A sweep: what makes a hundred things due for it, how many are, and what does them."""

    name: str
    prepare: str
    count: str
    run: Callable[[], int]


JOBS = (
    Job("ladder", _MAKE_LATE, _LATE, lambda: escalation.climb(clock.utcnow())),
    Job("outbox", _MAKE_OWED, _OWED, delivery.drain),
)


@dataclass(slots=True)
class Sized:
    """An engage of one size, and the seconds each job took on it, by name."""

    size: int
    app: Flask
    took: dict[str, list[float]] = field(default_factory=dict)


def main() -> int:
    """Measure both sweeps at both sizes in turn; return 1 if one grows more than it may."""
    with ExitStack() as stack:
        var, template, world = stack.enter_context(prototypes())
        _once(template, _FAR)
        sized = []
        for size in SIZES:
            instance = stack.enter_context(with_cases(var, template, world, size, closed_of_hundred=0))
            print(f"filled with {size:,} open cases in {instance.seconds_to_fill:.0f} s", file=sys.stderr, flush=True)
            sized.append(Sized(size, instance.application()))
        for number in range(-1, ROUNDS):
            for one in sized:
                for job in JOBS:
                    took = _measure(one, job)
                    if number >= 0:
                        one.took.setdefault(job.name, []).append(took)
        for one in sized:
            with one.app.app_context():
                db.engine.dispose()
    return _told(sized)


def _measure(one: Sized, job: Job) -> float:
    """Let exactly a hundred things fall due, do the job, and return how long it took."""
    with one.app.app_context():
        for statement in (_NOTHING_OWED, job.prepare):
            db.session.execute(sa.text(statement), {"due": DUE} if ":due" in statement else {})
        db.session.commit()
        before = db.session.scalar(sa.text(job.count))
        db.session.rollback()
        begun = perf_counter()
        job.run()
        took = perf_counter() - begun
        after = db.session.scalar(sa.text(job.count))
        db.session.remove()
    if (before, after) != (DUE, 0):
        raise RuntimeError(f"{job.name}: {before} were due, {after} still are")
    return took


def _once(url: str, statement: str) -> None:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text(statement))
    engine.dispose()


def _told(sized: Sequence[Sized]) -> int:
    first, last = sized[0], sized[-1]
    print(f"| sweep, {DUE} due | {first.size:,} open cases | {last.size:,} | grows by | at most |")
    print("|---|--:|--:|--:|--:|")
    worst = 0.0
    for name in first.took:
        growth = statistics.median(many / few for few, many in zip(first.took[name], last.took[name], strict=True))
        few, many = (statistics.median(one.took[name]) for one in (first, last))
        print(f"| {name} | {few:.2f} s | {many:.2f} s | {growth:.2f} | {MOST_GROWTH} |")
        worst = max(worst, growth)
    return 1 if worst > MOST_GROWTH else 0


if __name__ == "__main__":
    sys.exit(main())
