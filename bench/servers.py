"""`python -m bench.servers`: the floor and engage behind each web server, alone and with slow clients beside."""

import socket
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress

from bench import database, floor
from bench.client import Load, get, load, post
from bench.instances import PROCESSES, THREADS, floor_environment, prototypes, with_cases
from bench.server import free_port, granian, gunicorn, running
from bench.visits import STATUS, person

CLIENTS, REQUESTS, ROUNDS = 8, 64, 3
SLOW, SLOW_SECONDS = 50, 6.0  # connections that send a byte a second, and how long fast ones are tried beside them

Command = Callable[[str, int], list[str]]
SERVERS: Mapping[str, Command] = {
    "gunicorn sync": lambda app, port: gunicorn(app, port, kind="sync", processes=PROCESSES, threads=1),
    "gunicorn gthread": lambda app, port: gunicorn(app, port, kind="gthread", processes=PROCESSES, threads=THREADS),
    "granian": lambda app, port: granian(app, port, processes=PROCESSES, threads=THREADS),
}


def main() -> int:
    """Measure the servers in turn and print the table."""
    found: dict[tuple[str, str], list[float]] = {}
    with ExitStack() as stack:
        instance = stack.enter_context(with_cases(*stack.enter_context(prototypes()), 1_000))
        floor_url = stack.enter_context(database.scratch())
        floor.fill(floor.create_app(floor_url), 1_000)
        for _ in range(ROUNDS):
            for name, command in SERVERS.items():
                with ExitStack() as up:
                    floor_port, port = free_port(), free_port()
                    least = command("bench.floor:app", floor_port)
                    up.enter_context(running(least, floor_port, floor_environment(floor_url)))
                    environment = instance.environment(ENGAGE_PORT=str(port))
                    up.enter_context(running(command("wsgi:app", port), port, environment))
                    browser = person(port, instance.world)
                    status = browser.request(STATUS)
                    browser.close()
                    tried = {
                        "static page": (floor_port, get("/static-page")),
                        "five INSERTs": (floor_port, post("/insert", b"")),
                        "list of 25": (floor_port, get("/list")),
                        "status page": (port, status),
                    }
                    for what, (at, request) in tried.items():
                        load(at, [request] * CLIENTS * 2, clients=CLIENTS)
                        found.setdefault((name, what), []).append(
                            _rate(load(at, [request] * REQUESTS, clients=CLIENTS))
                        )
                    with slow_clients(port):
                        done, asked = _for_a_while(port, status)
                    found.setdefault((name, "beside slow ones"), []).append(done.rate if done.times else 0.0)
                    found.setdefault((name, "not answered"), []).append(float(len(done.failures) + asked))
    columns = list(dict.fromkeys(what for _, what in found))
    print(f"| server | {' | '.join(columns)} |", f"|---|{'--:|' * len(columns)}", sep="\n")
    for name in SERVERS:
        print(f"| {name} | {' | '.join(f'{statistics.median(found[name, what]):,.0f}' for what in columns)} |")
    return 0


def _rate(done: Load) -> float:
    if done.failures:
        raise RuntimeError(f"answered {done.failures[0]}")
    return done.rate


def _for_a_while(port: int, request: bytes) -> tuple[Load, int]:
    """Let a few fast clients ask beside the slow ones; return what was answered, and how many waited in vain."""
    done = Load()
    ends_at = begun = time.monotonic()
    ends_at += SLOW_SECONDS
    in_vain = 0
    while time.monotonic() < ends_at:
        with suppress(TimeoutError), socket.create_connection(("127.0.0.1", port), timeout=2.0) as link:
            started = time.monotonic()
            link.sendall(request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
            while link.recv(65536):
                pass
            done.times.append(time.monotonic() - started)
            continue
        in_vain += 1
    done.seconds = time.monotonic() - begun
    return done, in_vain


@contextmanager
def slow_clients(port: int) -> Iterator[None]:
    """Connections that each send a request a byte a second, as from a weak network or in bad faith."""
    links = [socket.create_connection(("127.0.0.1", port), timeout=5) for _ in range(SLOW)]
    is_over = threading.Event()

    def trickle() -> None:
        request = b"GET /" + b"x" * 500
        for place in range(len(request)):
            for link in links:
                with suppress(OSError):
                    link.send(request[place : place + 1])
            if is_over.wait(1.0):
                return

    thread = threading.Thread(target=trickle)
    thread.start()
    time.sleep(1.0)
    try:
        yield
    finally:
        is_over.set()
        thread.join()
        for link in links:
            link.close()


if __name__ == "__main__":
    sys.exit(main())
