"""Mails over SMTP, on one connection that is kept for a batch."""

import re
import smtplib
import ssl
import time
from dataclasses import dataclass

from engage.notify.transports import Post, TransportBroke, TransportDeferred, TransportDown, TransportRefused

_ENHANCED = re.compile(rb"^[245]\.\d{1,3}\.\d{1,3}\b")  # RFC 3463: the first word of an answer
CLOSING = 421  # RFC 5321: the server ends the connection
# Ours: an answer about policy or security (RFC 3463, class x.7) speaks of us, not of the person's address. It may be
# mended, so it is no final refusal of this one notice.
_ABOUT_US = ".7."
_SIGN_IN = (530, 534, 535, 538)  # RFC 4954: the server wants us signed in


@dataclass(frozen=True, slots=True)
class Server:
    """Where mails are handed over. `seconds` bounds a whole connecting and a whole sending, not each step."""

    host: str
    port: int
    security: str
    user: str | None
    password: str | None
    seconds: float


class SmtpTransport:
    """Connects at the first mail, and again after a fault."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._connection: smtplib.SMTP | None = None
        self._ends_at = 0.0

    @property
    def is_connected(self) -> bool:
        """Whether a connection is held open."""
        return self._connection is not None

    def send(self, post: Post) -> None:
        """Hand the mail over; when this returns the server has answered for it.

        Raises:
            TransportRefused: the server will never take it.
            TransportDeferred: the server does not take it now.
            TransportDown: the server cannot be reached, is closing, or does not let us in.
            TransportBroke: it went away, or did not answer, in the middle.
        """
        kind = TransportDown
        try:
            connection, kind = self._connected(), TransportBroke
            self._hand_over(connection, post)
        except (TransportRefused, TransportDeferred):
            self._reset()
            raise
        except TransportDown:
            self.close()
            raise
        except smtplib.SMTPResponseException as error:
            self.close()
            raise TransportDown(_codes(error.smtp_code, error.smtp_error)) from error
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise kind(type(error).__name__) from error
        except BaseException:
            self.abandon()  # its task was cut off: the server's next answer would be taken for that to another mail
            raise

    def check(self) -> None:
        """Connect, sign in, and hear the server answer.

        Raises:
            TransportDown: the server cannot be reached, is closing, or does not let us in.
        """
        try:
            code, answer = self._connected().noop()
        except smtplib.SMTPResponseException as error:
            self.close()
            raise TransportDown(_codes(error.smtp_code, error.smtp_error)) from error
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise TransportDown(type(error).__name__) from error
        if code != 250:
            self.close()
            raise TransportDown(_codes(code, answer))

    def stands(self) -> bool:
        """Whether a connection is there and its server answers; one that does not is let go."""
        if self._connection is None:
            return False
        try:
            self.check()
        except TransportDown:
            return False
        return True

    def abandon(self) -> None:
        """Let go of a connection that is another process's, or in the middle of something: the server hears nothing."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def close(self) -> None:
        """Say goodbye if somebody is there to hear it."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.quit()
        except (OSError, smtplib.SMTPException):
            connection.close()

    def _connected(self) -> smtplib.SMTP:
        self._ends_at = time.monotonic() + self.server.seconds
        if self._connection is not None:
            self._hurry(self._connection)
            return self._connection
        server = self.server
        if server.security == "tls":
            context = ssl.create_default_context()
            self._connection = smtplib.SMTP_SSL(server.host, server.port, timeout=server.seconds, context=context)
        else:
            self._connection = smtplib.SMTP(server.host, server.port, timeout=server.seconds)
        connection = self._connection
        self._hurry(connection)
        connection.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            connection.starttls(context=ssl.create_default_context())
            self._hurry(connection)
        if server.user is not None:
            connection.login(server.user, server.password or "")
        self._ends_at = time.monotonic() + server.seconds
        return connection

    def _hurry(self, connection: smtplib.SMTP) -> None:
        """Let the next step take only what is left, so that a slow server cannot outlast the lease step by step."""
        if connection.sock is not None:
            connection.sock.settimeout(max(self._ends_at - time.monotonic(), 0.05))

    def _hand_over(self, connection: smtplib.SMTP, post: Post) -> None:
        options = []
        if not post.recipient.isascii():
            if not connection.has_extn("smtputf8"):
                raise TransportRefused("smtputf8")
            options = ["SMTPUTF8", "BODY=8BITMIME"]
        self._hurry(connection)
        code, answer = connection.mail(post.sender, options)
        if code != 250:
            raise TransportDown(_codes(code, answer))  # who we are differs by a code alone
        self._hurry(connection)
        _judge(*connection.rcpt(post.recipient))
        self._hurry(connection)
        try:
            _judge(*connection.data(post.raw))
        except smtplib.SMTPDataError as error:
            _judge(error.smtp_code, error.smtp_error)
            # A good answer before the content was sent speaks of something else: this mail was not taken.
            raise TransportDown(_codes(error.smtp_code, error.smtp_error)) from error

    def _reset(self) -> None:
        """Make the connection fit for the next mail, or let go of it."""
        try:
            self._connected().rset()
        except (OSError, smtplib.SMTPException):
            self.close()


def _judge(code: int, answer: bytes | str) -> None:
    """Pass over a good answer; raise what a bad one means."""
    if code in (250, 251):
        return
    codes = _codes(code, answer)
    if code == CLOSING or code in _SIGN_IN:
        raise TransportDown(codes)
    if code < 500 or _ABOUT_US in codes:
        raise TransportDeferred(codes)
    raise TransportRefused(codes)


def _codes(code: int, answer: bytes | str) -> str:
    """The codes of an answer and nothing of its text: servers quote the address back."""
    words = answer if isinstance(answer, bytes) else answer.encode()
    enhanced = _ENHANCED.match(words)
    return f"{code} {enhanced.group().decode()}" if enhanced else str(code)
