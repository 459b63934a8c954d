"""The roads a machine can carry: each opened once for a run, and asked by what is to be handed over."""

from dataclasses import dataclass

from engage.notify.addressing import Letter
from engage.notify.claims import Claimed
from engage.notify.envelope import posted
from engage.notify.transports import Transport
from engage.notify.transports.choice import give_back, take_transport

EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Handed:
    """A notice left by the road; a gateway's own name for it, where it gave one."""

    road: str
    provider_id: str | None = None


def road_of(letter: Letter) -> str:
    """Return the road by which what is handed over goes."""
    return EMAIL


class Roads:
    """Every transport of one run. None is connected before it is needed."""

    def __init__(self) -> None:
        self._email: Transport = take_transport()

    def hand_over(self, message: Claimed, letter: Letter) -> Handed:
        """Write the notice and hand it over for good.

        Raises:
            TransportRefused: it will never be taken.
            TransportDeferred: not now.
            TransportDown: nothing can leave by this road now.
        """
        self._email.send(posted(message, letter))
        return Handed(EMAIL)

    def close(self) -> None:
        """Let go of every connection, or leave it to the next run of this process. Never fails."""
        give_back(self._email)
