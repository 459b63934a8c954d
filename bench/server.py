"""Web servers under measurement, in processes of their own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS, STOP_SECONDS = 60.0, 10.0


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def granian(app: str, port: int, *, processes: int, threads: int) -> list[str]:
    """Return the command of granian; no access log, as in production."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", str(processes), "--blocking-threads", str(threads), "--no-access-log", "--no-ws"]
    return [*command, "--workers-kill-timeout", "5", "--log-level", "warning", app]


def gunicorn(app: str, port: int, *, kind: str, processes: int, threads: int) -> list[str]:
    """Return the command of gunicorn with its `sync` or `gthread` workers."""
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", str(processes)]
    command += ["--worker-class", kind, "--log-level", "warning", "--no-control-socket"]
    return [*command, *(["--threads", str(threads), "--reuse-port"] if kind == "gthread" else []), app]


@contextmanager
def running(command: Sequence[str], port: int, environment: Mapping[str, str]) -> Iterator[int]:
    """Run a server until it is no longer needed; yield its port once it answers."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ENGAGE_", "FLOOR_"))}
    process = subprocess.Popen(command, cwd=ROOT, env={**kept, **environment}, stdin=subprocess.DEVNULL)
    try:
        _wait_until_it_answers(process, port)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_it_answers(process: subprocess.Popen[bytes], port: int) -> None:
    ends_at = time.monotonic() + START_SECONDS
    while time.monotonic() < ends_at:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with code {process.returncode}")
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise RuntimeError("the server does not answer")
