"""A PostgreSQL and a Redis of a run's own, which it may stop, kill and empty as it likes. Gone afterwards."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import redis

from tests.mail_peer import free_port

START_SECONDS = 60


def wait_until(happened: Callable[[], bool], seconds: float = START_SECONDS) -> None:
    """Return once it happened.

    Raises:
        AssertionError: it did not happen in that time.
    """
    ends_at = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < ends_at, "it did not happen"
        time.sleep(0.05)


class OwnPostgres:
    """A cluster in a folder. It waits for no disk: nothing of it has to survive a power cut of the machine."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._data = folder, folder / "data"
        self.port = free_port()
        self.url = f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"
        self._bin = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
        folder.mkdir(mode=0o755)
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(folder, "postgres")
        self._run("initdb", "-D", self._data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8")

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        log = self._folder / "log"
        self._run("pg_ctl", "-D", self._data, "-w", "-t", START_SECONDS, "-l", log, "-o", options, "start")

    def restart(self, how: str) -> None:
        """Restart it: `fast`, or `immediate`, which is a crash that it recovers from."""
        self._run("pg_ctl", "-D", self._data, "-w", "-t", START_SECONDS, "-m", how, "stop")
        self.start()
        wait_until(self._answers)

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self._data, "-w", "-m", "immediate", "stop")

    def _answers(self) -> bool:
        try:
            with psycopg.connect(f"host=127.0.0.1 port={self.port} user=postgres dbname=postgres"):
                return True
        except psycopg.OperationalError:
            return False

    def _run(self, program: str, *arguments: object) -> None:
        as_other = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        command = [*as_other, str(self._bin / program), *map(str, arguments)]
        subprocess.run(command, cwd=self._folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class OwnRedis:
    """A server that keeps nothing on disk: to restart it is to empty it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = ["redis-server", "--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(
            [*command, "--dir", str(self._folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_until(self._answers)

    def kill(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def empty(self) -> None:
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    def _answers(self) -> bool:
        with redis.Redis.from_url(self.url) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False
