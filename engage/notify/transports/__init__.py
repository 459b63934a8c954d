"""How e-mail leaves: a transport is opened, given mails one by one, and closed."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Post:
    """One mail to one address as it is handed over. `raw` is what was signed: nothing in it changes any more.

    The name is that of the notice, the same for a second copy. The sender is who hears that it did not arrive.
    """

    name: str
    sender: str
    recipient: str
    raw: bytes


class TransportRefused(RuntimeError):
    """This mail will never be taken; trying again is useless. The text is codes only."""


class TransportDeferred(RuntimeError):
    """This mail was not taken now. The text is codes only."""


class TransportDown(RuntimeError):
    """No mail can leave this way at present, whichever it is. The text is a class name and codes only."""


class TransportBroke(TransportDown):
    """It broke while this mail was on its way, which may have arrived, and may be what breaks it."""


class Transport(Protocol):
    """A way for e-mail to leave."""

    def send(self, post: Post) -> None:
        """Hand the mail over for good.

        Raises:
            TransportRefused: never.
            TransportDeferred: not now.
            TransportDown: nothing can leave now.
            TransportBroke: nothing can leave now, and nobody knows whether this has left.
        """

    def check(self) -> None:
        """Find out whether mails could leave, without sending one.

        Raises:
            TransportDown: they could not.
        """

    def close(self) -> None:
        """Let go of what is held open. Never fails."""
