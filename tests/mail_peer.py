"""A real SMTP server for tests, which can be told to misbehave in the ways that mail servers do."""

import asyncio
import socket
import threading
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import StrEnum
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session


class Manner(StrEnum):
    """How the server treats the next mails."""

    ACCEPT = "accept"
    BUSY = "busy"  # 421 to every command after the greeting
    GREYLIST = "greylist"  # 451 to every recipient: try again later
    REFUSE_RECIPIENT = "refuse_recipient"  # 550 to every recipient, quoting the address as servers do
    REFUSE_CONTENT = "refuse_content"  # 554 after the content
    STALL = "stall"  # takes the content and never answers
    DROP = "drop"  # takes and keeps the content, then drops the connection without an answer


@dataclass(frozen=True)
class Delivery:
    """One mail as the server took it."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage
    raw: bytes


class _Connection(SMTP):
    """A connection that the peer knows of, so that stopping ends it."""

    peer: "MailPeer"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.peer.transports.add(transport)
        self.peer.connection_count += 1

    def connection_lost(self, error: Exception | None) -> None:
        self.peer.transports.discard(self.transport)
        super().connection_lost(error)


class MailPeer:
    """An SMTP server on a free port of this machine.

    `manner` decides about the next command; `mails` holds what was taken, the oldest first; `refused` counts what was
    not. After `stop` the port refuses connections until `start`.
    """

    def __init__(self) -> None:
        self.host = "127.0.0.1"
        self.port = 0
        self.manner = Manner.ACCEPT
        self.mails: list[Delivery] = []
        self.refused = 0
        self.connection_count = 0
        self.transports: set[Any] = set()
        self._arrived = threading.Condition()
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """Listen; on the same port as before if it ran already."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="mail-peer", daemon=True)
        self._thread.start()
        self._server = self._run(self._listen())
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Drop every connection and refuse new ones."""
        if self._loop is None:
            return
        loop, self._loop = self._loop, None
        asyncio.run_coroutine_threadsafe(self._close(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        self._thread.join(10)
        loop.close()

    def wait_for(self, count: int, seconds: float = 20) -> list[Delivery]:
        """Return the mails taken, as soon as there are that many.

        Raises:
            AssertionError: fewer came in that time.
        """
        with self._arrived:
            arrived = self._arrived.wait_for(lambda: len(self.mails) >= count, seconds)
        assert arrived, f"{len(self.mails)} mails came, not {count}"
        return list(self.mails)

    def to(self, address: str) -> list[EmailMessage]:
        """Return the messages that the address got, the oldest first."""
        return [mail.message for mail in self.mails if address in mail.recipients]

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _listen(self) -> asyncio.Server:
        def connection() -> SMTP:
            made = _Connection(self, hostname="mail.test", enable_SMTPUTF8=True, loop=asyncio.get_running_loop())
            made.peer = self
            return made

        return await asyncio.get_running_loop().create_server(connection, self.host, self.port)

    async def _close(self) -> None:
        self._server.close()
        for transport in list(self.transports):
            transport.abort()
        await asyncio.sleep(0)
        ours = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in ours:
            task.cancel()
        await asyncio.gather(*ours, return_exceptions=True)

    # What follows is called by aiosmtpd, which names its hooks after the commands.

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.manner is Manner.BUSY:
            self.refused += 1
            return "421 4.3.2 Too busy, come back later"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.manner in (Manner.GREYLIST, Manner.REFUSE_RECIPIENT):
            self.refused += 1
            code = "451 4.7.1" if self.manner is Manner.GREYLIST else "550 5.1.1"
            return f"{code} <{address}> is not wanted here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if self.manner is Manner.REFUSE_CONTENT:
            self.refused += 1
            return "554 5.6.0 Content refused"
        if self.manner is Manner.STALL:
            await asyncio.Event().wait()
        self._keep(envelope.mail_from or "", envelope.rcpt_tos, envelope.content or b"")
        if self.manner is Manner.DROP and server.transport is not None:
            server.transport.abort()
        return "250 OK"

    def _keep(self, sender: str, recipients: Iterable[str], content: bytes | str) -> None:
        octets = content if isinstance(content, bytes) else content.encode()
        message = message_from_bytes(octets, policy=policy.default)
        assert isinstance(message, EmailMessage)
        with self._arrived:
            self.mails.append(Delivery(sender, tuple(recipients), message, octets))
            self._arrived.notify_all()


def free_port() -> int:
    """Return a port of this machine that nobody listened on a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
