"""`python -m bench.broker`: what a submission costs while the broker is well, refuses, and says nothing.

TEST_REDIS_URL names the Redis that is well; without it the usual one on this machine. A folder queue cannot be silent;
it refuses when its folder cannot be written to.
"""

import os
import shutil
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import redis
import sqlalchemy as sa

from bench.client import Load, load
from bench.instances import Instance, prototypes, with_cases
from bench.server import free_port
from bench.visits import submissions

COUNT, MOST = 100, 1.2
START_SECONDS = 5.0  # until the last process is up: it makes the folder where it is missing
LOCAL = "redis://127.0.0.1:6379"
BROKER = "ENGAGE_BROKER_URL"

Broker = Callable[[Instance], AbstractContextManager[dict[str, str]]]


def main() -> int:
    """Measure every kind of broker; return 1 if one costs more than it may."""
    rows: list[str] = []
    worst = 0.0
    with ExitStack() as stack:
        instance = stack.enter_context(with_cases(*stack.enter_context(prototypes()), 1_000))
        for kinds in (REDIS, FOLDER):
            done = _submitted(instance, kinds)
            normal = next(iter(done.values())).median
            for name, one in done.items():
                growth = one.median / normal
                rows.append(f"| {name} | {one.median * 1000:.1f} | {growth:.2f} | {max(one.times) * 1000:.0f} |")
                worst = max(worst, growth)
    print(f"| broker | median of {COUNT}, ms | times the normal one, at most {MOST} | slowest, ms |")
    print("|---|--:|--:|--:|", *rows, sep="\n")
    return 1 if worst > MOST else 0


def _submitted(instance: Instance, kinds: Mapping[str, Broker]) -> Mapping[str, Load]:
    """Send a hundred concerns to each kind, one at a time and in turn, so that what else the machine does falls on all.

    Raises:
        RuntimeError: a concern was refused, or is not in the database afterwards with the notice to its person.
    """
    before, done = _kept(instance), {name: Load() for name in kinds}
    with ExitStack() as stack:
        ports = {}
        for name, broker in kinds.items():
            var = stack.enter_context(TemporaryDirectory())  # a folder queue of its own
            environment = stack.enter_context(broker(instance))
            ports[name] = stack.enter_context(instance.served(**environment, ENGAGE_VAR=var))
            if broker is _blocked:
                time.sleep(START_SECONDS)
                shutil.rmtree(Path(var) / "queue" / "waiting")
                (Path(var) / "queue" / "waiting").write_bytes(b"")  # a file: no task can be put into it
        forms = {name: submissions(port, COUNT) for name, port in ports.items()}
        for place in range(COUNT):
            for name, port in ports.items():
                one = load(port, forms[name][place : place + 1], clients=1)
                done[name].times += one.times
                done[name].failures += one.failures
    sent = COUNT * len(kinds)
    if any(one.failures for one in done.values()) or _kept(instance) != before + sent:
        raise RuntimeError(f"{sent} concerns were sent, {_kept(instance) - before} are kept")
    return done


def _kept(instance: Instance) -> int:
    """How many concerns there are with a notice owed to their person."""
    engine = sa.create_engine(instance.url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        found: int = connection.scalar(
            sa.text("SELECT count(*) FROM outbox_message WHERE template = 'case_received' AND recipient = 'person'")
        )
    engine.dispose()
    return found


@contextmanager
def _redis(_instance: Instance) -> Iterator[dict[str, str]]:
    """The first database of the server that nobody uses; emptied afterwards."""
    server = os.environ.get("TEST_REDIS_URL", LOCAL).rstrip("/")
    for number in range(15, 0, -1):
        client = redis.Redis.from_url(server, db=number)
        if client.dbsize() == 0:
            try:
                yield {BROKER: f"{server.rpartition('/')[0] if server.count('/') > 2 else server}/{number}"}
            finally:
                client.delete("celery", "_kombu.binding.celery")
                client.close()
            return
        client.close()
    raise RuntimeError("every database of the Redis server is in use")


@contextmanager
def _refusing(_instance: Instance) -> Iterator[dict[str, str]]:
    yield {BROKER: f"redis://127.0.0.1:{free_port()}/0"}


@contextmanager
def _silent(_instance: Instance) -> Iterator[dict[str, str]]:
    """It takes connections, and what is sent, and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listening:
        yield {BROKER: f"redis://127.0.0.1:{listening.getsockname()[1]}/0"}


@contextmanager
def _folder(_instance: Instance) -> Iterator[dict[str, str]]:
    yield {}


@contextmanager
def _blocked(_instance: Instance) -> Iterator[dict[str, str]]:
    yield {}


REDIS: dict[str, Broker] = {"Redis": _redis, "Redis that refuses": _refusing, "Redis that is silent": _silent}
FOLDER: dict[str, Broker] = {"folder": _folder, "folder that refuses": _blocked}


if __name__ == "__main__":
    sys.exit(main())
