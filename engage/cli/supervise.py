"""Keeping the processes of one machine together: started together, started again when one dies, stopped together."""

import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType

from click import echo

LOOK_SECONDS = 0.2
POLITE_SECONDS = 12.0  # Ours: long enough to finish a page or a mail that is half sent; the rest comes due again.
DEATHS = 5  # Ours: what dies so often
WITHIN_SECONDS = 60.0  # within this time will not live by being started again.


@dataclass(slots=True)
class Child:
    """A process of ours by name, and when it died."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    deaths: list[float] = field(default_factory=list)

    @property
    def is_alive(self) -> bool:
        """Whether it is running."""
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """Runs processes until one signal ends them all.

    They stay in the terminal's process group, so that Ctrl-C, and the end of the group, reaches each of them even if
    this one is gone.
    """

    def __init__(self, children: Sequence[Child], environment: Mapping[str, str]) -> None:
        self._children = children
        self._environment = environment
        self._is_stopping = False

    def start(self) -> None:
        """Start every process and take care of Ctrl-C from now on."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        for child in self._children:
            self._start(child)

    def _start(self, child: Child) -> None:
        child.process = subprocess.Popen(child.command, env=dict(self._environment), stdin=subprocess.DEVNULL)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._is_stopping = True

    @property
    def is_stopping(self) -> bool:
        """Whether somebody asked for the end, or a process would not live."""
        return self._is_stopping

    def look(self) -> str | None:
        """Start again what died since the last look; return why everything must stop, or None."""
        for child in self._children:
            if child.is_alive or self._is_stopping:
                continue
            code = child.process.returncode if child.process else None
            now = time.monotonic()
            child.deaths = [at for at in child.deaths if at > now - WITHIN_SECONDS] + [now]
            if len(child.deaths) >= DEATHS:
                return f"{child.name} ended {DEATHS} times within a minute, last with code {code}."
            echo(f"{child.name} ended with code {code} and is started again.", err=True)
            self._start(child)
        return None

    def wait_until_answered(self, host: str, port: int, seconds: float) -> None:
        """Return once something listens at the address, the time is over, or everything is to stop."""
        ends_at = time.monotonic() + seconds
        while not self._is_stopping and time.monotonic() < ends_at:
            with suppress(OSError), socket.create_connection((host, port), timeout=1):
                return
            time.sleep(LOOK_SECONDS)

    def keep_running(self) -> int:
        """Look after the processes until they are to stop, stop them, and return the exit code."""
        complaint = None
        while not self._is_stopping and complaint is None:
            time.sleep(LOOK_SECONDS)
            complaint = self.look()
        self.stop()
        if complaint:
            echo(f"{complaint} Everything was stopped; the lines above say why.", err=True)
        return 1 if complaint else 0

    def stop(self) -> None:
        """Ask every process to end, and end those that do not."""
        self._is_stopping = True
        for number, seconds in ((signal.SIGTERM, POLITE_SECONDS), (signal.SIGQUIT, 2.0), (signal.SIGKILL, 2.0)):
            for child in self._children:
                if child.process is not None and child.is_alive:
                    child.process.send_signal(number)
            ends_at = time.monotonic() + seconds
            while any(child.is_alive for child in self._children) and time.monotonic() < ends_at:
                time.sleep(0.05)
