"""What is said on a case, and mail that came to it."""

import uuid
from dataclasses import dataclass

from engage.domain.event import Event


@dataclass(frozen=True, slots=True)
class MessageWritten(Event):
    """Somebody wrote something: on a page, or in a mail."""

    message_id: uuid.UUID
    writer: str
    asks: bool = False
    channel: str = "web"


@dataclass(frozen=True, slots=True)
class MailPlaced(Event):
    """Somebody of ours found that a mail in the holding pen belongs to the case; `placed_as` says what it is there."""

    mail_id: uuid.UUID
    placed_as: str
