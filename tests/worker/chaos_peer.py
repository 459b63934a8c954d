"""A mail server in bad weather: it refuses, stalls, answers 4xx and 5xx and drops connections at random, and keeps
account of every mail it took."""

import random
from dataclasses import dataclass
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

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


@dataclass
class Taken:
    """One mail that the server took, and whether its client was heard of again: that knows that it was taken."""

    message_id: str
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
