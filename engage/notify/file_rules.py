"""Who is told what of the files of a case; engage.notify.rules takes them into its table."""

from collections.abc import Callable, Mapping
from typing import Any

from engage.domain import file_events as events
from engage.domain.case import Writer
from engage.domain.event import Event
from engage.extensions import db
from engage.models import Attachment, Case
from engage.notify.audience import working_on
from engage.notify.notices import Notice, to_person, to_staff

# The person's page says of each file whether it is kept as it came; that they want no name here is news of their own.
# That a file can be opened again is on the page of whoever wants to open it.
QUIET: frozenset[type[Event]] = frozenset({events.FileUnlocked, events.OriginalKept, events.OriginalsForgotten})


def _opened(event: events.OriginalOpened, case: Case) -> list[Notice]:
    """The person: original_opened."""
    return to_person("original_opened")


def _locked(event: events.FileLocked, case: Case) -> list[Notice]:
    """The person, unless it is a file of a note: file_locked. Whoever works the case: harmful_file."""
    is_note = db.session.get_one(Attachment, event.file_id).writer is Writer.NOTE
    return ([] if is_note else to_person("file_locked")) + to_staff(working_on(case), "harmful_file")


RULES: Mapping[type[Event], Callable[[Any, Case], list[Notice]]] = {
    events.FileLocked: _locked,
    events.OriginalOpened: _opened,
}
