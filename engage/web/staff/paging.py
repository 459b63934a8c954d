"""Where a page of a long list begins, as its address says it, and the addresses of the pages on either side."""

import re
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import RowMapping

from engage.queries.paging import Page, Place
from engage.web.locale import gettext

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PLACE = re.compile(r"(-|\d{1,17})\.([0-9a-f]{32})")
_UNDATED = "-"


def place_in(address: Mapping[str, str], *, has_undated: bool = False) -> Place | None:
    """Return where the page begins by the address; the first page where that says nothing or nonsense.

    Lines without a date are sense only in a list that has some.
    """
    for name, backwards in (("after", False), ("before", True)):
        if found := _PLACE.fullmatch(address.get(name, "")):
            micros, key = found.groups()
            if micros != _UNDATED:
                return Place(_EPOCH + timedelta(microseconds=int(micros)), uuid.UUID(key), backwards)
            if has_undated:
                return Place(None, uuid.UUID(key), backwards)
    return None


def ways(page: Page, total: str | None, column: str, address: Callable[..., str]) -> dict[str, object]:
    """Return where the page stands in its list, and the addresses of the pages on either side.

    Without a total nothing is said of where it stands. The list is in the order of the column; `address` makes that of
    the list with one more value.
    """
    here: dict[str, object] = {"shown": None, "previous_href": None, "next_href": None}
    if not page.rows:
        return here
    if total and (page.has_previous or page.has_next):
        here["shown"] = gettext("%(shown)s of %(total)s", shown=len(page.rows), total=total)
    if page.has_previous:
        here["previous_href"] = address(before=_as_address(page.rows[0], column))
    if page.has_next:
        here["next_href"] = address(after=_as_address(page.rows[-1], column))
    return here


def _as_address(row: RowMapping, column: str) -> str:
    at = row[column]
    return f"{_UNDATED if at is None else (at - _EPOCH) // timedelta(microseconds=1)}.{row['id'].hex}"
