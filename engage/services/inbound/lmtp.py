"""A door for the mail server of this machine: LMTP (RFC 2033). It hears 250 only when the mail is committed here."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from engage.domain.received_mail import MailRoad
from engage.services.inbound import receiving
from engage.settings import settings

log = logging.getLogger(__name__)
_OURS = "451 4.3.0 Not now, please send it again"
# What aiosmtpd says once, LMTP wants said for each recipient (RFC 2033, 4.2).
_TOO_MUCH, _TOO_LONG = "552 Error: Too much mail data", "500 Line too long"
_LONGEST_LINE = 4 * 1024 * 1024  # Ours: broken mails have lines far beyond the 1,000 octets of RFC 5321.

Within = Callable[[Callable[[], str]], str]


class _Connection(LMTP):
    """One connection; each answer to a mail is given once for every recipient."""

    line_length_limit = _LONGEST_LINE

    async def push(self, status: str | bytes) -> None:
        told = status.decode() if isinstance(status, bytes) else status
        if told.startswith(_TOO_MUCH):
            told = for_each(self.envelope, _too_big())
        elif told.startswith(_TOO_LONG):
            told = for_each(self.envelope, "554 5.6.0 A line of this message is too long")
        await super().push(told)


class _Taking:
    """What a connection asks of us, named after the commands as aiosmtpd wants it."""

    def __init__(self, within: Within) -> None:
        self._within = within

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        recipients = tuple(envelope.rcpt_tos)
        answer = await asyncio.to_thread(self._within, lambda: taken(content, recipients))
        return for_each(envelope, answer)


def taken(raw: bytes, recipients: tuple[str, ...]) -> str:
    """Keep the mail and return what its server is told: 250 once it is committed, 552 if too big, else to try again."""
    try:
        receiving.receive(raw, MailRoad.LMTP, recipients)
    except receiving.TooBig:
        return _too_big()
    except Exception as error:  # whatever it is, it is no fault of the mail: its server keeps it
        log.error("a mail was not taken: %s", type(error).__name__)
        return _OURS
    return "250 2.6.0 Kept"


def for_each(envelope: Envelope | None, answer: str) -> str:
    """Return the answer as often as the mail has recipients."""
    return "\r\n".join([answer] * max(1, len(envelope.rcpt_tos) if envelope is not None else 1))


async def serve(address: str, within: Within) -> asyncio.AbstractServer:
    """Listen at host:port or at the path of a socket. `within` runs a call where the database can be reached.

    aiosmtpd logs addresses and lines of mails; it is told to be quiet.
    """
    logging.getLogger("mail").setLevel(logging.CRITICAL + 1)
    loop, most = asyncio.get_running_loop(), settings().MAIL_MAX_BYTES

    def connection() -> Any:
        return _Connection(_Taking(within), hostname="engage", enable_SMTPUTF8=True, data_size_limit=most, loop=loop)

    if address.startswith("/"):
        return await loop.create_unix_server(connection, address)
    host, _, port = address.rpartition(":")
    return await loop.create_server(connection, host, int(port))


def _too_big() -> str:
    return f"552 5.3.4 The message is larger than {settings().MAIL_MAX_BYTES} bytes"
