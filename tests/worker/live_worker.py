"""A real worker process, on a database and a queue of the test's own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.architecture.sources import ROOT

PATIENCE_SECONDS = 180  # for a machine that is busy with other tests; a good run takes seconds


class LiveWorker:
    """`celery worker`, as engage.cli.start starts it. What it says is in `said`."""

    def __init__(self, var: Path, **environment: str) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ENGAGE_")}
        at_any_hour = {"ENGAGE_MODE": "run", "ENGAGE_QUIET_HOURS": ""}
        self._environment = kept | {"ENGAGE_VAR": str(var), **at_any_hour, **environment}
        self._output = var / "worker.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "celery", "--quiet", "--app", "worker.app", "worker", "--concurrency", "1"]
        command += ["--loglevel", "INFO", "--without-gossip", "--without-mingle", "--without-heartbeat"]
        with self._output.open("ab") as output:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self) -> None:
        """Let it end as in a power cut, its children with it."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """Ask it to end, and make it end."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                pass
            try:
                self.kill()
            except ProcessLookupError:
                self._process = None

    def said(self) -> str:
        return self._output.read_text(encoding="utf-8", errors="replace")

    def wait_until(self, happened: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
        """Return once it happened.

        Raises:
            AssertionError: it did not happen in that time; the message holds what the worker said.
        """
        ends_at = time.monotonic() + seconds
        while not happened():
            assert time.monotonic() < ends_at, f"it did not happen:\n{self.said()}"
            time.sleep(0.05)
