"""Whether the words, and the rows of files, are those of which the record keeps the digests: none changed, none gone.

What lies on the disk for a file is `verifying_files`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, permutations

from engage.domain.event import Event
from engage.domain.events import (
    CaseMovedToLane,
    CaseReceived,
    CaseReopened,
    CaseVerified,
    CaseWithdrawn,
    CheckedAfterwards,
    ContentErased,
    FilesAdded,
    ItemDone,
    MeetingHeld,
    OriginalKept,
    OriginalsForgotten,
    RetaliationAssessed,
    RetaliationFound,
    SubjectRemoved,
)
from engage.domain.retention import Scope
from engage.models import Attachment, CaseEvent, Message, Original, Statement
from engage.services.attachments import digest_of_files
from engage.services.chain import said_in
from engage.services.conversation import digest_of_message
from engage.services.new_case import digest_of_statement
from engage.services.originals import digest_of_original

_TRIED = 5  # Ours: files that came in one moment have no order; of more than these we look at each by itself alone.
# What these say is a message, too, which their payload does not name: by its digest alone it is known.
_SAYS: tuple[type[Event], ...] = (
    *(CaseReopened, CaseVerified, CaseWithdrawn, CheckedAfterwards, ItemDone, MeetingHeld),
    *(RetaliationAssessed, RetaliationFound, SubjectRemoved),
)
_SAYS_A_MESSAGE = frozenset(kind.__name__ for kind in _SAYS)


@dataclass(frozen=True, slots=True)
class Content:
    """What is there of a case. What was erased by rule is not, and the record says that it went."""

    statements: Sequence[Statement]
    messages: Sequence[Message]
    files: Sequence[Attachment]  # in the order in which they came
    originals: Sequence[Original] = ()


def strange_in(events: Sequence[CaseEvent], content: Content) -> Iterator[str]:
    """Return what is not as it was recorded, or not there: words, files by their rows, and the names of files."""
    if _was_erased(events):
        yield from _back_again(content)
        return
    yield from _strange_words(events, content)
    yield from _strange_messages(events, content.messages)
    yield from _strange_names(events, content.files)
    yield from _strange_originals(events, content)


def _of_kind(events: Sequence[CaseEvent], kind: type[Event]) -> list[CaseEvent]:
    return [event for event in events if event.kind == kind.__name__]


def _strange_words(events: Sequence[CaseEvent], content: Content) -> Iterator[str]:
    known = {event.content_digest for event in events}
    if _of_kind(events, CaseReceived) and not content.statements:
        yield "the words of the concern were taken away"
    for statement in content.statements:
        if digest_of_statement(statement) not in known:
            yield "the words of the concern are not those that came in"


def _strange_messages(events: Sequence[CaseEvent], messages: Sequence[Message]) -> Iterator[str]:
    """A message is what the events that name it say, or else one that an event knows by its digest."""
    known = {event.content_digest for event in events}
    named = ((said_in(event.payload).get("message_id"), event.content_digest) for event in events)
    told = {str(message_id): digest for message_id, digest in named if message_id and digest}
    held = {str(message.id): digest_of_message(message) for message in messages}
    for message_id, digest in held.items():
        if digest != told.get(message_id, digest) or digest not in known:
            yield f"message {message_id} is not as it was written"
    yield from (f"message {message_id} was taken away" for message_id in sorted(told.keys() - held.keys()))
    there = set(held.values())
    for event in events:
        if event.kind in _SAYS_A_MESSAGE and event.content_digest and event.content_digest not in there:
            yield f"event {event.number}: the message that it speaks of was changed or taken away"


def _strange_originals(events: Sequence[CaseEvent], content: Content) -> Iterator[str]:
    """Files as they came go all at once, which is on the record; alone, one cannot."""
    told = {str(file.id): file for file in content.files}
    held = {str(original.id): original for original in content.originals}
    known, kept = {event.content_digest for event in events}, set[str]()
    for event in events:
        if event.kind == OriginalKept.__name__:
            kept.add(str(said_in(event.payload).get("file_id")))
        elif event.kind == OriginalsForgotten.__name__:
            kept.clear()
    for file_id, original in held.items():
        if (file := told.get(file_id)) is None:
            yield f"file {file_id} as it came has lost the file that was made of it"
        elif digest_of_original(file, original) not in known:
            yield f"file {file_id} as it came is not the one that was recorded"
    yield from (f"file {file_id} as it came was taken away" for file_id in sorted(kept - held.keys()))


def _was_erased(events: Sequence[CaseEvent]) -> bool:
    """Whether the record says that everything went: an emptied row is in order then, and only then."""
    erased = any(
        said_in(event.payload).get("scope") == Scope.EVERYTHING.value for event in _of_kind(events, ContentErased)
    )
    return erased or bool(_of_kind(events, CaseMovedToLane))


def _back_again(content: Content) -> Iterator[str]:
    """What is there although it was erased, as after an older copy of some tables was put back."""
    rows: list[Statement | Message] = [*content.statements, *content.messages]
    if content.files or content.originals or any(row.salt for row in rows):
        yield "something that was erased is there again"


def _strange_names(events: Sequence[CaseEvent], files: Sequence[Attachment]) -> Iterator[str]:
    """Files were recorded in the order in which they came, some at a time; nothing erases one alone."""
    told = [(_count(event), event) for event in _of_kind(events, FilesAdded)]
    recorded, left = sum(count for count, _ in told), list(files)
    if len(files) < recorded:
        yield f"{recorded - len(files)} files that were recorded are not there any more"
    elif len(files) > recorded:
        yield "a file is there that nobody recorded"
    for count, event in told:
        several = _of_event(left, count, event.content_digest)
        if several is None:
            yield f"event {event.number}: its files are not those that were recorded"
        else:
            left = [file for file in left if file not in several]


def _count(event: CaseEvent) -> int:
    count = said_in(event.payload).get("count")
    return count if isinstance(count, int) else 0


def _of_event(left: Sequence[Attachment], count: int, digest: str | None) -> Sequence[Attachment] | None:
    """The files that an event speaks of, or None. They came one after the other, with none of another event between,
    but for those that came in one moment, which may lie in any order."""
    if count < 1:
        return None
    beside = (left[start : start + count] for start in range(len(left) - count + 1))
    tried = permutations(left[:_TRIED], count) if count <= _TRIED else ()
    return next((several for several in chain(beside, tried) if digest_of_files(several) == digest), None)
