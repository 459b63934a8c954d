"""Who is told what of the files of a case; engage.notify.rules takes them into its table."""

from collections.abc import Callable, Mapping
from typing import Any

from engage.domain import file_events as events
from engage.domain.event import Event
from engage.models import Case
from engage.notify.notices import Notice, to_person

# The person's page says of each file whether it is kept as it came; that they want no name here is news of their own.
QUIET: frozenset[type[Event]] = frozenset({events.OriginalKept, events.OriginalsForgotten})


def _opened(event: events.OriginalOpened, case: Case) -> list[Notice]:
    """The person: original_opened."""
    return to_person("original_opened")


RULES: Mapping[type[Event], Callable[[Any, Case], list[Notice]]] = {events.OriginalOpened: _opened}
