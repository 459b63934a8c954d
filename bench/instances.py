"""Engage and the floor, each on databases of its own, made for one run and gone after it."""

import logging
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from flask import Flask
from flask_migrate import upgrade

from bench import copying, database, fill, floor
from bench.fill import World
from bench.server import free_port, granian, running
from config import Settings
from engage import create_app, vault
from engage.extensions import db

SECRET = "the root secret of the benchmark, which nobody uses twice"  # noqa: S105 - it lives for some minutes
PROCESSES, THREADS = 2, 2


@dataclass(frozen=True, slots=True)
class Instance:
    """An engage with so many cases: its folder, its database, and what to visit it with."""

    var: Path
    url: str
    world: World
    seconds_to_fill: float

    def environment(self, **more: str) -> dict[str, str]:
        """Return the variables that a process of this engage needs."""
        return {
            "ENGAGE_MODE": "run",
            "ENGAGE_VAR": str(self.var),
            "ENGAGE_DATABASE_URL": self.url,
            "ENGAGE_SECRET_KEY": SECRET,
            "ENGAGE_TRUSTED_PROXIES": "1",
            "ENGAGE_LOG_LEVEL": "CRITICAL",  # a broker that is ill on purpose says so at each try
            **more,
        }

    def application(self) -> Flask:
        """Return an application on it in this process."""
        return application(self.var, self.url)

    @contextmanager
    def served(self, **more: str) -> Iterator[int]:
        """Serve it as production does; yield the port."""
        port = free_port()
        with running(
            granian("wsgi:app", port, processes=PROCESSES, threads=THREADS),
            port,
            self.environment(ENGAGE_PORT=str(port), **more),
        ):
            yield port


def application(var: Path, url: str) -> Flask:
    """Return an application on a folder and a database, in this process."""
    made = create_app(Settings(MODE="run", VAR=var, DATABASE_URL=url, SECRET_KEY=SECRET, LOG_LEVEL="ERROR"))
    vault.make_worker_keys(var)
    return made


@contextmanager
def prototypes(*, embedded: bool = False) -> Iterator[tuple[Path, str, World]]:
    """Make an engage with a few cases on every part of the road; yield its folder, database and visitors.

    `embedded` makes it on a SQLite file.
    """
    scratch = database.scratch_file if embedded else database.scratch
    with tempfile.TemporaryDirectory() as folder, scratch() as url:
        var = Path(folder)
        app = application(var, url)
        logging.getLogger("alembic").setLevel(logging.WARNING)
        with app.app_context():
            upgrade()
            db.engine.dispose()
        yield var, url, fill.make_prototypes(app)


@contextmanager
def with_cases(
    var: Path, template: str, world: World, count: int, closed_of_hundred: int = copying.CLOSED_OF_HUNDRED
) -> Iterator[Instance]:
    """Make an engage with so many cases out of the prototypes."""
    scratch = database.scratch_file if database.is_file(template) else database.scratch
    with scratch(template) as url:
        begun = perf_counter()
        copying.copy(url, count, closed_of_hundred)
        took = perf_counter() - begun
        database.settle(url)
        yield Instance(var, url, world, took)


@contextmanager
def floor_served(count: int) -> Iterator[int]:
    """Serve the floor with so many rows in the same way as engage; yield the port."""
    with database.scratch() as url:
        floor.fill(floor.create_app(url), count)
        database.settle(url)
        port = free_port()
        command = granian("bench.floor:app", port, processes=PROCESSES, threads=THREADS)
        with running(command, port, floor_environment(url)):
            yield port


def floor_environment(url: str) -> Mapping[str, str]:
    """Return the variables that a process of the floor needs."""
    return {"FLOOR_DATABASE_URL": url}
