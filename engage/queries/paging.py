"""Long lists, walked page by page along an index, forwards and back."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping

COUNTED = 999  # counts are exact up to here; one more means "more". Source: product 9.
PAGE = 25


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: behind a line, or before it when one goes back. The list is in the order of `at`."""

    at: datetime | None
    id: uuid.UUID
    backwards: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines in order, and whether there are more on either side."""

    rows: Sequence[RowMapping]
    has_previous: bool
    has_next: bool


def page_of(rows: Sequence[RowMapping], place: Place | None) -> Page:
    """Return the page that begins at the place, of rows in the direction one walks: one more than a page has."""
    has_more, rows = len(rows) > PAGE, rows[:PAGE]
    if place is not None and place.backwards:
        return Page(rows[::-1], has_previous=has_more, has_next=True)
    return Page(rows, has_previous=place is not None, has_next=has_more)
