"""What happens to the files of a case beside their coming."""

import uuid
from dataclasses import dataclass

from engage.domain.event import Event


@dataclass(frozen=True, slots=True)
class OriginalKept(Event):
    """A file was altered so that it tells less; as it came it is locked away, and the record has its digest."""

    file_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class OriginalOpened(Event):
    """Somebody fetched a file as it came. Each time is one; why stands in the note."""

    file_id: uuid.UUID
    note_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class OriginalsForgotten(Event):
    """Files as they came were erased, because their person wants to stay without a name from now on."""

    count: int


@dataclass(frozen=True, slots=True)
class FileLocked(Event):
    """A file that was with us already was found to hold a program that does harm: nobody opens it any more."""

    file_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class FileUnlocked(Event):
    """A file that was locked is harmless, as the scanner says now."""

    file_id: uuid.UUID
