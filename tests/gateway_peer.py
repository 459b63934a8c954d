"""A real HTTP server that behaves as a gateway of text messages does, and can be told to misbehave.

It speaks the shipped recipe `generic`; what it calls back with is signed as that recipe says.
"""

import hashlib
import hmac
import json
import threading
from dataclasses import dataclass
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "the secret of the gateway's calls"


class Manner(StrEnum):
    """How the gateway treats the next texts."""

    ACCEPT = "accept"
    REFUSE = "refuse"  # 422, quoting the number as gateways do
    BUSY = "busy"  # 429
    CLOSED = "closed"  # 401: it does not know us
    BROKEN = "broken"  # 500
    STALL = "stall"  # never takes the text, and never answers
    DROP = "drop"  # takes and keeps the text, then drops the connection without an answer
    GIBBERISH = "gibberish"  # 200, and no JSON
    HUGE = "huge"  # 200, and no end of it
    REDIRECT = "redirect"  # to somebody else


ANSWERS = {Manner.REFUSE: 422, Manner.BUSY: 429, Manner.CLOSED: 401, Manner.BROKEN: 500, Manner.REDIRECT: 302}


@dataclass(frozen=True)
class Taken:
    """One text as the gateway took it."""

    id: str
    to: str
    text: str
    body: dict[str, Any]
    headers: dict[str, str]


class GatewayPeer:
    """A gateway on a free port of this machine. `texts` holds what it took, the oldest first."""

    def __init__(self) -> None:
        self.manner = Manner.ACCEPT
        self.texts: list[Taken] = []
        self.asked = 0
        self.connections = 0
        self.let_go = threading.Event()
        self.port = 0  # a free one, and the same after a rest
        peer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                peer._answer(self)

            def do_HEAD(self) -> None:
                self.send_response(404)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def setup(self) -> None:
                peer.connections += 1
                super().setup()

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        self._handler = Handler

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/messages"

    def start(self) -> None:
        """Take connections, at the first time or after a stop."""
        self.let_go.clear()
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), self._handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Refuse every connection from now on."""
        self.let_go.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    def to(self, number: str) -> list[str]:
        """The texts that a number got, the oldest first."""
        return [one.text for one in self.texts if one.to == number]

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        self.asked += 1
        manner = self._manner_for(handler)
        if manner in ANSWERS:
            return self._say(handler, ANSWERS[manner], {"code": "bad_number", "message": f"{body['to']} is bad"})
        if manner is Manner.STALL:
            self.let_go.wait(30)
            handler.close_connection = True
            return None
        taken = Taken(f"gw-{len(self.texts) + 1}", body["to"], body["text"], body, dict(handler.headers))
        self._take(handler, taken)
        if manner is Manner.DROP:
            handler.close_connection = True
            return None
        if manner is Manner.GIBBERISH:
            return self._send(handler, 200, b"OK 1")
        if manner is Manner.HUGE:
            return self._send(handler, 200, b" " * 3_000_000)
        return self._say(handler, 202, {"id": taken.id})

    def _manner_for(self, _handler: BaseHTTPRequestHandler) -> Manner:
        return self.manner

    def _take(self, _handler: BaseHTTPRequestHandler, taken: Taken) -> None:
        self.texts.append(taken)

    def _say(self, handler: BaseHTTPRequestHandler, status: int, answer: dict[str, str]) -> None:
        self._send(handler, status, json.dumps(answer).encode())

    def _send(self, handler: BaseHTTPRequestHandler, status: int, content: bytes) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(content)))
        if status == ANSWERS[Manner.REDIRECT]:
            handler.send_header("Location", "http://127.0.0.1:9/messages")
        handler.end_headers()
        try:
            handler.wfile.write(content)
        except OSError:
            handler.close_connection = True  # whoever asked had heard enough


def signed(values: dict[str, Any], at: float, secret: str = SECRET) -> dict[str, Any]:
    """What a call of the gateway carries, for the test client of Flask."""
    body = json.dumps(values).encode()
    signature = hmac.digest(secret.encode(), f"{int(at)}.".encode() + body, hashlib.sha256).hex()
    headers = {"X-Engage-Time": str(int(at)), "X-Engage-Signature": signature}
    return {"data": body, "headers": headers, "content_type": "application/json"}
