"""A small HTTP client that costs little beside what it measures: kept connections, no parsing beyond the length."""

import socket
import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    head: bytes
    body: bytes

    def header(self, name: str) -> str | None:
        """Return the first header of the name, or None."""
        found = self.headers(name)
        return found[0] if found else None

    def headers(self, name: str) -> list[str]:
        """Return every header of the name."""
        lines = (line.partition(b":") for line in self.head.split(b"\r\n")[1:])
        return [value.strip().decode("latin-1") for key, _, value in lines if key.lower() == name.lower().encode()]

    @property
    def size(self) -> int:
        """The bytes that travelled, the head included."""
        return len(self.head) + 4 + len(self.body)


class Connection:
    """A connection that is kept, and made anew when the server ends it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None

    def send(self, request: bytes) -> Answer:
        """Send one request and read its whole answer; once more on a connection that had been closed meanwhile."""
        if self._socket is not None:
            try:
                return self._send(self._socket, request)
            except ConnectionError:
                self.close()
        self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._send(self._socket, request)

    def close(self) -> None:
        """End the connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _send(self, link: socket.socket, request: bytes) -> Answer:
        link.sendall(request)
        got = b""
        while (end := got.find(b"\r\n\r\n")) < 0:
            got += _more(link)
        answer = Answer(int(got[9:12]), got[:end], got[end + 4 :])
        if (answer.header("Transfer-Encoding") or "").lower() == "chunked":
            answer = Answer(answer.status, answer.head, _chunks(link, answer.body))
        else:
            body, length = answer.body, int(answer.header("Content-Length") or 0)
            while len(body) < length:
                body += _more(link)
            answer = Answer(answer.status, answer.head, body)
        if (answer.header("Connection") or "").lower() == "close":
            self.close()
        return answer


def _more(link: socket.socket) -> bytes:
    if not (got := link.recv(65536)):
        raise ConnectionError("the server closed the connection")
    return got


def _chunks(link: socket.socket, got: bytes) -> bytes:
    """The body of an answer whose length was not known; sizes of chunks count as bytes that travelled."""
    while not got.endswith(b"0\r\n\r\n"):
        got += _more(link)
    return got


def get(path: str, **headers: str) -> bytes:
    """Return a GET as bytes."""
    return _request("GET", path, headers, b"")


def post(path: str, body: bytes, **headers: str) -> bytes:
    """Return a POST of a form as bytes."""
    return _request("POST", path, {"Content-Type": "application/x-www-form-urlencoded", **headers}, body)


def _request(method: str, path: str, headers: dict[str, str], body: bytes) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass(slots=True)
class Load:
    """How a number of requests went: the whole in seconds, and the time of each."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    failures: list[int] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Requests per second."""
        return len(self.times) / self.seconds

    @property
    def median(self) -> float:
        """The middle time in seconds."""
        return statistics.median(self.times)

    @property
    def late(self) -> float:
        """The time in seconds that one in twenty exceeds."""
        return statistics.quantiles(self.times, n=20)[-1]


def load(port: int, requests: Sequence[bytes], *, clients: int, expected: Sequence[int] = (200, 201)) -> Load:
    """Send the requests from so many clients at once, each with a connection of its own."""
    done, lock, waiting = Load(), threading.Lock(), list(requests)

    def visit() -> None:
        connection = Connection(port)
        while True:
            with lock:
                if not waiting:
                    break
                request = waiting.pop()
            begun = time.perf_counter()
            try:
                status = connection.send(request).status
            except OSError:
                status = 0
            took = time.perf_counter() - begun
            with lock:
                done.times.append(took)
                if status not in expected:
                    done.failures.append(status)
        connection.close()

    visitors = [threading.Thread(target=visit) for _ in range(clients)]
    begun = time.perf_counter()
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    done.seconds = time.perf_counter() - begun
    return done
