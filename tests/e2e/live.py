"""The whole service in processes of its own, as a person starts it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from config import Settings
from tests.architecture.sources import ROOT
from tests.mail_peer import free_port

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
START_SECONDS = 120
STOP_SECONDS = 20


class Live:
    """`python -m engage.cli.start run` on a free port, writing only to the folder it is given.

    `url` is its address, `settings` what it runs with, so that a test can make an application on the same database.
    """

    def __init__(self, var: Path, **environment: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.output = var / "output.log"
        self.environment = {
            "ENGAGE_MODE": "run",
            "ENGAGE_VAR": str(var / "engage"),
            "ENGAGE_PORT": str(self.port),
            "ENGAGE_WEB_PROCESSES": "1",
            "ENGAGE_SWEEP_SECONDS": "2",
            "ENGAGE_ESCALATE_SECONDS": "2",
            "ENGAGE_QUIET_HOURS": "",  # journeys are walked at any hour
            "ENGAGE_NEWS_GATHER_MINUTES": "0",
            "ENGAGE_NEWS_AGAIN_DAYS": "0",
            **environment,
        }
        self.settings = Settings(**{name.removeprefix("ENGAGE_"): value for name, value in self.environment.items()})
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start everything and return once the home page answers.

        Raises:
            AssertionError: it ended, or did not answer in time; the message holds what it wrote.
        """
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ENGAGE_")}
        with self.output.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "engage.cli.start", self.environment["ENGAGE_MODE"]],
                cwd=ROOT,
                env=kept | self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a group of its own, so that killing it leaves no process behind
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self._process.poll() is None, f"it ended:\n{self.said()}"
            assert time.monotonic() < deadline, f"no answer from {self.url}:\n{self.said()}"
            time.sleep(0.1)

    def stop(self) -> None:
        """Press Ctrl-C and wait until every process has ended; kill what does not.

        Raises:
            AssertionError: something had to be killed.
        """
        if self._process is None:
            return
        process, self._process = self._process, None
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._kill(process.pid)
            process.wait()
            raise AssertionError(f"it did not stop:\n{self.said()}") from None
        self._kill(process.pid)

    def said(self) -> str:
        """Return all it wrote, the sign-ins of the demonstration among it."""
        return self.output.read_text(encoding="utf-8", errors="replace")

    @staticmethod
    def _kill(group: int) -> None:
        try:
            os.killpg(group, signal.SIGKILL)
        except ProcessLookupError:
            pass  # as it should be: every process of the group has ended

    def _answers(self) -> bool:
        try:
            with urlopen(self.url, timeout=2) as answer:  # noqa: S310 - our own http address
                return bool(answer.status == 200)
        except (URLError, TimeoutError, ConnectionError):
            return False
