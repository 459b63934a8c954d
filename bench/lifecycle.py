"""`python -m bench.lifecycle --steps 50000`: random lives of cases over the use cases, longer than CI has the time for.

It runs on a fresh SQLite file; BENCH_LIVES_URL names an empty PostgreSQL database instead. `--seed` lives them again.
"""

import argparse
import os
import random
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

import time_machine
from flask_migrate import upgrade

from bench.instances import application
from engage.extensions import celery, db
from tests.fixtures.edges import MONDAY
from tests.lives import machine
from tests.lives.life import Cast

STEPS_OF_A_LIFE = 50


def main() -> int:
    """Live so many steps, and say what was done and refused how often."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--steps", type=int, default=50_000)
    asked.add_argument("--seed", type=int, default=random.randrange(2**32))
    given = asked.parse_args()
    print(f"{given.steps:,} steps, --seed {given.seed}")
    celery.send_task = _nobody_listens
    with tempfile.TemporaryDirectory() as folder:
        app = application(Path(folder), os.environ.get("BENCH_LIVES_URL") or f"sqlite:///{folder}/engage.db")
        with app.app_context(), time_machine.travel(MONDAY, tick=False) as traveller:
            upgrade()
            start = perf_counter()
            lives = -(-given.steps // STEPS_OF_A_LIFE) * 21 // 20  # some lives are cut short
            found = machine.live(
                Cast(),
                lambda instant: traveller.move_to(instant, tick=False),
                lives=lives,
                steps=STEPS_OF_A_LIFE + 2,
                throw=given.seed,
            )
            seconds = perf_counter() - start
            db.session.remove()
            for engine in db.engines.values():
                engine.dispose()
    for name in sorted({*found.done, *found.refused}):
        print(f"{name:<40} done {found.done[name]:>6,}   refused {found.refused[name]:>6,}")
    print(f"{found.steps:,} steps in {seconds:.0f} s, nothing found")
    return 0 if found.steps >= given.steps else 1


def _nobody_listens(*_task: Any, **_options: Any) -> None:
    """Stand in for the queue: no worker runs here."""


if __name__ == "__main__":
    sys.exit(main())
