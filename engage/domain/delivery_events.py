"""What happens where a notice does not arrive."""

import uuid
from dataclasses import dataclass

from engage.domain.event import Event


@dataclass(frozen=True, slots=True)
class NoticeUndeliverable(Event):
    outbox_message_id: uuid.UUID
    template: str


@dataclass(frozen=True, slots=True)
class ToldInstead(Event):
    """Staff were told what a notice of that name could not tell somebody before them."""

    template: str
    lost_id: uuid.UUID  # the notice that reached nobody
    user_ids: tuple[uuid.UUID, ...]


@dataclass(frozen=True, slots=True)
class NoticeTriedAgain(Event):
    """Staff had a notice tried again at once."""

    outbox_message_id: uuid.UUID
    template: str
