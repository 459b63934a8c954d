"""How e-mail leaves: a transport is opened, given mails one by one, and closed."""

from email.message import EmailMessage
from typing import Protocol


class TransportRefused(RuntimeError):
    """This mail will never be taken; trying again is useless. The text is codes only."""


class TransportDeferred(RuntimeError):
    """This mail was not taken now. The text is codes only."""


class TransportDown(RuntimeError):
    """No mail can leave this way at present, whichever it is. The text is a class name and codes only."""


class Transport(Protocol):
    """A way for e-mail to leave."""

    def send(self, mail: EmailMessage) -> None:
        """Hand the mail over for good.

        Raises:
            TransportRefused: never.
            TransportDeferred: not now.
            TransportDown: nothing can leave now.
        """

    def check(self) -> None:
        """Find out whether mails could leave, without sending one.

        Raises:
            TransportDown: they could not.
        """

    def close(self) -> None:
        """Let go of what is held open. Never fails."""
