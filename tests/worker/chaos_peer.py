"""A mail server and a gateway of texts in bad weather: they refuse, stall, answer that it is not now or never, and drop
connections at random, and keep account of all they took."""

import random
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests import gateway_peer
from tests.gateway_peer import GatewayPeer
from tests.mail_peer import MailPeer, Manner

# Of a hundred mails.
STORM = {
    Manner.GREYLIST: 4,
    Manner.REFUSE_RECIPIENT: 1,
    Manner.REFUSE_CONTENT: 1,
    Manner.BUSY: 1,
    Manner.STALL: 0.3,
    Manner.DROP: 3,
}
# Of a hundred texts.
STORM_OF_TEXTS = {
    gateway_peer.Manner.BUSY: 4,
    gateway_peer.Manner.REFUSE: 2,
    gateway_peer.Manner.BROKEN: 1,
    gateway_peer.Manner.CLOSED: 1,
    gateway_peer.Manner.STALL: 0.3,
    gateway_peer.Manner.DROP: 3,
}


@dataclass
class Taken:
    """One mail or text that was taken, and whether its client was heard of again: that knows that it was taken."""

    message_id: str  # of a text, that of its notice
    is_known: bool = False
    was_dropped: bool = False


class ChaosPeer(MailPeer):
    """What it does is thrown with dice for each mail while it storms."""

    def __init__(self, dice: random.Random) -> None:
        super().__init__()
        self._dice = dice
        self.storms = True
        self.taken: list[Taken] = []
        self._last: dict[SMTP, Taken] = {}

    def _heard_of(self, server: SMTP) -> None:
        last = self._last.pop(server, None)
        if last is not None:
            last.is_known = True

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self._heard_of(server)
        if self.storms:
            rest = 100 - sum(STORM.values())
            (self.manner,) = self._dice.choices([*STORM, Manner.ACCEPT], [*STORM.values(), rest])
        else:
            self.manner = Manner.ACCEPT
        return await super().handle_MAIL(server, session, envelope, address, options)

    async def handle_RSET(self, server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self._heard_of(server)
        return "250 OK"

    async def handle_NOOP(self, server: SMTP, _session: Session, _envelope: Envelope, _arg: str) -> str:  # noqa: N802 - aiosmtpd's name
        self._heard_of(server)
        return "250 OK"

    async def handle_QUIT(self, server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self._heard_of(server)
        return "221 Bye"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        before = len(self.mails)
        answer = await super().handle_DATA(server, session, envelope)
        if len(self.mails) > before:
            self._note(server)
        return answer

    def _note(self, server: Any) -> None:
        mail = self.mails[-1]
        self._last[server] = Taken(str(mail.message["Message-ID"]), was_dropped=self.manner is Manner.DROP)
        self.taken.append(self._last[server])


class ChaosGateway(GatewayPeer):
    """What it does is thrown with dice for each text while it storms."""

    def __init__(self, dice: random.Random) -> None:
        super().__init__()
        self._dice = dice
        self._one_at_a_time = threading.Lock()
        self.storms = True
        self.taken: list[Taken] = []
        self._last: dict[BaseHTTPRequestHandler, Taken] = {}

    def _manner_for(self, handler: BaseHTTPRequestHandler) -> gateway_peer.Manner:
        with self._one_at_a_time:
            last = self._last.pop(handler, None)
            if last is not None:  # whoever asks for the next on the same connection has read the answer
                last.is_known = True
            if not self.storms:
                return gateway_peer.Manner.ACCEPT
            rest = 100 - sum(STORM_OF_TEXTS.values())
            manners, weights = [*STORM_OF_TEXTS, gateway_peer.Manner.ACCEPT], [*STORM_OF_TEXTS.values(), rest]
            return self._dice.choices(manners, weights)[0]

    def _take(self, handler: BaseHTTPRequestHandler, taken: gateway_peer.Taken) -> None:
        with self._one_at_a_time:
            super()._take(handler, taken)
            self._last[handler] = Taken(taken.body["id"])
            self.taken.append(self._last[handler])
