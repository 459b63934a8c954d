"""The roads a machine can carry: each opened once for a run, and asked by what is to be handed over."""

from dataclasses import dataclass

from engage import vault
from engage.domain.sections import BadCatalogue
from engage.notify.claims import Claimed
from engage.notify.destinations import Letter, Text
from engage.notify.envelope import posted
from engage.notify.gateways import BadGateway, open_gateway
from engage.notify.texting import text_of
from engage.notify.transports import Transport, TransportDown
from engage.notify.transports.choice import give_back, take_transport
from engage.notify.transports.gateway import GatewayTransport

EMAIL, SMS = "email", "sms"


@dataclass(frozen=True, slots=True)
class Handed:
    """A notice left by the road; a gateway's own name for it, and by what an answer is known, where there are such."""

    road: str
    provider_id: str | None = None
    thread: str | None = None


def road_of(letter: Letter | Text) -> str:
    """Return the road by which what is handed over goes."""
    return EMAIL if isinstance(letter, Letter) else SMS


class Roads:
    """Every transport of one run. None is connected before it is needed."""

    def __init__(self) -> None:
        self._email: Transport = take_transport()
        self._gateway: GatewayTransport | None = None

    def hand_over(self, message: Claimed, letter: Letter | Text) -> Handed:
        """Write the notice and hand it over for good.

        Raises:
            TransportRefused: it will never be taken.
            TransportDeferred: not now.
            TransportDown: nothing can leave by this road now.
        """
        if isinstance(letter, Letter):
            self._email.send(posted(message, letter))
            return Handed(EMAIL)
        text = text_of(letter)
        provider_id = self._opened().send(letter.number, text, message.id)
        return Handed(SMS, provider_id, vault.digest(letter.number, vault.SMS_THREAD))

    def close(self) -> None:
        """Let go of every connection, or leave it to the next run of this process. Never fails."""
        give_back(self._email)
        if self._gateway is not None:
            self._gateway.close()

    def _opened(self) -> GatewayTransport:
        if self._gateway is None:
            try:
                self._gateway = open_gateway()
            except (BadGateway, BadCatalogue) as error:
                raise TransportDown(type(error).__name__) from error
        return self._gateway
