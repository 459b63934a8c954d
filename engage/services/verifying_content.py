"""Whether the words and files that are still there are those of which the record keeps the digests."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

from engage.domain.events import ContentErased, OriginalKept, OriginalsForgotten
from engage.domain.retention import Scope
from engage.models import Attachment, CaseEvent, Message, Original, Statement
from engage.services import file_store
from engage.services.attachments import digest_of_files
from engage.services.conversation import digest_of_message
from engage.services.new_case import digest_of_statement
from engage.services.originals import digest_of_original

_TRIED = 5  # Ours: files that came in one moment have no order; of more than these we look at each by itself alone.


@dataclass(frozen=True, slots=True)
class Content:
    """What is there of a case. What was erased by rule is not, and the record says that it went."""

    statements: Sequence[Statement]
    messages: Sequence[Message]
    files: Sequence[Attachment]  # in the order in which they came
    originals: Sequence[Original] = ()


def strange_in(events: Sequence[CaseEvent], content: Content) -> Iterator[str]:
    """Return what is not as it was recorded: words, the names of files, and what lies on the disk."""
    if _was_erased(events):
        yield from _back_again(content)
        return
    known = {event.content_digest for event in events}
    for statement in content.statements:
        if digest_of_statement(statement) not in known:
            yield "the words of the concern are not those that came in"
    for message in content.messages:
        if digest_of_message(message) not in known:
            yield f"message {message.id} is not as it was written"
    yield from _strange_names(events, content.files)
    for file in content.files:
        yield from _strange_bytes(file, f"file {file.id}")
    yield from _strange_originals(events, content)


def _strange_bytes(row: Attachment | Original, called: str) -> Iterator[str]:
    held = file_store.digest_on_disk(row)
    if held is None:
        yield f"{called} is missing"
    elif held != row.sha256:
        yield f"{called} is not the one that came"


def _strange_originals(events: Sequence[CaseEvent], content: Content) -> Iterator[str]:
    """Files as they came go with their files, or all at once, which is on the record; alone, one cannot."""
    told = {str(file.id): file for file in content.files}
    held = {str(original.id): original for original in content.originals}
    known, kept = {event.content_digest for event in events}, set[str]()
    for event in events:
        if event.kind == OriginalKept.__name__:
            kept.add(json.loads(event.payload)["file_id"])
        elif event.kind == OriginalsForgotten.__name__:
            kept.clear()
    for file_id, original in held.items():
        called = f"file {file_id} as it came"
        if digest_of_original(told[file_id], original) not in known:
            yield f"{called} is not the one that was recorded"
        yield from _strange_bytes(original, called)
    yield from (f"file {file_id} as it came was taken away" for file_id in sorted(kept & told.keys() - held.keys()))


def _was_erased(events: Sequence[CaseEvent]) -> bool:
    """Whether the record says that everything was erased: an emptied row is in order then, and only then."""
    erased = (json.loads(event.payload) for event in events if event.kind == ContentErased.__name__)
    return any(one["scope"] == Scope.EVERYTHING.value for one in erased)


def _back_again(content: Content) -> Iterator[str]:
    """What is there although it was erased, as after an older copy of some tables was put back."""
    rows: list[Statement | Message] = [*content.statements, *content.messages]
    if content.files or content.originals or any(row.salt for row in rows):
        yield "something that was erased is there again"


def _strange_names(events: Sequence[CaseEvent], files: Sequence[Attachment]) -> Iterator[str]:
    """Files were recorded in the order in which they came, some at a time; erased ones leave nothing to compare."""
    told = [(json.loads(event.payload)["count"], event) for event in events if event.kind == "FilesAdded"]
    if sum(count for count, _ in told) != len(files):
        if len(files) > sum(count for count, _ in told):
            yield "a file is there that nobody recorded"
        return
    left = list(files)
    for count, event in told:
        several = _of_event(left, count, event.content_digest)
        if several is None:
            yield f"event {event.number}: its files are not those that were recorded"
        left = [file for file in left if several is None or file not in several]


def _of_event(left: Sequence[Attachment], count: int, digest: str | None) -> Sequence[Attachment] | None:
    """The files that an event speaks of, or None. Those that came in one moment may lie in any order."""
    if digest_of_files(left[:count]) == digest:
        return left[:count]
    tried = permutations(left[:_TRIED], count) if count <= _TRIED else ()
    return next((several for several in tried if digest_of_files(several) == digest), None)
