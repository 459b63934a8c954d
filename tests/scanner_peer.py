"""ClamAV's own daemon on a loopback port, with one signature: that of the file with which scanners are tried out."""

import shutil
import socket
import subprocess
import time
from pathlib import Path

# Written backwards, so that no scanner takes this file for harmful. Source: EICAR, the anti-malware test file.
HARMFUL = b"*H+H$!ELIF-TSET-SURIVITNA-DRADNATS-RACIE$}7)CC7)^P(45XZP\\4[PA@%P!O5X"[::-1]
_START_SECONDS = 60


def clamd() -> str:
    """Where Debian's package clamav-daemon puts it; .ci/servers.sh installs it."""
    found = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin")
    assert found, "install Debian's clamav-daemon, or leave these tests out with -m 'not clamav'"
    return found


class Scanner:
    """The daemon; it can be stopped and started again at the same address."""

    def __init__(self, folder: Path, *, longest: str = "25M") -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        self.socket = folder / "clamd.ctl"
        signatures = folder / "signatures"
        signatures.mkdir()
        self._signature = signatures / "test.ndb"
        self.learn(HARMFUL)
        self._configuration = folder / "clamd.conf"
        self._configuration.write_text(
            f"DatabaseDirectory {signatures}\nTCPAddr 127.0.0.1\nTCPSocket {self.port}\nLocalSocket {self.socket}\n"
            f"TemporaryDirectory {folder}\nForeground yes\nStreamMaxLength {longest}\n"
        )
        self._process: subprocess.Popen[bytes] | None = None

    def learn(self, content: bytes) -> None:
        """Take a content for harmful, and nothing else, from the next start on."""
        self._signature.write_text(f"Try-Out:0:*:{content.hex()}\n")

    def start(self) -> None:
        self._process = subprocess.Popen(
            [clamd(), "-c", str(self._configuration)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError("clamd did not start")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(_START_SECONDS)
            self._process = None
