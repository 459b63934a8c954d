"""What an event is: something that happened to a case, as it is written into the record."""

from dataclasses import dataclass, fields
from datetime import datetime
from enum import Enum


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a case. Its kind is the name of its class."""

    @property
    def kind(self) -> str:
        """The stored name of the event; it never changes once used."""
        return type(self).__name__

    def payload(self) -> dict[str, str | int | bool | None]:
        """Return the values as they are written into the record and hashed: plain JSON types."""
        return {item.name: _plain(getattr(self, item.name)) for item in fields(self)}


def _plain(value: object) -> str | int | bool | None:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)
