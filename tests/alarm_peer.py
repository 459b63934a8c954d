"""A real web server of an operator's, which takes alarms or refuses them."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from engage.domain.schedule import PACES, WORKER
from engage.services import heartbeats
from engage.unit_of_work import unit_of_work


class AlarmPeer:
    """What it was told, the oldest first, and with which status it answers the next."""

    def __init__(self) -> None:
        self.status = 204
        self.told: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.address = ""

    def take(self, headers: dict[str, str], body: bytes) -> int:
        """Keep what came, and return the status of the answer."""
        if self.status < 300:
            self.told.append(json.loads(body))
            self.headers.append(headers)
        return self.status


@contextmanager
def listening() -> Iterator[AlarmPeer]:
    """Listen on a free port of this machine until the block ends."""
    peer = AlarmPeer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(peer.take(dict(self.headers.items()), body))
            if peer.status == 302:
                self.send_header("Location", f"{peer.address}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: tests read what was told."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, name="alarm-peer", kwargs={"poll_interval": 0.05})
    thread.start()
    peer.address = f"http://127.0.0.1:{server.server_address[1]}/alarm"
    try:
        yield peer
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def beat() -> None:
    """Let the schedule and a worker be heard of now."""
    with unit_of_work():
        for entry in (*PACES, WORKER):
            heartbeats.beat(entry, 0)


def later(clock, by: timedelta) -> None:
    """Time goes on, and the schedule with it."""
    clock.advance(by)
    beat()


def states(peer: AlarmPeer) -> list[tuple[str, str]]:
    """Which alarms were told, and of which moment."""
    return [(told["alarm"], told["state"]) for told in peer.told]
